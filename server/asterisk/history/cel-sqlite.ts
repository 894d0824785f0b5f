import { DatabaseSync } from "node:sqlite";
import { JournalProblem } from "../../pbx-journal.ts";
import { say } from "../../protocol/sentences.ts";
import { celTableRows, neededColumns } from "./cel-table.ts";
import type { Tail } from "./read-back.ts";

/** Rows in one read: the PBX waits behind a reader, so each is over in a few milliseconds. */
const atOnce = 500;
/** How long (ms) to wait for the PBX to finish a write. Short: this is the event loop's time. */
const patience = 50;

/** CEL in the SQLite file of `cel_sqlite3_custom`: opened read-only, for one short read at a time, and closed again. */
export function celSqlite(path: string, table = "cel"): Tail<number> {
	if (!/^\w+$/.test(table))
		throw new JournalProblem("strange", say("journal.no-table-name", { table }), say("mend.journal-table"));
	return {
		async piece(before) {
			const found = reading(path, (db) =>
				db
					.prepare(`select rowid as row, * from "${table}" where rowid < ? order by rowid desc limit ${atOnce}`)
					.all(before ?? Number.MAX_SAFE_INTEGER),
			);
			const { rows, strange, oldest } = celTableRows(found);
			if (found.length > 0 && rows.length === 0) {
				const mend = say("mend.journal-map-sqlite", { columns: neededColumns });
				throw new JournalProblem("strange", say("journal.no-journal", { journal: `${path} (${table})` }), mend);
			}
			return { rows, strange, next: found.length < atOnce ? null : oldest };
		},
	};
}

/** The command after which readers do not hold the PBX up. */
export const writeAhead = (path: string): string => `sqlite3 ${path} 'pragma journal_mode = wal'`;

/** Whether readers hold the PBX up: only in write-ahead mode they do not. */
export function isWriteAhead(path: string): boolean {
	return reading(path, (db) => db.prepare("pragma journal_mode").get()?.journal_mode === "wal");
}

function reading<T>(path: string, read: (db: DatabaseSync) => T): T {
	let db: DatabaseSync | null = null;
	try {
		db = new DatabaseSync(path, { readOnly: true, timeout: patience });
		return read(db);
	} catch (error) {
		throw problemOf(path, error);
	} finally {
		db?.close();
	}
}

/** SQLite's result codes, https://www.sqlite.org/rescode.html; the low byte is the primary one. */
function problemOf(path: string, error: unknown): JournalProblem {
	const code = error instanceof Error && "errcode" in error ? Number(error.errcode) & 0xff : 0;
	const said = error instanceof Error ? error.message : String(error);
	if (code === 5 || code === 6) {
		const mend = say("mend.paste", { line: writeAhead(path) });
		return new JournalProblem("locked", say("journal.locked", { file: path }), mend, error);
	}
	if (code === 14 || code === 23 || code === 3) {
		const mend = say("mend.journal-file-or", { command: `setfacl -m u:$(id -un):r ${path}` });
		const told = say("journal.unopened", { file: path, reason: said });
		return new JournalProblem(code === 14 ? "missing" : "denied", told, mend, error);
	}
	const told = say("journal.broken", { journal: path, reason: said });
	return new JournalProblem("strange", told, say("mend.journal-sqlite-file"), error);
}
