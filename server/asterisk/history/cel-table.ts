import { z } from "zod";
import type { RawCelRow } from "./cel-row.ts";

const text = z
	.union([z.string(), z.number()])
	.nullish()
	.transform((value) => String(value ?? ""));
const needed = z.union([z.string(), z.number()]).transform(String);

/** Without these a row tells nothing. */
export const neededColumns = "eventtype, eventtime, channame, uniqueid, linkedid";

/** The columns of FreePBX's table; some may be missing where somebody mapped less. */
const Row = z.object({
	row: z.coerce.number(),
	eventtype: needed,
	/** Read in UTC; a column that knows its zone says so. */
	eventtime: needed.transform((time) => time.replace(/\+00(:00)?$/, "")),
	cid_name: text,
	cid_num: text,
	exten: text,
	context: text,
	channame: needed,
	appname: text,
	appdata: text,
	accountcode: text,
	uniqueid: needed,
	linkedid: needed,
	/** FreePBX and cel_odbc call it `extra`, Asterisk's own variable is `eventextra`. */
	eventextra: text,
	extra: text,
});

/** Rows of a table, newest first, as a piece of a journal; `next` is the number of the oldest one. */
export function celTableRows(found: readonly unknown[]): {
	rows: RawCelRow[];
	strange: number;
	oldest: number | null;
} {
	const rows: RawCelRow[] = [];
	let oldest: number | null = null;
	let strange = 0;
	for (const one of found.toReversed()) {
		const parsed = Row.safeParse(one);
		if (!parsed.success) {
			strange++;
			continue;
		}
		const row = parsed.data;
		oldest ??= row.row;
		rows.push({
			event: row.eventtype,
			time: row.eventtime,
			callerName: row.cid_name,
			callerNumber: row.cid_num,
			exten: row.exten,
			context: row.context,
			channel: row.channame,
			application: row.appname,
			data: row.appdata,
			accountCode: row.accountcode,
			id: row.uniqueid,
			family: row.linkedid,
			extra: row.eventextra || row.extra,
		});
	}
	return { rows, strange, oldest };
}
