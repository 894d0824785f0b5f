import { readdirSync, readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { celRowsOf } from "../../server/asterisk/history/cel-csv.ts";
import type { RawCelRow } from "../../server/asterisk/history/cel-row.ts";

const folder = new URL("../traces/", import.meta.url);

/** Names of the scenarios whose journal was recorded. */
export function journals(): string[] {
	const names = readdirSync(folder).filter((name) => name.endsWith(".cel.csv"));
	return names.map((name) => name.slice(0, -".cel.csv".length)).sort();
}

/** What Asterisk wrote into cel-custom/Master.csv while the scenario was played. */
export function journalText(name: string): string {
	return readFileSync(new URL(`${name}.cel.csv`, folder), "utf8");
}

/** Everything, in the order in which it was recorded. */
export function wholeJournal(): string {
	const begun = (text: string) => /"(\d{4}-\d\d-\d\d [^"]*)"/.exec(text)?.[1] ?? "";
	return journals()
		.map(journalText)
		.sort((a, b) => (begun(a) < begun(b) ? -1 : 1))
		.join("");
}

/** The same rows in a file as cel_sqlite3_custom makes it. */
export function writeSqlite(path: string, rows: readonly RawCelRow[]): void {
	const db = new DatabaseSync(path);
	db.exec(`create table cel (AcctId integer primary key, eventtype, eventtime, cid_name, cid_num, exten, context,
		channame, appname, appdata, accountcode, uniqueid, linkedid, eventextra)`);
	db.close();
	addToSqlite(path, rows);
}

/** What the PBX writes behind that. */
export function addToSqlite(path: string, rows: readonly RawCelRow[]): void {
	const db = new DatabaseSync(path);
	const insert =
		db.prepare(`insert into cel (eventtype, eventtime, cid_name, cid_num, exten, context, channame, appname,
		appdata, accountcode, uniqueid, linkedid, eventextra) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
	db.exec("begin");
	for (const row of rows) {
		insert.run(
			...[row.event, row.time, row.callerName, row.callerNumber, row.exten, row.context, row.channel],
			...[row.application, row.data, row.accountCode, row.id, row.family, row.extra],
		);
	}
	db.exec("commit");
	db.close();
}

/** The same rows as cel_custom writes them. */
export function csvOf(rows: readonly RawCelRow[]): string {
	const quoted = (field: string) => `"${field.replaceAll('"', '""')}"`;
	const fields = (row: RawCelRow) => [
		...[row.event, row.time, row.callerName, row.callerNumber, "", "", "", row.exten, row.context, row.channel],
		...[row.application, row.data, "3", row.accountCode, row.id, row.family, "", "", "", row.extra],
	];
	return rows.map((row) => `${fields(row).map(quoted).join(",")}\n`).join("");
}

/** Lines of cdr_csv of so many answered calls, as `rowsOfCalls` has them. */
export function cdrOfCalls(count: number, from: number, apart: number): string {
	const line = readFileSync(new URL("direct-answered.cdr.csv", folder), "utf8");
	return Array.from({ length: count }, (_, call) => {
		const at = from + call * apart;
		return line
			.replaceAll(/"2026-11-22 11:24:0(\d)"/g, (_, second) => {
				const time = new Date(Math.floor(at / 1000) * 1000 + (Number(second) - 6) * 1000);
				return `"${time.toISOString().slice(0, 19).replace("T", " ")}"`;
			})
			.replaceAll("1795346646.0", `${Math.floor(at / 1000)}.${call * 10}`)
			.replaceAll(/-0000000(\d)/g, (_, end) => `-${call}0${end}`)
			.replaceAll("0501110001", `050${String(1_000_000 + call)}`);
	}).join("");
}

/** A row as cel_odbc and cel_pgsql write it: local time of `zone` (ms ahead of UTC) without saying so, text cut to FreePBX's columns. */
export function tableValues(row: RawCelRow, zone: number): string[] {
	const at = new Date(Date.parse(`${row.time.replace(" ", "T")}Z`) + zone);
	const time = at.toISOString().replace("T", " ").replace("Z", "");
	return [
		...[row.event, time, row.callerName, row.callerNumber, "", "", "", row.exten, row.context, row.channel],
		...[
			row.application,
			row.data.slice(0, 255),
			"3",
			row.accountCode,
			row.id,
			row.family,
			"",
			"",
			row.extra.slice(0, 512),
		],
	];
}

/** The columns of `tableValues`. */
export const tableColumns =
	"eventtype, eventtime, cid_name, cid_num, cid_ani, cid_rdnis, cid_dnid, exten, context, channame, appname, appdata, amaflags, accountcode, uniqueid, linkedid, peer, userdeftype, extra";

/**
 * Rows of so many answered calls that begin at `from` (milliseconds) and every `apart` milliseconds after that: those of one recorded call,
 * each time under ids of its own and with another caller.
 */
export function rowsOfCalls(count: number, from: number, apart: number): RawCelRow[] {
	const { rows } = celRowsOf(journalText("direct-answered"));
	const timeOf = (time: string) => Date.parse(`${time.replace(" ", "T")}Z`);
	const begun = timeOf(rows[0]?.time ?? "");
	const ids = [...new Set(rows.map(({ id }) => id))];
	return Array.from({ length: count }, (_, call) => {
		const at = from + call * apart;
		const text = (value: string) =>
			ids
				.reduce((told, id, index) => told.replaceAll(id, `${Math.floor(at / 1000)}.${call * 10 + index}`), value)
				.replaceAll(/-[0-9a-f]{8}\b(?!-)/g, (end) => `-${call}${end.slice(-2)}`)
				.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (id) => `${call}-${id.slice(0, 8)}`)
				.replaceAll(/\b0?50\d{7}\b/g, `050${String(1_000_000 + call)}`);
		return rows.map((row) => ({
			...(Object.fromEntries(Object.entries(row).map(([name, value]) => [name, text(value)])) as unknown as RawCelRow),
			time: new Date(at + timeOf(row.time) - begun).toISOString().replace("T", " ").replace("Z", ""),
		}));
	}).flat();
}
