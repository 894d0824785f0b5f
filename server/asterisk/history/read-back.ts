import { setImmediate as turn } from "node:timers/promises";
import type { JournalFamily, JournalReading, KnownRow } from "../../pbx-journal.ts";
import { atTimes, type CelRow, type RawCelRow, zoneOf } from "./cel-row.ts";
import { createContinuity, markOf } from "./continuity.ts";
import { familyOf, groupsOf, type RowGroup } from "./families.ts";

/** A journal that is read from its end towards its beginning, a piece at a time. */
export interface Tail<Cursor, Row = RawCelRow> {
	/** The rows before `cursor` (null: the newest), oldest first, and where to go on; null at the beginning. */
	piece(cursor: Cursor | null): Promise<{ rows: readonly Row[]; strange: number; next: Cursor | null }>;
}

/** Hears contacts, some at a time. */
export type Take = (families: readonly JournalFamily[]) => Promise<void>;

/** What is to be read. */
export interface Asked {
	readonly since: number;
	/** Rows that were there before. */
	readonly known: readonly KnownRow[];
	readonly take: Take;
}

/** No call lasts longer than this (ms): what has no beginning by then is left out, and a known row is not looked for. */
export const longestCall = 12 * 3_600_000;
/** Contacts that are handed over together, at least; the rest comes at the end. */
export const handedOver = 200;
/** Contacts worked out in one turn of the event loop. */
const atOnce = 50;

/**
 * Reads as far back as it takes for every contact of which something was written at or after `since` to be whole, and
 * hands it over as soon as it is: in memory are the contacts whose beginning has not come yet, as many as there were at
 * one time. The journal may grow meanwhile: what is written later belongs to the next reading. Known rows lie at `since`
 * or close before it, but where a clock was set back, or the journal is not the same any more.
 */
export async function readBack<Cursor>(tail: Tail<Cursor>, { since, known, take }: Asked): Promise<JournalReading> {
	const continuity = createContinuity(known);
	let waiting: CelRow[] = [];
	let ready: JournalFamily[] = [];
	let strange = 0;
	let zone = 0;
	let newest: number | null = null;
	let cursor: Cursor | null = null;
	for (;;) {
		const piece = await tail.piece(cursor);
		zone = piece.rows.map(zoneOf).find((one) => one !== null) ?? zone;
		const timed = atTimes(piece.rows, zone);
		continuity.see(timed.map(({ at }, index) => ({ at, mark: () => markOfRow(piece.rows[index]) })));
		// A row without a time, as 0000-00-00 is none, would hide how far we are.
		const rows = timed.filter(({ at }) => !Number.isNaN(at));
		strange += piece.strange + timed.length - rows.length;
		cursor = piece.next;
		for (const { at } of rows) newest = Math.max(newest ?? at, at);
		const oldest = rows[0]?.at;

		// Its channels live at the same time: a contact whose channels have all begun has nothing more further back.
		const groups = await groupsOf([...rows, ...waiting]);
		const whole = groups.filter((group) => group.whole);
		ready.push(...(await familiesOf(whole.filter(({ lastAt }) => lastAt >= since))));
		const begun = groups.filter((group) => !group.whole && !isLost(group, oldest));
		waiting = rowsOf(begun, [...rows, ...waiting]);

		const far = oldest !== undefined && oldest < since;
		const tooFar = oldest !== undefined && oldest < since - longestCall;
		const end =
			cursor === null || tooFar || (far && continuity.isMet() && !begun.some(({ lastAt }) => lastAt >= since));
		if (ready.length >= handedOver || (end && ready.length > 0)) {
			await take(ready);
			ready = [];
		}
		if (end) return { newest, strange, ...continuity.told() };
		await turn();
	}
}

const markOfRow = (row: RawCelRow | undefined): string =>
	row === undefined ? "" : markOf(row.time, row.event, row.id, row.channel);

/** Its beginning was never written: for the longest of calls there is nothing before its first row. */
const isLost = ({ rows }: RowGroup, oldest: number | undefined): boolean =>
	oldest !== undefined && rows[0] !== undefined && rows[0].at - oldest > longestCall;

/** The rows of these contacts in the order in which they were written. */
function rowsOf(groups: readonly RowGroup[], all: readonly CelRow[]): CelRow[] {
	const theirs = new Set(groups.flatMap(({ rows }) => rows));
	return all.filter((row) => theirs.has(row));
}

async function familiesOf(groups: readonly RowGroup[]): Promise<JournalFamily[]> {
	const families: JournalFamily[] = [];
	for (const group of groups) {
		families.push(familyOf(group));
		if (families.length % atOnce === 0) await turn();
	}
	return families;
}
