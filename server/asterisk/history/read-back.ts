import type { JournalReading } from "../../pbx-journal.ts";
import { atTimes, type RawCelRow } from "./cel-row.ts";
import { familyOf, groupsOf } from "./families.ts";

/** A journal that is read from its end towards its beginning, a piece at a time. */
export interface Tail<Cursor> {
	/** The rows before `cursor` (null: the newest), oldest first, and where to go on; null at the beginning. */
	piece(cursor: Cursor | null): Promise<{ rows: readonly RawCelRow[]; strange: number; next: Cursor | null }>;
}

/** No call lasts longer than this (ms): what has no beginning by then is left out. */
const longestCall = 12 * 3_600_000;

/**
 * Reads as far back as it takes for every contact of which something was written at or after `since` to be whole.
 * The journal may grow meanwhile: what is written later belongs to the next reading.
 */
export async function readBack<Cursor>(tail: Tail<Cursor>, since: number): Promise<JournalReading> {
	let raw: RawCelRow[] = [];
	let strange = 0;
	let cursor: Cursor | null = null;
	for (;;) {
		const piece = await tail.piece(cursor);
		raw = [...piece.rows, ...raw];
		strange += piece.strange;
		cursor = piece.next;
		const rows = atTimes(raw);
		const groups = groupsOf(rows).filter(({ lastAt }) => lastAt >= since);
		const oldest = rows[0]?.at ?? Number.POSITIVE_INFINITY;
		const enough = oldest < since && (oldest < since - longestCall || groups.every(({ whole }) => whole));
		if (cursor !== null && !enough) continue;
		return {
			families: groups.filter(({ whole }) => whole).map(familyOf),
			newest: rows.length === 0 ? null : rows.reduce((latest, { at }) => Math.max(latest, at), 0),
			strange,
		};
	}
}
