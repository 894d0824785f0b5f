import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** What logrotate adds to the name: a number, or a date, and what compressed it. */
const added = /^[.-](\d[\d_T-]*)(\.gz)?$/;
/** Longer than any number of files that are kept; what is longer is a date, or seconds since the epoch. */
const numberDigits = 3;

/** The files that were rotated away from this one, the newest first: `.1 .2 …`, `-20261116 …`, also compressed by gzip. */
export async function rotatedFrom(path: string): Promise<string[]> {
	const [folder, name] = [dirname(path), basename(path)];
	const entries = await readdir(folder).catch((): string[] => []);
	const found = await Promise.all(
		entries.map(async (entry) => {
			const told = entry.startsWith(name) ? added.exec(entry.slice(name.length))?.[1] : undefined;
			// One that is just being compressed is there twice.
			if (told === undefined || (entry.endsWith(".gz") && entries.includes(entry.slice(0, -3)))) return [];
			const file = join(folder, entry);
			const seen = await stat(file).catch(() => null);
			if (!seen?.isFile()) return [];
			const digits = told.replaceAll(/\D/g, "");
			return [{ file, order: Number(digits), numbered: told.length <= numberDigits, writtenAt: seen.mtimeMs }];
		}),
	);
	const files = found.flat();
	const numbered = files.filter((file) => file.numbered).sort((a, b) => a.order - b.order);
	const dated = files.filter((file) => !file.numbered).sort((a, b) => b.order - a.order);
	// Both where somebody has changed how it is done: one kind is as a whole older than the other.
	const newest = (list: typeof files) => Math.max(0, ...list.map(({ writtenAt }) => writtenAt));
	const kinds = newest(numbered) > newest(dated) ? [numbered, dated] : [dated, numbered];
	return kinds.flat().map(({ file }) => file);
}
