import type { Socket } from "node:net";
import type { PbxEvent } from "../pbx-event.ts";
import { type Sentence, say } from "../protocol/sentences.ts";
import type { Clock } from "./clock.ts";
import { inTheClear, loginHeaders } from "./login.ts";
import type { Packet } from "./packet.ts";
import { PacketReader, type Quarantined } from "./packet-reader.ts";
import type { Session } from "./session.ts";

const pingEvery = 2000;
const pingDeadline = 3000;
const loginDeadline = 5000;
/** A list of channels costs the PBX a walk over all of them; faults may come in swarms. */
const resyncEvery = 2000;
/** Bytes taken from the socket in one turn of the event loop: about 130 events, 2 ms of work. */
const turnBudget = 65_536;

/** How a link ended. `problem` says what, where, and what to do. */
export type LinkEnd =
	| { readonly kind: "login-refused"; readonly problem: Sentence }
	/** `unanswered`: in mid-login. */
	| { readonly kind: "lost"; readonly problem: Sentence; readonly unanswered?: boolean }
	| { readonly kind: "closed" };

export interface LinkDeps {
	readonly clock: Clock;
	readonly session: Session;
	readonly onLoggedIn: () => void;
	readonly onEvents: (events: readonly PbxEvent[], receivedAt: number) => void;
	readonly onQuarantine: (quarantined: Quarantined) => void;
	/** Answers that belong to the control road: the outcome of an Originate is told as an event. */
	readonly onOriginated: (packet: Packet) => void;
	/** For the problem text. */
	readonly where: string;
	/** Nobody on the way can read along. */
	readonly sheltered: boolean;
}

export interface Link {
	/** Settles once, never rejects. */
	readonly ended: Promise<LinkEnd>;
	close(): void;
}

/** The list of bridges comes first: it says what the bridges are in which the list of channels shows people. */
const resyncActions = ["CoreStatus", "BridgeList", "CoreShowChannels", "QueueStatus", "DeviceStateList"] as const;

/**
 * One life of one connection, from the greeting to its end: login, ping, picture of the PBX, events.
 * Reader and session are new for every link, so half a message of one never meets the next.
 */
export function runLink(socket: Socket, account: { username: string; secret: string }, deps: LinkDeps): Link {
	const { clock, session, where } = deps;
	let settle: (end: LinkEnd) => void = () => {};
	const ended = new Promise<LinkEnd>((resolve) => {
		settle = resolve;
	});
	let over = false;
	let loggedIn = false;
	let loginSent = false;
	/** The first of the questions with which a link begins. */
	let answered = false;
	let cancelDeadline = () => {};
	let cancelPing = () => {};
	let cancelResync = () => {};
	let heard = true;
	let heardAt = clock.now();
	let resyncAt = Number.NEGATIVE_INFINITY;
	let batch: PbxEvent[] = [];

	const finish = (end: LinkEnd) => {
		if (over) return;
		over = true;
		cancelDeadline();
		cancelPing();
		cancelResync();
		socket.destroy();
		settle(end);
	};
	const lose = (problem: Sentence) => finish({ kind: "lost", problem, unanswered: loginSent && !loggedIn });

	const send = (action: string, headers: Readonly<Record<string, string>> = {}) => {
		const lines = [`Action: ${action}`, `ActionID: ${action}`];
		for (const [key, value] of Object.entries(headers)) lines.push(`${key}: ${value}`);
		socket.write(`${lines.join("\r\n")}\r\n\r\n`);
	};

	const ping = () => {
		heard = false;
		send("Ping");
		cancelPing = clock.after(pingEvery, () => {
			deliver(session.tick(clock.now()), clock.now());
			// Any byte is a sign of life: behind a backlog the answer itself comes late.
			if (heard) return ping();
			cancelPing = clock.after(pingDeadline - pingEvery, () => {
				if (heard) ping();
				else lose(say("link.silent", { where, seconds: pingDeadline / 1000 }));
			});
		});
	};

	const resync = () => {
		cancelResync();
		const wait = resyncAt + resyncEvery - clock.now();
		if (wait > 0) {
			cancelResync = clock.after(wait, resync);
			return;
		}
		resyncAt = clock.now();
		for (const action of resyncActions) send(action);
	};

	const deliver = (events: readonly PbxEvent[], receivedAt: number) => {
		if (events.length === 0) return;
		if (events.some((event) => event.kind === "gap")) resync();
		deps.onEvents(events, receivedAt);
	};

	const logIn = (packet: Packet) => {
		const id = packet.get("ActionID");
		if (id === "Challenge") {
			const headers = loginHeaders(account, packet.get("Challenge"), deps.sheltered);
			if (headers !== null) {
				loginSent = true;
				return send("Login", headers);
			}
			return finish({ kind: "login-refused", problem: inTheClear(where, account.username) });
		}
		if (id !== "Login") return;
		if (packet.name !== "Success")
			return finish({ kind: "login-refused", problem: refusal(where, account.username, packet) });
		loggedIn = true;
		cancelDeadline();
		deps.onLoggedIn();
		ping();
		resync();
	};

	const reader = new PacketReader({
		onGreeting() {
			send("Challenge", { AuthType: "MD5" });
		},
		onPacket(packet) {
			if (!loggedIn) return logIn(packet);
			// Every event goes through the session, which counts their numbers.
			for (const event of session.take(packet, heardAt)) batch.push(event);
			// A PBX that is still starting answers before it has its queues and phones, and says when it has them.
			if (packet.name === "FullyBooted" && answered) resync();
			answered ||= packet.type === "response" && packet.get("ActionID") === "CoreStatus";
			if (packet.name === "OriginateResponse") deps.onOriginated(packet);
		},
		onQuarantine(quarantined) {
			deps.onQuarantine(quarantined);
			batch.push(...session.quarantined(heardAt));
		},
	});

	let turnBytes = 0;
	socket.on("data", (chunk: Buffer) => {
		if (over) return;
		heard = true;
		heardAt = clock.now();
		reader.feed(chunk);
		const events = batch;
		batch = [];
		deliver(events, heardAt);
		if (turnBytes === 0) {
			setImmediate(() => {
				turnBytes = 0;
				if (!over) socket.resume();
			});
		}
		turnBytes += chunk.length;
		// Node would go on reading for 32 chunks before anybody else gets his turn.
		if (turnBytes >= turnBudget) socket.pause();
	});
	socket.on("error", (error) => lose(say("link.broke", { where, reason: error.message })));
	socket.on("close", () => lose(say("link.ended", { where })));
	cancelDeadline = clock.after(loginDeadline, () => {
		const seconds = loginDeadline / 1000;
		lose(say(socket.bytesRead === 0 ? "link.mute" : "link.no-ami", { where, seconds }));
	});
	return { ended, close: () => finish({ kind: "closed" }) };
}

const refusal = (where: string, user: string, packet: Packet): Sentence =>
	say("login.refused", { where, user, reason: packet.get("Message") ?? "no reason" });
