import { recordsOf } from "./csv.ts";

/** One line of `cdr_csv`: a channel, and another one that it called. Times as they stand there. Text is hostile. */
export interface CdrRow {
	readonly callerNumber: string;
	readonly callerName: string;
	readonly exten: string;
	readonly context: string;
	readonly channel: string;
	/** Empty: it called nobody. */
	readonly called: string;
	readonly application: string;
	readonly data: string;
	/** Milliseconds since the epoch. */
	readonly start: number;
	/** Null: not answered. */
	readonly answer: number | null;
	readonly end: number;
	readonly disposition: string;
	readonly id: string;
	/** Linked id, where `newcdrcolumns` is on; else empty. */
	readonly family: string;
}

const quarter = 15 * 60_000;

/** Lines whose unique id is not logged, or that were cut, are strange: nothing could be told of them. */
export function cdrRowsOf(text: string): { rows: CdrRow[]; strange: number } {
	const rows: CdrRow[] = [];
	let strange = 0;
	for (const fields of recordsOf(text)) {
		const [, source = "", exten = "", context = "", clid = "", channel = "", called = "", application = ""] = fields;
		const [data = "", start = "", answer = "", end = "", , , disposition = ""] = fields.slice(8);
		const [id = "", , , family = ""] = fields.slice(16);
		const times = { start: timeOf(start), end: timeOf(end) };
		if (!isId.test(id) || Number.isNaN(times.start) || Number.isNaN(times.end) || channel === "") {
			strange++;
			continue;
		}
		const [callerName, callerNumber] = [nameOf(clid), source];
		const rest = {
			callerNumber,
			callerName,
			exten,
			context,
			channel,
			called,
			application,
			data,
			disposition,
			id,
			family,
		};
		rows.push({ ...rest, ...times, answer: answer === "" ? null : timeOf(answer) });
	}
	return { rows, strange };
}

const isId = /^(?:[^\s"]*-)?\d{9,10}\.\d+$/;

/** Seconds (as milliseconds) at which the channel with this id was made. */
export const bornAt = (id: string): number => Number(/(\d{9,10})\.\d+$/.exec(id)?.[1]) * 1000;

/**
 * Puts lines on the clock: without `usegmtime` they are written in local time. The first line of a channel begins when
 * its id was made.
 */
export function atUtc(rows: readonly CdrRow[]): CdrRow[] {
	const offs = new Map<string, number>();
	for (const { id, start } of rows) {
		const off = start - bornAt(id);
		const known = offs.get(id);
		if (known === undefined || off < known) offs.set(id, off);
	}
	return rows.map((row) => {
		const zone = Math.round((offs.get(row.id) ?? 0) / quarter) * quarter;
		const answer = row.answer === null ? null : row.answer - zone;
		return { ...row, start: row.start - zone, end: row.end - zone, answer };
	});
}

/** As if the text were UTC; NaN for what is no time. */
const timeOf = (time: string): number => Date.parse(`${time.trim().replace(" ", "T")}Z`);

/** `"Олена" <101>` without the number; quotes inside are not escaped by Asterisk. */
const nameOf = (clid: string): string => /^"(.*)" <[^<>]*>$/s.exec(clid)?.[1] ?? "";
