import { EventEmitter } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import net from "node:net";
import { StringDecoder } from "node:string_decoder";
import { setImmediate as turn } from "node:timers/promises";
import { stepsOf } from "../../server/asterisk/loopback/replay.ts";
import { PacketReader } from "../../server/asterisk/packet-reader.ts";
import { Session } from "../../server/asterisk/session.ts";

/** So many events as a real Asterisk sent them (test/traces, again and again), numbered without holes. */
export function streamOf(events: number): Buffer {
	const folder = new URL("../traces/", import.meta.url);
	const names = readdirSync(folder).filter((name) => name.endsWith(".ami") && !name.includes("unnumbered"));
	const texts = names.flatMap((name) => stepsOf(readFileSync(new URL(name, folder))).map(({ text }) => text));
	const stream: string[] = [];
	for (let index = 0; index < events; index++) {
		const text = texts[index % texts.length] ?? "";
		stream.push(text.replace(/SequenceNumber: \d+/, `SequenceNumber: ${index}`), "\r\n\r\n");
	}
	return Buffer.from(stream.join(""));
}

/** Takes a stream in chunks and says how many messages it saw. */
export type Side = (bytes: Buffer, chunk: number) => Promise<number>;

/** After so many bytes everybody lets the event loop turn, as a socket would. */
const perTurn = 65_536;

async function inChunks(bytes: Buffer, size: number, take: (chunk: Buffer) => void): Promise<void> {
	let sinceTurn = 0;
	for (let at = 0; at < bytes.length; at += size) {
		take(bytes.subarray(at, at + size));
		sinceTurn += size;
		if (sinceTurn < perTurn) continue;
		sinceTurn = 0;
		await turn();
	}
	await turn();
}

/** The floor: text, split into lines, empty ones counted. */
export const splitting: Side = async (bytes, size) => {
	const decoder = new StringDecoder("utf8");
	let rest = "";
	let messages = 0;
	await inChunks(bytes, size, (chunk) => {
		const lines = (rest + decoder.write(chunk)).split("\r\n");
		rest = lines.pop() ?? "";
		for (const line of lines) if (line === "") messages++;
	});
	return messages;
};

/** Our reader: whole messages, every line checked. */
export const reading: Side = async (bytes, size) => {
	let messages = 0;
	const reader = new PacketReader({
		onPacket: () => messages++,
		onQuarantine: ({ reason }) => {
			throw new Error(reason);
		},
	});
	await inChunks(bytes, size, (chunk) => reader.feed(chunk));
	return messages;
};

/** Our reader and translation: events of our own. */
export const translating: Side = async (bytes, size) => {
	let messages = 0;
	const session = new Session();
	const reader = new PacketReader({
		onPacket(packet) {
			messages++;
			session.take(packet, 0);
		},
		onQuarantine: ({ reason }) => {
			throw new Error(reason);
		},
	});
	await inChunks(bytes, size, (chunk) => reader.feed(chunk));
	return messages;
};

/** A socket that is none: `asterisk-manager` reads what it is given, in the chunks that it is given. */
class Given extends EventEmitter {
	readonly readyState = "open";
	setKeepAlive() {}
	setNoDelay() {}
	setEncoding() {}
	end() {}
}

const createManager: unknown = createRequire(import.meta.url)("asterisk-manager");

/** npm `asterisk-manager` 0.2.0, without a socket between. */
export const managing: Side = async (bytes, size) => {
	const given = new Given();
	const connect = net.createConnection;
	Object.assign(net, { createConnection: () => given });
	let manager: EventEmitter & { connect(port: number, host: string): void };
	try {
		if (typeof createManager !== "function") throw new Error("asterisk-manager is not there");
		manager = createManager(undefined, "", "", "", true);
		manager.connect(1, "");
	} finally {
		Object.assign(net, { createConnection: connect });
	}
	let messages = 0;
	manager.on("rawevent", () => messages++);
	const decoder = new StringDecoder("utf8");
	await inChunks(bytes, size, (chunk) => given.emit("data", decoder.write(chunk)));
	return messages;
};
