import { expect, test } from "vitest";
import { readWav, repairedHeader, secondsOf, soundBytes } from "./wav.ts";

function header(chunks: readonly [name: string, body: Buffer | number][]): Buffer {
	const parts: Buffer[] = [Buffer.from("RIFF\0\0\0\0WAVE", "latin1")];
	for (const [name, body] of chunks) {
		const size = Buffer.alloc(4);
		size.writeUInt32LE(typeof body === "number" ? body : body.length);
		parts.push(Buffer.from(name), size);
		if (typeof body === "number") break;
		parts.push(body, Buffer.alloc(body.length % 2));
	}
	return Buffer.concat(parts);
}
const format = Buffer.from([1, 0, 1, 0, 0x40, 0x1f, 0, 0, 0x80, 0x3e, 0, 0, 2, 0, 16, 0]);

test("the sound is found behind chunks of any kind and odd length", () => {
	const start = header([
		["LIST", Buffer.from("odd")],
		["fmt ", format],
		["data", 32_000],
	]);
	expect(readWav(start)).toEqual({ dataStart: start.length, dataBytes: 32_000, bytesPerSecond: 16_000, format: 1 });
});

test.each([
	["nothing", Buffer.alloc(0)],
	["text", Buffer.from("this is no sound at all, only text, only text")],
	["a beginning without sound", header([["fmt ", format]])],
	["sound without a format", header([["data", 10]])],
	["a chunk that is longer than the file", header([["LIST", 0xffff_fff0]])],
])("%s is no WAV", (_name, start) => {
	expect(readWav(start)).toBeNull();
	expect(repairedHeader(start, 1000)).toHaveLength(0);
});

test("lengths that say 0 or more than there is are mended, others stay", () => {
	const of = (declared: number) =>
		header([
			["fmt ", format],
			["data", declared],
		]);
	const data = (start: Buffer) => start.readUInt32LE(start.length - 4);
	expect(data(repairedHeader(of(0), 44 + 5000))).toBe(5000);
	expect(data(repairedHeader(of(9000), 44 + 5000))).toBe(5000);
	expect(data(repairedHeader(of(4000), 44 + 5000))).toBe(4000);
	expect(data(repairedHeader(of(0), 6 * 1024 ** 3))).toBe(0xffff_ffff);
});

test("the length in seconds is that of the sound that is there", () => {
	const wav = { dataStart: 44, dataBytes: 0, bytesPerSecond: 16_000, format: 1 };
	expect(secondsOf(wav, 44 + 48_000)).toBe(3);
	expect(secondsOf({ ...wav, bytesPerSecond: 0 }, 44 + 48_000)).toBeNull();
	expect(soundBytes({ ...wav, dataBytes: 10 }, 44 + 48_000)).toBe(10);
});
