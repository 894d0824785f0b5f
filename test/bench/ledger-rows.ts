import { DatabaseSync } from "node:sqlite";
import type pg from "pg";
import { celRowsOf } from "../../server/asterisk/history/cel-csv.ts";
import { journalText } from "../history/golden.ts";

/** Recorded calls whose rows are written again and again. */
const scenarios = [
	"queue-answered",
	"direct-not-answered",
	"blind-transfer-answered",
	"internal-answered",
	"direct-answered",
];
/** Recorded calls are short; so many times as long they overlap as those of a company do. */
const stretch = 10;

const columns = [
	...["eventtype", "cid_name", "cid_num", "exten", "context", "channame", "appname", "appdata", "accountcode"],
	...["uniqueid", "linkedid", "extra"],
];

/** Customers who call. */
const customers = 100_000;

/** A row of a recorded call: `{S}` stands for the second in which a call begins, `{F}` for its number, `{C}` for who calls. */
interface Template {
	/** Number of its call among `scenarios`. */
	readonly call: number;
	/** Seconds after the beginning of its call. */
	readonly after: number;
	/** In the order of `columns`. */
	readonly values: readonly string[];
}

function templates(): Template[] {
	return scenarios.flatMap((name, call) => {
		const { rows } = celRowsOf(journalText(name));
		const timeOf = (time: string) => Date.parse(`${time.replace(" ", "T")}Z`);
		const begun = timeOf(rows[0]?.time ?? "");
		const ids = [...new Set(rows.map(({ id }) => id))];
		const anew = (text: string) => {
			let told = text;
			for (const [index, id] of ids.entries()) told = told.replaceAll(`"${id}"`, `"{S}.{F}${index}"`);
			told = told.replaceAll(/\b(38)?050\d{7}\b/g, "$1050{C}");
			// Names of channels and ids of conversations come but once.
			return told
				.replaceAll(/-[0-9a-f]{8}\b(?!-)/g, (end) => `-{F}${end.slice(-2)}`)
				.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (id) => `{F}-${id.slice(0, 8)}`);
		};
		const idOf = (id: string) => `{S}.{F}${ids.indexOf(id)}`;
		return rows.map((row) => ({
			call,
			after: ((timeOf(row.time) - begun) / 1000) * stretch,
			values: [
				...[
					row.event,
					row.callerName,
					anew(row.callerNumber),
					row.exten,
					row.context,
					anew(row.channel),
					row.application,
				],
				...[anew(row.data), row.accountCode, idOf(row.id), idOf(row.family), anew(row.extra)],
			],
		}));
	});
}

/** How many calls come to so many rows. */
const callsOf = (rows: number, all: readonly Template[]) => Math.floor((rows * scenarios.length) / all.length);

/** Writes so many rows of calls that begin evenly within `span` seconds before `until` (seconds since the epoch). */
export async function fillPostgres(client: pg.Client, rows: number, until: number, span: number): Promise<void> {
	const all = templates();
	const calls = callsOf(rows, all);
	await client.query("create temporary table if not exists t (call int, after float, place int, v text[])");
	await client.query("truncate t");
	for (const [place, { call, after, values }] of all.entries()) {
		await client.query("insert into t values ($1, $2, $3, $4)", [call, after, place, values]);
	}
	const told = columns.map(
		(_, index) => `replace(replace(replace(v[${index + 1}], '{S}', s::text), '{F}', i::text), '{C}', c)`,
	);
	await client.query(
		`insert into cel (eventtime, userdeftype, cid_ani, cid_rdnis, cid_dnid, amaflags, peer, ${columns.join(", ")})
		select timestamp 'epoch' + (s + after) * interval '1 second', '', '', '', '', 3, '', ${told.join(", ")}
		from (select i, ($2::bigint - $3::bigint + i * $3::bigint / $1::bigint) as s,
			lpad((i * 7919 % ${customers})::text, 7, '0') as c from generate_series(1, $1::bigint) i) begun
		join t on t.call = i % ${scenarios.length}
		order by s + after, i, place`,
		[calls, until, span],
	);
	await client.query("analyze cel");
}

/** The same in a file as cel_sqlite3_custom makes it. */
export function fillSqlite(path: string, rows: number, until: number, span: number): void {
	const all = templates();
	const db = new DatabaseSync(path);
	const named = columns.map((column) => (column === "extra" ? "eventextra" : column));
	db.exec(`pragma journal_mode = wal; pragma synchronous = off; pragma temp_store = file;
		create table cel (AcctId integer primary key, eventtime, ${named.join(", ")});
		create temporary table t (call, after, place, ${columns.join(", ")})`);
	const insert = db.prepare(`insert into t values (?, ?, ?, ${columns.map(() => "?").join(", ")})`);
	for (const [place, { call, after, values }] of all.entries()) insert.run(call, after, place, ...values);
	const told = columns.map((column) => `replace(replace(replace(${column}, '{S}', s), '{F}', i), '{C}', c)`);
	db.prepare(
		`insert into cel (eventtime, ${named.join(", ")})
		with recursive n(i) as (select 1 union all select i + 1 from n where i < ?1),
			begun as (select i, cast(?2 - ?3 + i * ?3 / ?1 as integer) as s,
				printf('%07d', i * 7919 % ${customers}) as c from n)
		select strftime('%Y-%m-%d %H:%M:%f', s + after, 'unixepoch'), ${told.join(", ")}
		from begun join t on t.call = i % ${scenarios.length}
		order by s + after, i, place`,
	).run(callsOf(rows, all), until, span);
	db.close();
}
