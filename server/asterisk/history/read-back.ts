import { setImmediate as turn } from "node:timers/promises";
import type { JournalFamily, JournalReading } from "../../pbx-journal.ts";
import { atTimes, type CelRow, type RawCelRow, zoneOf } from "./cel-row.ts";
import { familyOf, groupsOf, type RowGroup } from "./families.ts";

/** A journal that is read from its end towards its beginning, a piece at a time. */
export interface Tail<Cursor, Row = RawCelRow> {
	/** The rows before `cursor` (null: the newest), oldest first, and where to go on; null at the beginning. */
	piece(cursor: Cursor | null): Promise<{ rows: readonly Row[]; strange: number; next: Cursor | null }>;
}

/** No call lasts longer than this (ms): what has no beginning by then is left out. */
const longestCall = 12 * 3_600_000;
/** Contacts worked out in one turn of the event loop. */
const atOnce = 50;

/**
 * Reads as far back as it takes for every contact of which something was written at or after `since` to be whole.
 * The journal may grow meanwhile: what is written later belongs to the next reading.
 */
export async function readBack<Cursor>(tail: Tail<Cursor>, since: number): Promise<JournalReading> {
	const pieces: CelRow[][] = [];
	let strange = 0;
	let zone = 0;
	let newest: number | null = null;
	let cursor: Cursor | null = null;
	for (;;) {
		const piece = await tail.piece(cursor);
		zone = piece.rows.map(zoneOf).find((one) => one !== null) ?? zone;
		const timed = atTimes(piece.rows, zone);
		// A row without a time, as 0000-00-00 is none, would hide how far we are.
		const rows = timed.filter(({ at }) => !Number.isNaN(at));
		pieces.unshift(rows);
		strange += piece.strange + timed.length - rows.length;
		cursor = piece.next;
		for (const { at } of rows) newest = Math.max(newest ?? at, at);
		const oldest = rows[0]?.at;
		const far = cursor === null || (oldest !== undefined && oldest < since);
		if (!far) {
			await turn();
			continue;
		}
		const groups = (await groupsOf(pieces.flat())).filter(({ lastAt }) => lastAt >= since);
		const tooFar = oldest !== undefined && oldest < since - longestCall;
		if (cursor !== null && !tooFar && groups.some(({ whole }) => !whole)) continue;
		return { families: await familiesOf(groups), newest, strange };
	}
}

async function familiesOf(groups: readonly RowGroup[]): Promise<JournalFamily[]> {
	const families: JournalFamily[] = [];
	for (const group of groups) {
		if (!group.whole) continue;
		families.push(familyOf(group));
		if (families.length % atOnce === 0) await turn();
	}
	return families;
}
