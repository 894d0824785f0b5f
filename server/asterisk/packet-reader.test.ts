import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultLimits, type PacketLimits, PacketReader, type Quarantined } from "./packet-reader.ts";

interface Read {
	readonly packets: string[];
	readonly ambiguous: boolean[];
	readonly quarantined: Quarantined[];
	readonly greetings: string[];
}

function read(chunks: Iterable<Uint8Array>, limits: PacketLimits = defaultLimits): Read {
	const result: Read = { packets: [], ambiguous: [], quarantined: [], greetings: [] };
	const reader = new PacketReader(
		{
			onPacket: (packet) => {
				result.packets.push(packet.text);
				result.ambiguous.push(packet.ambiguous);
			},
			onQuarantine: (quarantined) => result.quarantined.push(quarantined),
			onGreeting: (line) => result.greetings.push(line),
		},
		limits,
	);
	for (const chunk of chunks) reader.feed(chunk);
	return result;
}

const whole = (text: string, limits?: PacketLimits) => read([Buffer.from(text)], limits);

function* cut(bytes: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
	let at = 0;
	for (let turn = 0; at < bytes.length; turn++) {
		const size = sizes[turn % sizes.length] ?? 1;
		yield bytes.subarray(at, at + size);
		at += size;
	}
}

const hangup = "Event: Hangup\r\nUniqueid: 1.1\r\nCause: 16\r\n\r\n";

describe("the AMI reader", () => {
	it("gives a message when its empty line is there, and not before", () => {
		expect(whole(hangup.slice(0, -1)).packets).toEqual([]);
		expect(whole(hangup).packets).toEqual(["Event: Hangup\r\nUniqueid: 1.1\r\nCause: 16"]);
	});

	it("hears the greeting once and takes a trace without one", () => {
		const { greetings, packets } = whole(`Asterisk Call Manager/11.0.0\r\n${hangup}`);
		expect(greetings).toEqual(["Asterisk Call Manager/11.0.0"]);
		expect(packets).toHaveLength(1);
		expect(whole(hangup).greetings).toEqual([]);
	});

	it("puts the greeting of another program aside", () => {
		const { greetings, packets, quarantined } = whole(`SSH-2.0-OpenSSH_9.2\r\n\r\n${hangup}`);
		expect([greetings, packets.length, quarantined.length]).toEqual([[], 1, 1]);
	});

	it("passes over extra empty lines between messages", () => {
		expect(whole(`${hangup}\r\n\r\n${hangup}\r\n`)).toMatchObject({
			packets: [{}, {}].map(() => expect.any(String)),
			quarantined: [],
		});
	});

	it("keeps letters whose bytes are split over chunks", () => {
		const text = "Event: X\r\nCallerIDName: Олена Ковальчук 🔔\r\n\r\n";
		expect(read(cut(Buffer.from(text), [1])).packets).toEqual([text.slice(0, -4)]);
	});

	it("keeps a lone line feed or carriage return inside a value: Asterisk sends AppData raw", () => {
		const text = "Event: Newexten\r\nAppData: a\nEvent: Hangup\rb\r\r\nUniqueid: 1";
		expect(read(cut(Buffer.from(`${text}\r\n\r\n`), [1]))).toMatchObject({ packets: [text], quarantined: [] });
	});

	it.each([
		["a line without a key", "Event: X\r\nnothing\r\n\r\n"],
		["an empty key", "Event: X\r\n: value\r\n\r\n"],
		["a NUL", "Event: X\r\nKey: a\0b\r\n\r\n"],
		["a key with a byte that keys never have", "Event: X\r\nKe<y: a\r\n\r\n"],
		["a key that never ends", `Event: X\r\n${"k".repeat(300)}: a\r\n\r\n`],
		["a first line that is neither Event nor Response", "Uniqueid: 1.1\r\nEvent: Hangup\r\n\r\n"],
		["a line feed where a message should begin", "\nEvent: X\r\n\r\n"],
	])("puts aside %s and goes on with the next message", (_, text) => {
		for (const size of [1, 7, 100_000]) {
			const { packets, quarantined } = read(cut(Buffer.from(hangup + text + hangup), [size]));
			expect(quarantined.map(({ reason }) => reason)).toEqual(["grammar"]);
			expect(packets).toHaveLength(2);
		}
	});

	it("says when a key that stands once stands twice, and lets lists be lists", () => {
		const { ambiguous } = whole(
			"Event: Hangup\r\nUniqueid: 1\r\nUniqueid: 2\r\n\r\n" +
				"Event: X\r\nChanVariable: a=1\r\nChanVariable: b=2\r\nDestChanVariable: a=1\r\nDestChanVariable: b=1\r\n\r\n" +
				"Response: Success\r\nOutput: a\r\nOutput: b\r\nVariable: a\r\nVariable: b\r\n\r\n",
		);
		expect(ambiguous).toEqual([true, false, false]);
	});

	it("notices a doubled key among thousands of lines", () => {
		const lines = Array.from({ length: 5000 }, (_, index) => `Key${index}: ${index}`);
		expect(whole(`Event: X\r\n${lines.join("\r\n")}\r\n\r\n`).ambiguous).toEqual([false]);
		expect(whole(`Event: X\r\n${lines.join("\r\n")}\r\nKey17: 0\r\n\r\n`).ambiguous).toEqual([true]);
	});

	it("treats __proto__ and constructor as the text that they are", () => {
		const { packets, ambiguous } = whole("Event: X\r\n__proto__: a\r\nconstructor: b\r\ntoString: c\r\n\r\n");
		expect(packets).toHaveLength(1);
		expect(ambiguous).toEqual([false]);
		expect({}).not.toHaveProperty("a");
	});

	describe("bounds", () => {
		const limits = { packet: 2000, line: 500, headers: 20 };
		it.each([
			["packet-too-long", `Event: X\r\n${`Key: ${"v".repeat(400)}\r\n`.repeat(6)}\r\n`],
			["line-too-long", `Event: X\r\nKey: ${"v".repeat(600)}\r\n\r\n`],
			["too-many-headers", `Event: X\r\n${"Output: v\r\n".repeat(30)}\r\n`],
		] as const)("%s is put aside whole, however it comes", (reason, text) => {
			for (const size of [1, 13, 700, 100_000]) {
				const { packets, quarantined } = read(cut(Buffer.from(hangup + text + hangup), [size]), limits);
				expect(quarantined.map((one) => one.reason)).toEqual([reason]);
				expect(packets).toHaveLength(2);
			}
		});

		it("a message that never ends is put aside once", () => {
			const { packets, quarantined } = read(cut(Buffer.from(`Event: X\r\n${"Key: v\r\n".repeat(100_000)}`), [1000]), {
				...limits,
				headers: 1_000_000,
			});
			expect([packets.length, quarantined.length]).toEqual([0, 1]);
		});

		it("a message over 1 MB is put aside, one of 32,000 lines is read", () => {
			const line = "Output: 0123456789\r\n";
			expect(whole(`Response: Success\r\n${line.repeat(32_000)}\r\n`).packets).toHaveLength(1);
			expect(whole(`Response: Success\r\n${line.repeat(60_000)}\r\n${hangup}`)).toMatchObject({
				packets: [hangup.slice(0, -4)],
				quarantined: [{}],
			});
		});
	});

	describe("however the bytes are cut", () => {
		const value = fc.string({ unit: fc.constantFrom("a", "é", "Ж", "🔔", " ", ":", "\\", "\n", "\r", "\0", "=") });
		const key = fc.constantFrom("Event", "Uniqueid", "ChanVariable", "Output", "__proto__", "Cause-txt", "", "b<d");
		const line = fc.oneof(
			fc.tuple(key, value).map(([name, text]) => `${name}: ${text}\r\n`),
			fc.constantFrom("\r\n", "x", "Event: Y\r\n"),
		);
		const stream = fc
			.array(fc.oneof(fc.constant("Event: X\r\n"), line), { maxLength: 40 })
			.map((lines) => lines.join(""));
		const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 8 });

		it("the same packets, in the same order, and the same messages put aside", () => {
			fc.assert(
				fc.property(stream, sizes, (text, cuts) => {
					// A colon at once, so that nothing waits for a greeting.
					const bytes = Buffer.from(`${hangup + text}\r\n\r\n${hangup}`);
					const samples = ({ packets, quarantined, ambiguous }: Read) => [
						packets,
						ambiguous,
						quarantined.map((one) => one.reason),
					];
					expect(samples(read(cut(bytes, cuts)))).toEqual(samples(read([bytes])));
				}),
				{ numRuns: 500 },
			);
		});

		it("random bytes end nothing", () => {
			fc.assert(
				fc.property(fc.uint8Array({ maxLength: 400 }), sizes, (bytes, cuts) => {
					const { packets } = read([...cut(bytes, cuts), Buffer.from(`\r\n\r\n${hangup}`)]);
					expect(packets.at(-1)).toBe(hangup.slice(0, -4));
				}),
			);
		});
	});
});
