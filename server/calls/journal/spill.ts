import { createReadStream } from "node:fs";
import { type FileHandle, mkdir, open, rm, truncate } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { createInterface } from "node:readline";
import type { Entry } from "./entry.ts";

/**
 * Where events wait on this machine's disk while the database is away: one JSON line each, appended and forced to the
 * disk. Nothing is taken out of the middle: the file goes when all of it is stored, and what is stored twice has the same
 * key. So a kill at any byte loses at most the line that was being written.
 */
export interface Spill {
	/** Events in the file that are not known to be stored. */
	readonly size: number;
	/** Bytes of the file. */
	readonly bytes: number;
	/** When the first event of the file arrived, milliseconds since the epoch; null: the file is empty. */
	readonly oldest: number | null;
	/** Resolves when the events are on the disk. */
	append(entries: readonly Entry[]): Promise<void>;
	/** The next events to store, at most so many, in their order; fewer when they are large. */
	peek(most: number): Promise<readonly Entry[]>;
	/** The events that were peeked last are stored; the file goes with the last of them. */
	drop(): Promise<void>;
	close(): Promise<void>;
}

/** Bytes of the file that are read at once: an event may have a megabyte. */
const mostPeeked = 4_000_000;

/**
 * Takes up what an earlier run left; a line torn by its end is cut off, and told to `onTorn`. `forceFolder` puts the names in
 * a folder on the disk: forcing a file's bytes does not do that, and a power cut would take the name with them (fsync(2)).
 */
export async function openSpill(
	file: string,
	onTorn: (bytes: number) => void,
	forceFolder: (folder: string) => Promise<void> = synced,
): Promise<Spill> {
	const left = await survey(file);
	if (left.torn > 0) {
		onTorn(left.torn);
		await truncate(file, left.bytes);
	}
	let { size, bytes, oldest } = left;
	let handle: FileHandle | null = null;
	/** Folders in which a name is new. */
	let unforced: string[] = [];
	/** Bytes of the file that are stored, and of those that were peeked. */
	let done = 0;
	let peeked = { bytes: 0, size: 0 };

	return {
		get size() {
			return size;
		},
		get bytes() {
			return bytes;
		},
		get oldest() {
			return oldest;
		},
		async append(entries) {
			if (handle === null) {
				const folder = dirname(file);
				const made = await mkdir(folder, { recursive: true });
				handle = await open(file, "a", 0o600);
				unforced = [folder, ...foldersAbove(folder, made)];
			}
			while (unforced[0] !== undefined) {
				await forceFolder(unforced[0]);
				unforced.shift();
			}
			const text = Buffer.from(entries.map(lineOf).join(""));
			try {
				await handle.appendFile(text);
				await handle.datasync();
			} catch (error) {
				// Half a line in the middle would spoil the next one.
				await handle.truncate(bytes).catch(() => {});
				throw error;
			}
			oldest ??= (entries[0]?.arrival ?? 0) / 1000;
			bytes += text.length;
			size += entries.length;
		},
		async peek(most) {
			const entries: Entry[] = [];
			let length = 0;
			if (size > 0) {
				for await (const { line, bytes: taken } of linesOf(file, done)) {
					length += taken;
					const entry = parse(line);
					if (entry) entries.push(entry);
					if (entries.length >= most || length >= mostPeeked) break;
				}
			}
			peeked = { bytes: length, size: entries.length };
			return entries;
		},
		async drop() {
			done += peeked.bytes;
			size -= peeked.size;
			peeked = { bytes: 0, size: 0 };
			if (done < bytes) return;
			await handle?.close();
			handle = null;
			await rm(file, { force: true });
			[size, bytes, done, oldest] = [0, 0, 0, null];
		},
		async close() {
			await handle?.close();
			handle = null;
		},
	};
}

/** Those above `folder` in which a name is new, when `made` was the first one that had to be made. */
function foldersAbove(folder: string, made: string | undefined): string[] {
	if (made === undefined) return [];
	const above = dirname(folder);
	return resolve(folder) === resolve(made) || above === folder ? [above] : [above, ...foldersAbove(above, made)];
}

/** Some file systems of other machines know no such order. */
async function synced(folder: string): Promise<void> {
	const handle = await open(folder, "r");
	try {
		await handle.sync();
	} catch (error) {
		const code = error instanceof Error && "code" in error ? error.code : undefined;
		if (code !== "EINVAL" && code !== "ENOTSUP") throw error;
	} finally {
		await handle.close();
	}
}

/** Reading by lines, Node takes these two for line ends as well; JSON leaves them as they are. */
const lineOf = (entry: Entry) =>
	`${JSON.stringify(entry).replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029")}\n`;

interface Line {
	readonly line: string;
	readonly bytes: number;
}

async function* linesOf(file: string, start: number): AsyncGenerator<Line> {
	const stream = createReadStream(file, { start, encoding: "utf8" });
	try {
		for await (const line of createInterface({ input: stream, crlfDelay: 0 })) {
			yield { line, bytes: Buffer.byteLength(line) + 1 };
		}
	} finally {
		stream.destroy();
	}
}

/** Whole lines of the file, and what is behind the last line feed. */
async function survey(file: string): Promise<{ size: number; bytes: number; torn: number; oldest: number | null }> {
	const handle = await open(file, "r").catch((error: NodeJS.ErrnoException) => {
		if (error.code === "ENOENT") return null;
		throw error;
	});
	if (handle === null) return { size: 0, bytes: 0, torn: 0, oldest: null };
	const { size: whole } = await handle.stat();
	await handle.close();
	let size = 0;
	let bytes = 0;
	let oldest: number | null = null;
	for await (const { line, bytes: length } of linesOf(file, 0)) {
		// The last line has no line feed: it is torn.
		if (bytes + length > whole) break;
		bytes += length;
		const entry = parse(line);
		if (!entry) continue;
		size += 1;
		oldest ??= entry.arrival / 1000;
	}
	return { size, bytes, torn: whole - bytes, oldest };
}

/** Null for a line that a failing disk left without sense: one line must not hold up the others. */
function parse(line: string): Entry | null {
	try {
		const value: unknown = JSON.parse(line);
		return isEntry(value) ? value : null;
	} catch {
		return null;
	}
}

/** Written by ourselves a line at a time: what has its key and its order is whole. */
function isEntry(value: unknown): value is Entry {
	if (typeof value !== "object" || value === null) return false;
	return "key" in value && "event" in value && "arrival" in value && typeof value.arrival === "number";
}
