/** What a WAV file's beginning says. RIFF and `fmt ` as in https://www.mmsp.ece.mcgill.ca/Documents/AudioFormats/WAVE/WAVE.html */
export interface WavHeader {
	/** Where the sound begins. */
	readonly dataStart: number;
	/** Bytes of sound as the header says; 0 while the PBX still writes. */
	readonly dataBytes: number;
	readonly bytesPerSecond: number;
	/** wFormatTag: 1 PCM, 6 A-law, 7 µ-law, 0x31 GSM ("wav49"). */
	readonly format: number;
}

/** The beginning of a file that is enough to find its sound. */
export const headerBytes = 4096;
const most = 0xffff_ffff;

/** Reads the beginning of a WAV file; null when it is none, or its sound begins further on. */
export function readWav(start: Buffer): WavHeader | null {
	if (start.length < 12 || start.toString("latin1", 0, 4) !== "RIFF" || start.toString("latin1", 8, 12) !== "WAVE") {
		return null;
	}
	let format: number | null = null;
	let bytesPerSecond = 0;
	for (let at = 12; at + 8 <= start.length; ) {
		const name = start.toString("latin1", at, at + 4);
		const size = start.readUInt32LE(at + 4);
		if (name === "data") {
			return format === null ? null : { dataStart: at + 8, dataBytes: size, bytesPerSecond, format };
		}
		if (name === "fmt " && at + 8 + 16 <= start.length) {
			format = start.readUInt16LE(at + 8);
			bytesPerSecond = start.readUInt32LE(at + 16);
		}
		// Chunks begin at even places.
		at += 8 + size + (size % 2);
	}
	return null;
}

/**
 * The beginning of the file with lengths that fit a file of `fileBytes`. Asterisk writes the lengths at hang-up: until
 * then they say 0, and a player would play nothing. A header that fits is left as it is.
 */
export function repairedHeader(start: Buffer, fileBytes: number): Buffer {
	const wav = readWav(start);
	if (wav === null) return start.subarray(0, 0);
	const header = Buffer.from(start.subarray(0, wav.dataStart));
	const present = Math.max(0, fileBytes - wav.dataStart);
	// A shorter length is right when other chunks follow the sound.
	if (wav.dataBytes > 0 && wav.dataBytes <= present) return header;
	header.writeUInt32LE(Math.min(present, most), wav.dataStart - 4);
	header.writeUInt32LE(Math.min(Math.max(0, fileBytes - 8), most), 4);
	return header;
}

/** Whole seconds of sound in a file of `fileBytes`. */
export function secondsOf(wav: WavHeader, fileBytes: number): number | null {
	if (wav.bytesPerSecond === 0) return null;
	return Math.round(soundBytes(wav, fileBytes) / wav.bytesPerSecond);
}

/** Bytes of sound that are there, whatever the header says. */
export function soundBytes(wav: WavHeader, fileBytes: number): number {
	const present = Math.max(0, fileBytes - wav.dataStart);
	return wav.dataBytes > 0 ? Math.min(wav.dataBytes, present) : present;
}
