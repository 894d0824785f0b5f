import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Lengths of the conversations whose sound is made. */
export const toneSeconds = [4, 8, 15, 25] as const;

const rate = 8000;

/** A WAV file (8 kHz, 16 bit, mono, as MixMonitor writes) of two voices that are tones in turn. */
export function toneWav(seconds: number): Buffer {
	const samples = seconds * rate;
	const body = Buffer.alloc(samples * 2);
	for (let index = 0; index < samples; index += 1) {
		const second = index / rate;
		const firstSpeaks = Math.floor(second / 1.5) % 2 === 0;
		const pitch = (firstSpeaks ? 220 : 330) + 20 * Math.sin(second * 7);
		const loudness = 0.25 * Math.abs(Math.sin(second * Math.PI * 2.2));
		body.writeInt16LE(Math.round(32_767 * loudness * Math.sin(2 * Math.PI * pitch * second)), index * 2);
	}
	return Buffer.concat([wavHeader(body.length), body]);
}

/** RIFF header of PCM sound with `bytes` of samples. */
function wavHeader(bytes: number): Buffer {
	const header = Buffer.alloc(44);
	header.write("RIFF", 0);
	header.writeUInt32LE(36 + bytes, 4);
	header.write("WAVEfmt ", 8);
	header.writeUInt32LE(16, 16);
	header.writeUInt16LE(1, 20);
	header.writeUInt16LE(1, 22);
	header.writeUInt32LE(rate, 24);
	header.writeUInt32LE(rate * 2, 28);
	header.writeUInt16LE(2, 32);
	header.writeUInt16LE(16, 34);
	header.write("data", 36);
	header.writeUInt32LE(bytes, 40);
	return header;
}

/** Writes the sounds that all past calls share; answers where each is. */
export async function writeTones(root: string): Promise<(seconds: number) => { path: string; bytes: number }> {
	const made = new Map<number, { path: string; bytes: number }>();
	for (const seconds of toneSeconds) {
		const path = join(root, `past-${seconds}.wav`);
		const sound = toneWav(seconds);
		await mkdir(dirname(path), { recursive: true });
		await writeFile(path, sound);
		made.set(seconds, { path, bytes: sound.length });
	}
	return (seconds) => {
		const found = made.get(seconds);
		if (found === undefined) throw new Error(`There is no sound of ${seconds} s`);
		return found;
	};
}
