import type { JournalReading, KnownRow } from "../pbx-journal.ts";

/** A hole in a PBX's journal, by our clock (ms), and the row before it. */
export interface Tear {
	readonly mark: string;
	readonly from: number;
	/** When the first row behind it was written; while there is none, when that was seen. */
	readonly to: number;
}

/** What is remembered of a journal. */
export interface Remembered {
	/** By the PBX's clock. */
	readonly journalNewest: Date | null;
	/** The row that was written last, and the name of the journal. */
	readonly journalMark: string | null;
	readonly tornFrom: Date | null;
	readonly tornTo: Date | null;
	readonly tornMark: string | null;
}

/** Which rows a reading is to meet again. */
export interface Wanted {
	/** In the order in which they are asked for: the last one, then the one before the last hole. */
	readonly rows: readonly KnownRow[];
	readonly last: KnownRow | null;
	/** Of this day; an older one is no hole of the figure any more. */
	readonly tear: Tear | null;
	readonly tearIsAsked: boolean;
	/** Another journal than before: what was read of that one says nothing of this one. */
	readonly other: boolean;
}

/** What a reading says of the journal's wholeness. */
export interface Wholeness {
	/** The row that is known from now on. */
	readonly mark: string | null;
	readonly tear: Tear | null;
	/** This reading has a hole: blind times that began before it ended cannot be looked into. */
	readonly holeUntil: number | null;
	/** The rows of the hole are there again. */
	readonly healed: Tear | null;
}

/** A hole counts for as long (ms) as the daily figure looks back. */
export const tornFor = 24 * 3_600_000;

/** `at`: now; `skew`: by how much our clock is ahead; `thorough`: the hole's rows are looked for, which takes a day of the journal. */
export function rowsToMeet(
	before: Remembered,
	journal: string,
	{ at, skew, thorough }: { at: number; skew: number; thorough: boolean },
): Wanted {
	const [mark = null, name] = split(before.journalMark);
	const other = mark !== null && name !== journal;
	const last = mark === null || other ? null : { mark, at: before.journalNewest?.getTime() ?? 0 };
	const tear = last === null ? null : tearOf(before, at - tornFor);
	const same = tear !== null && tear.mark === last?.mark;
	const tearIsAsked = tear !== null && (same || thorough);
	const asked = last === null ? [] : [last];
	const rows = tearIsAsked && !same ? [...asked, { mark: tear.mark, at: tear.from - skew }] : asked;
	return { rows, last, tear, tearIsAsked, other };
}

function tearOf({ tornFrom, tornTo, tornMark }: Remembered, since: number): Tear | null {
	if (tornFrom === null || tornTo === null || tornMark === null || tornTo.getTime() < since) return null;
	return { mark: tornMark, from: tornFrom.getTime(), to: tornTo.getTime() };
}

/** Whether the reading went on from where the last one ended, and what is to be remembered of that. */
export function wholenessOf(
	{ rows, last, tear, tearIsAsked }: Wanted,
	{ holes, last: newest }: JournalReading,
	journal: string,
	{ at, skew }: { at: number; skew: number },
): Wholeness {
	const hole = last === null ? null : (holes[0] ?? null);
	const stillTorn = tear !== null && (!tearIsAsked || (holes[rows.length - 1] ?? null) !== null);
	// A journal that has nothing newer is still waited for: the copy with the known row may come back.
	const mark = hole !== null && hole.until === null ? (last?.mark ?? null) : (newest ?? last?.mark ?? null);
	const named = mark === null ? null : `${mark} ${journal}`;
	if (hole === null || last === null) {
		const healed = tear !== null && !stillTorn ? tear : null;
		return { mark: named, tear: stillTorn ? tear : null, holeUntil: null, healed };
	}
	const to = hole.until === null ? at : hole.until + skew;
	const before = tear !== null && stillTorn ? tear : { mark: last.mark, from: last.at + skew };
	return { mark: named, tear: { mark: before.mark, from: before.from, to }, holeUntil: to, healed: null };
}

/** A row's name has no space. */
function split(stored: string | null): [mark?: string, name?: string] {
	if (stored === null) return [];
	const at = stored.indexOf(" ");
	return [stored.slice(0, at), stored.slice(at + 1)];
}
