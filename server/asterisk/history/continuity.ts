import { createHash } from "node:crypto";
import type { Hole, KnownRow } from "../../pbx-journal.ts";

/** The name by which a row is known again, whatever file or number it has then: of what the PBX wrote, as it wrote it. */
export const markOf = (...told: readonly (string | number)[]): string =>
	createHash("sha256").update(JSON.stringify(told)).digest("base64url");

/** A row on the clock, and what names it. */
interface Seen {
	readonly at: number;
	readonly mark: () => string;
}

/** Watches a reading, which goes from the end of a journal towards its beginning, for rows that were there before. */
export function createContinuity(known: readonly KnownRow[]) {
	const watched = known.map((row) => ({ ...row, met: false, until: null as number | null }));
	let last: string | null = null;
	return {
		/** Rows before those that were seen, the oldest first. */
		see(rows: readonly Seen[]): void {
			last ??= rows.at(-1)?.mark() ?? null;
			for (const row of rows.toReversed()) {
				const waited = watched.filter(({ met }) => !met);
				if (waited.length === 0) return;
				const mark = row.mark();
				for (const one of waited) {
					if (one.mark === mark) one.met = true;
					else if (row.at > one.at) one.until = Math.min(one.until ?? row.at, row.at);
				}
			}
		},
		isMet: (): boolean => watched.every(({ met }) => met),
		/** The row that was written last, and what lacks behind each known one. */
		told: (): { last: string | null; holes: (Hole | null)[] } => ({
			last,
			holes: watched.map(({ met, until }) => (met ? null : { until })),
		}),
	};
}
