import type { Socket } from "node:net";
import type { Clock } from "./clock.ts";
import { loginHeaders } from "./login.ts";
import type { Packet } from "./packet.ts";
import { PacketReader } from "./packet-reader.ts";

const answerDeadline = 5000;

/** A short conversation with a PBX, one question at a time; events are left aside. */
export interface Probe {
	/** `Asterisk Call Manager/11.0.0`, or null when the other side said something else. */
	readonly greeting: string | null;
	/** The answer to one action, or null when none came in time. */
	ask(action: string, headers?: Readonly<Record<string, string>>): Promise<Packet | null>;
	/** Names of events that were heard unasked. */
	readonly heard: ReadonlySet<string>;
	/** True once an event with `SequenceNumber` was heard. */
	readonly numbered: boolean;
	/** Hears no more; the connection is somebody else's now. */
	leave(): void;
	close(): void;
}

/** Waits for the greeting on a fresh connection. Never rejects. */
export async function openProbe(socket: Socket, clock: Clock): Promise<Probe> {
	const heard = new Set<string>();
	let numbered = false;
	let greeting: string | null = null;
	let greeted = () => {};
	let waiting: ((packet: Packet | null) => void) | null = null;
	let count = 0;
	const reader = new PacketReader({
		onGreeting(line) {
			greeting = line;
			greeted();
		},
		onPacket(packet) {
			if (packet.type === "event") {
				heard.add(packet.name);
				numbered ||= packet.get("SequenceNumber") !== undefined;
			} else if (packet.get("ActionID") === `probe-${count}`) waiting?.(packet);
		},
		onQuarantine() {},
	});
	const onData = (chunk: Buffer) => reader.feed(chunk);
	socket.on("data", onData);
	socket.on("error", () => socket.destroy());
	socket.on("close", () => {
		greeted();
		waiting?.(null);
	});
	await new Promise<void>((resolve) => {
		const cancel = clock.after(answerDeadline, resolve);
		greeted = () => {
			cancel();
			resolve();
		};
	});
	return {
		get greeting() {
			return greeting;
		},
		heard,
		get numbered() {
			return numbered;
		},
		ask(action, headers = {}) {
			return new Promise((resolve) => {
				if (!socket.writable) return resolve(null);
				const cancel = clock.after(answerDeadline, () => waiting?.(null));
				waiting = (packet) => {
					waiting = null;
					cancel();
					resolve(packet);
				};
				const lines = [`Action: ${action}`, `ActionID: probe-${++count}`];
				for (const [key, value] of Object.entries(headers)) lines.push(`${key}: ${value}`);
				socket.write(`${lines.join("\r\n")}\r\n\r\n`);
			});
		},
		leave: () => socket.off("data", onData).pause(),
		close: () => socket.destroy(),
	};
}

/** Headers of a Login, by a challenge that is asked for now; null: the secret would go over an open way. */
export async function proofFor(
	probe: Probe,
	account: { username: string; secret: string },
	sheltered: boolean,
): Promise<Readonly<Record<string, string>> | null> {
	const challenge = (await probe.ask("Challenge", { AuthType: "MD5" }))?.get("Challenge");
	return loginHeaders(account, challenge, sheltered);
}
