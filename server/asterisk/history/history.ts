import type { HistoryAccess } from "../../pbx-access.ts";
import { type Journal, JournalProblem } from "../../pbx-journal.ts";
import { say } from "../../protocol/sentences.ts";
import { readCdrCsv } from "./cdr-read.ts";
import { celCsv } from "./cel-csv.ts";
import { readCelServer } from "./cel-server.ts";
import { celSqlite } from "./cel-sqlite.ts";
import { readBack } from "./read-back.ts";

/** The journal that these settings name. */
export function journalOf(history: HistoryAccess): Journal {
	switch (history.kind) {
		case "cel-sqlite":
			return { read: async (since) => await fenced(readBack(celSqlite(history.path, history.table), since)) };
		case "cel-csv":
			return { read: async (since) => await fenced(readBack(celCsv(history.path), since)) };
		case "cdr-csv":
			return { read: async (since) => await fenced(readCdrCsv(history.path, since)) };
		case "mysql":
		case "postgres":
			return { read: async (since) => await fenced(readCelServer(history, since)) };
		default:
			return history satisfies never;
	}
}

/** Whatever goes wrong with somebody else's file is a problem of the journal. */
async function fenced<T>(reading: Promise<T>): Promise<T> {
	try {
		return await reading;
	} catch (error) {
		if (error instanceof JournalProblem) throw error;
		const said = error instanceof Error ? error.message : String(error);
		throw new JournalProblem("strange", say("journal.broke", { reason: said }), say("journal.see-log"), error);
	}
}
