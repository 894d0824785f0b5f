import type { HistoryAccess } from "../../pbx-access.ts";
import { type Journal, JournalProblem, type JournalReading } from "../../pbx-journal.ts";
import { say } from "../../protocol/sentences.ts";
import { readCdrCsv } from "./cdr-read.ts";
import { celCsv } from "./cel-csv.ts";
import { readCelServer } from "./cel-server.ts";
import { celSqlite } from "./cel-sqlite.ts";
import { type Asked, readBack, type Take } from "./read-back.ts";

/** The journal that these settings name. */
export const journalOf = (history: HistoryAccess): Journal => ({
	name: nameOf(history),
	read: async (since, take, known = []) =>
		await fenced(take, (guarded) => readingOf(history, { since, known, take: guarded })),
});

/** The same for the same journal, whatever road leads to it. */
function nameOf(history: HistoryAccess): string {
	const { kind } = history;
	return "path" in history
		? JSON.stringify([kind, history.path, "table" in history ? history.table : null])
		: JSON.stringify([kind, history.host, history.port, history.database, history.table]);
}

async function readingOf(history: HistoryAccess, asked: Asked): Promise<JournalReading> {
	switch (history.kind) {
		case "cel-sqlite":
			return await readBack(celSqlite(history.path, history.table), asked);
		case "cel-csv":
			return await readBack(celCsv(history.path), asked);
		case "cdr-csv":
			return await readCdrCsv(history.path, asked);
		case "mysql":
		case "postgres":
			return await readCelServer(history, asked);
		default:
			return history satisfies never;
	}
}

/** Whatever goes wrong with somebody else's file is a problem of the journal; what goes wrong in `take` is none. */
async function fenced<T>(take: Take, read: (guarded: Take) => Promise<T>): Promise<T> {
	let ours: { readonly error: unknown } | null = null;
	try {
		return await read(async (families) => {
			try {
				await take(families);
			} catch (error) {
				ours = { error };
				throw error;
			}
		});
	} catch (error) {
		if (ours !== null) throw (ours as { readonly error: unknown }).error;
		if (error instanceof JournalProblem) throw error;
		const reason = error instanceof Error ? error.message : String(error);
		throw new JournalProblem("strange", say("journal.failed", { reason }), say("mend.journal-log"), error);
	}
}
