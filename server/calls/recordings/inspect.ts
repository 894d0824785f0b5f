import { extname } from "node:path";
import type { OpenRecording } from "./open-file.ts";
import { headerBytes, readWav, secondsOf, soundBytes } from "./wav.ts";

/** What a file turned out to be. */
export type Inspected =
	| {
			readonly state: "playable";
			readonly type: string;
			readonly seconds: number | null;
			readonly header: Buffer | null;
	  }
	| { readonly state: "empty" }
	/** A format that browsers do not play, for example gsm and wav49. */
	| { readonly state: "unplayable" };

/** Formats that browsers play as they are; the other ones that MixMonitor can write (gsm, sln, ulaw…) they do not. */
const types: Readonly<Record<string, string>> = {
	".mp3": "audio/mpeg",
	".ogg": "audio/ogg",
	".opus": "audio/ogg",
	".m4a": "audio/mp4",
};
/** wFormatTag of PCM, IEEE float, A-law, µ-law and "extensible". */
const playableFormats = new Set([1, 3, 6, 7, 0xfffe]);

/** Looks at the beginning of a file: whether there is sound, and whether a browser can play it. */
export async function inspect({ handle, size, path }: OpenRecording): Promise<Inspected> {
	if (size === 0) return { state: "empty" };
	const buffer = Buffer.alloc(Math.min(headerBytes, size));
	const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
	const header = buffer.subarray(0, bytesRead);
	const wav = readWav(header);
	if (wav === null) {
		const type = types[extname(path).toLowerCase()];
		return type ? { state: "playable", type, seconds: null, header: null } : { state: "unplayable" };
	}
	if (soundBytes(wav, size) === 0) return { state: "empty" };
	if (!playableFormats.has(wav.format)) return { state: "unplayable" };
	return { state: "playable", type: "audio/wav", seconds: secondsOf(wav, size), header };
}
