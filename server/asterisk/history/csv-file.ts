import { type FileHandle, open, readFile, stat } from "node:fs/promises";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { JournalProblem } from "../../pbx-journal.ts";
import { say } from "../../protocol/sentences.ts";
import type { Tail } from "./read-back.ts";
import { rotatedFrom } from "./rotated.ts";

/** Where to go on: so many bytes from the beginning of this file; null: from its end. */
export interface Place {
	readonly file: string;
	/** Which file had this name: it may be rotated away between two pieces. */
	readonly node: number | null;
	readonly end: number | null;
}

/** A file of which pieces are read. */
interface Source {
	readonly size: number;
	readonly node: number;
	read(start: number, length: number): Promise<Buffer>;
	close(): Promise<void>;
}

const atOnce = 256 * 1024;
/** A record that is longer than this (bytes) is none. */
const longest = 4 * 1024 * 1024;
/** Of what may be a record so much (bytes) is looked at. */
const looked = 4096;
/** In quoted text a single quote behind a line end can only open a record. */
const opening = Buffer.from('\n"');
/** A compressed file must be unpacked whole, in memory: one that is larger (bytes) is not read, and lacks. */
const mostUnpacked = 64 * 1024 * 1024;
const unpack = promisify(gunzip);

/**
 * Records of a CSV file, from its end; then those of the files that were rotated away, the newest first. `opens` says
 * whether a record begins with this text, which stands behind a line end.
 */
export function csvTail<Row>(
	path: string,
	parse: (text: string) => { rows: Row[]; strange: number },
	opens: (text: string) => boolean,
): Tail<Place, Row> {
	/** The compressed file that is being read. */
	let unpacked: { readonly node: number; readonly bytes: Buffer } | null = null;

	async function sourceOf(file: string, mayBeMissing: boolean): Promise<Source | null> {
		const handle = await opened(file, mayBeMissing);
		if (handle === null) return null;
		const { size, ino: node } = await handle.stat();
		if (!file.endsWith(".gz")) return { size, node, ...plain(handle) };
		await handle.close();
		if (unpacked?.node !== node) unpacked = { node, bytes: await unpackedOf(file) };
		const { bytes } = unpacked;
		return {
			...{ size: bytes.length, node },
			read: async (start, length) => bytes.subarray(start, start + length),
			close: async () => {},
		};
	}

	/** The file that is older than `file`; null: none. */
	async function olderThan(file: string): Promise<Place | null> {
		const rotated = await rotatedFrom(path);
		const next = rotated[file === path ? 0 : rotated.indexOf(file) + 1];
		return next === undefined ? null : { file: next, node: null, end: null };
	}

	/** Under which name the file of this place is found now: it may have been rotated away since. */
	async function nameNow({ file, node }: Place): Promise<string> {
		if (node === null) return file;
		for (const name of [file, ...(await rotatedFrom(path))]) {
			if ((await stat(name).catch(() => null))?.ino === node) return name;
		}
		return file;
	}

	return {
		async piece(place) {
			const file = place === null ? path : await nameNow(place);
			const older = await olderThan(file);
			// Asterisk has not begun the new file yet, or a rotated one went just now.
			const source = await sourceOf(file, file !== path || older !== null);
			if (source === null) return { rows: [], strange: 0, next: older };
			try {
				// Shorter than it was: it was emptied between two pieces.
				const { size, node } = source;
				const { text, start } = await pieceBefore(source, Math.min(place?.end ?? size, size), opens);
				return { ...parse(text), next: start > 0 ? { file, node, end: start } : older };
			} finally {
				await source.close();
			}
		},
	};
}

const plain = (handle: FileHandle): Pick<Source, "read" | "close"> => ({
	async read(start, length) {
		const { buffer } = await handle.read(Buffer.alloc(length), 0, length, start);
		return buffer;
	},
	close: () => handle.close(),
});

/** Empty where it cannot be unpacked: what it held lacks, and that is noticed where it matters. */
const unpackedOf = async (file: string): Promise<Buffer> =>
	await unpack(await readFile(file), { maxOutputLength: mostUnpacked }).catch(() => Buffer.alloc(0));

/** Whole records that end at `end`; the parser leaves out one that is still being written. */
async function pieceBefore(
	source: Source,
	end: number,
	opens: (text: string) => boolean,
): Promise<{ text: string; start: number }> {
	for (let length = Math.min(atOnce, end); ; length = Math.min(length * 2, end)) {
		const start = end - length;
		const buffer = await source.read(start, length);
		const from = start === 0 ? 0 : recordAt(buffer, opens);
		if (from !== null) return { text: buffer.toString("utf8", from), start: start + from };
		// No record is that long: this is something else, and is passed over.
		if (length >= longest) return { text: "", start };
	}
}

function recordAt(buffer: Buffer, opens: (text: string) => boolean): number | null {
	for (let at = buffer.indexOf(opening); at >= 0; at = buffer.indexOf(opening, at + 1)) {
		if (opens(buffer.toString("utf8", at + 1, at + 1 + looked))) return at + 1;
	}
	return null;
}

async function opened(path: string, mayBeMissing: boolean): Promise<FileHandle | null> {
	try {
		// Opening what is no file, a pipe for example, might wait for ever.
		if (!(await stat(path)).isFile()) throw Object.assign(new Error(`${path} is no file`), { code: "no file" });
		return await open(path, "r");
	} catch (error) {
		const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
		const missing = code === "ENOENT";
		if (missing && mayBeMissing) return null;
		const mend = missing ? say("mend.journal-file") : say("mend.paste", { line: `setfacl -m u:$(id -un):r ${path}` });
		const told = say("journal.unreadable", { file: path, reason: code });
		throw new JournalProblem(missing ? "missing" : "denied", told, mend, error);
	}
}
