import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { PacketReader } from "../../server/asterisk/packet-reader.ts";
import { readTrace } from "../../server/asterisk/trace.ts";

const folder = new URL("../traces/", import.meta.url);
const names = readdirSync(folder).filter((name) => name.endsWith(".ami"));
const bytesOf = (name: string) => readFileSync(new URL(name, folder));

/** What a reader says of some bytes. */
function packetsOf(chunks: readonly Uint8Array[]): { texts: string[]; quarantined: number } {
	const texts: string[] = [];
	let quarantined = 0;
	const reader = new PacketReader({
		onPacket: (packet) => texts.push(packet.text),
		onQuarantine: () => quarantined++,
	});
	for (const chunk of chunks) reader.feed(chunk);
	return { texts, quarantined };
}

describe("traces of a real Asterisk", () => {
	it.each(names)("%s is read without a gap", (name) => {
		const events = readTrace(bytesOf(name));
		expect(events.filter((event) => event.kind === "gap")).toEqual([]);
		expect(events.filter((event) => event.kind === "snapshot")).toHaveLength(1);
		// Where calls are under way at the start the first event may be anything; every call ends.
		expect(events.some((event) => event.kind === "channel.ended")).toBe(true);
		expect(events.every((event) => event.at > 1_700_000_000_000)).toBe(true);
	});

	/** The end of a trace, from the beginning of a message on: every cut of it costs a reading of it. */
	const piece = (name: string, size: number) => {
		const bytes = bytesOf(name);
		return bytes.subarray(bytes.indexOf("\r\n\r\n", Math.max(0, bytes.length - size)) + 4);
	};

	it("cut at any byte: the messages before the cut, none invented, nothing put aside", () => {
		const bytes = piece("direct-answered.ami", 3000);
		const { texts } = packetsOf([bytes]);
		let wholeMessages = 0;
		for (let at = 0; at <= bytes.length; at++) {
			const read = packetsOf([bytes.subarray(0, at)]);
			if (read.texts.length > wholeMessages) wholeMessages++;
			expect([read.texts.length, read.quarantined]).toEqual([wholeMessages, 0]);
		}
		expect(wholeMessages).toBe(texts.length);
	});

	it("in two pieces cut anywhere, also within a letter: the same messages", () => {
		const bytes = piece("name-cyrillic.ami", 3000);
		const whole = packetsOf([bytes]).texts.join("|");
		for (let at = 0; at <= bytes.length; at++) {
			expect(packetsOf([bytes.subarray(0, at), bytes.subarray(at)]).texts.join("|")).toBe(whole);
		}
	});
});
