import type { HistoryDatabase } from "../../pbx-access.ts";
import type { JournalReading } from "../../pbx-journal.ts";
import { celTableRows } from "./cel-table.ts";
import { openMysql } from "./mysql.ts";
import { openPostgres } from "./postgres.ts";
import { type Asked, readBack } from "./read-back.ts";
import { rowsAtOnce, type TableReader } from "./server-link.ts";
import { noJournal, problemOf } from "./server-problem.ts";

/** CEL in a table of a database server: one connection for each reading, read from the end by the primary key. */
export async function readCelServer(history: HistoryDatabase, asked: Asked): Promise<JournalReading> {
	return await withReader(history, async (reader) => {
		let newest = Number.POSITIVE_INFINITY;
		return await readBack<number>(
			{
				async piece(before) {
					const found = await reader.rows(before);
					const { rows, strange, oldest } = celTableRows(found);
					if (found.length > 0 && oldest === null) throw noJournal(history);
					// Two pieces that do not go backwards would never end.
					if (oldest !== null && oldest >= newest) throw noJournal(history);
					newest = oldest ?? newest;
					return { rows, strange, next: found.length < rowsAtOnce ? null : oldest };
				},
			},
			asked,
		);
	});
}

/** What the table lacks to be read quickly: its index on `id`. */
export async function hasIndex(history: HistoryDatabase): Promise<boolean> {
	return await withReader(history, async (reader) => (await reader.indexed()).has("id"));
}

async function withReader<T>(history: HistoryDatabase, work: (reader: TableReader) => Promise<T>): Promise<T> {
	let reader: TableReader | null = null;
	try {
		reader = await (history.kind === "mysql" ? openMysql(history) : openPostgres(history));
		return await work(reader);
	} catch (error) {
		throw problemOf(history, error, reader !== null);
	} finally {
		await reader?.close();
	}
}
