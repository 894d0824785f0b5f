import { type FileHandle, open, stat } from "node:fs/promises";
import { JournalProblem } from "../../pbx-journal.ts";
import { say } from "../../protocol/sentences.ts";
import type { Tail } from "./read-back.ts";

/** Where to go on: so many bytes from the beginning of the current file, or of the one that was rotated away last. */
export interface Place {
	readonly rotated: boolean;
	readonly end: number;
}

const atOnce = 256 * 1024;
/** A record that is longer than this (bytes) is none. */
const longest = 4 * 1024 * 1024;
/** Of what may be a record so much (bytes) is looked at. */
const looked = 4096;
/** In quoted text a single quote behind a line end can only open a record. */
const opening = Buffer.from('\n"');

/**
 * Records of a CSV file, from its end; then those of the file that was rotated away last, `<file>.1`. `opens` says whether
 * a record begins with this text, which stands behind a line end.
 */
export function csvTail<Row>(
	path: string,
	parse: (text: string) => { rows: Row[]; strange: number },
	opens: (text: string) => boolean,
): Tail<Place, Row> {
	return {
		async piece(place) {
			const rotated = place?.rotated ?? false;
			const older = rotated ? null : await rotatedAway(path);
			const file = await opened(rotated ? `${path}.1` : path, older !== null);
			// Asterisk has not begun the new file yet.
			if (file === null) return { rows: [], strange: 0, next: older };
			try {
				// Shorter than it was: it was emptied between two pieces.
				const { size } = await file.stat();
				const { text, start } = await pieceBefore(file, Math.min(place?.end ?? size, size), opens);
				return { ...parse(text), next: start > 0 ? { rotated, end: start } : older };
			} finally {
				await file.close();
			}
		},
	};
}

/** Whole records that end at `end`; the parser leaves out one that is still being written. */
async function pieceBefore(
	file: FileHandle,
	end: number,
	opens: (text: string) => boolean,
): Promise<{ text: string; start: number }> {
	for (let length = Math.min(atOnce, end); ; length = Math.min(length * 2, end)) {
		const start = end - length;
		const { buffer } = await file.read(Buffer.alloc(length), 0, length, start);
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

async function rotatedAway(path: string): Promise<Place | null> {
	const found = await stat(`${path}.1`).catch(() => null);
	return found?.isFile() ? { rotated: true, end: found.size } : null;
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
