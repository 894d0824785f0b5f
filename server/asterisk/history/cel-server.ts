import type { HistoryDatabase } from "../../pbx-access.ts";
import { JournalProblem, type JournalReading } from "../../pbx-journal.ts";
import { type Sentence, say } from "../../protocol/sentences.ts";
import { RefusedAddress } from "../vetted-lookup.ts";
import { celTableRows } from "./cel-table.ts";
import { openMysql } from "./mysql.ts";
import { openPostgres } from "./postgres.ts";
import { readBack } from "./read-back.ts";
import { rowsAtOnce, type TableReader } from "./server-link.ts";

/** CEL in a table of a database server: one connection for each reading, read from the end by the primary key. */
export async function readCelServer(history: HistoryDatabase, since: number): Promise<JournalReading> {
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
			since,
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
		throw problemOf(history, error);
	} finally {
		await reader?.close();
	}
}

/** As people would name it. */
export const nameOfTable = ({ host, port, database, table }: HistoryDatabase): string =>
	`${database}.${table} on ${host}:${port}`;

/** The rights that reading takes, and no more. */
export function grantOf({ kind, database, table, username }: HistoryDatabase): string {
	if (kind === "mysql") {
		return `CREATE USER '${username}'@'%' IDENTIFIED BY '…'; GRANT SELECT ON ${database}.${table} TO '${username}'@'%';`;
	}
	return `CREATE ROLE "${username}" LOGIN PASSWORD '…'; GRANT CONNECT ON DATABASE "${database}" TO "${username}"; GRANT SELECT ON "${table}" TO "${username}";`;
}

const noJournal = (history: HistoryDatabase) =>
	new JournalProblem("strange", say("journal.no-cel", { name: nameOfTable(history) }), say("journal.columns"));

/** Codes of MariaDB and MySQL (ER_…), SQLSTATEs of PostgreSQL (five signs), and of the network. */
const meanings: readonly (readonly [JournalProblem["code"] | "table" | "database" | "column" | "slow", RegExp])[] = [
	[
		"denied",
		/^(ER_(ACCESS_DENIED|DBACCESS_DENIED|TABLEACCESS_DENIED|HOST_NOT_PRIVILEGED|COLUMNACCESS_DENIED)|28|42501)/,
	],
	["table", /^(ER_NO_SUCH_TABLE|42P01)/],
	["database", /^(ER_BAD_DB|3D000)/],
	["column", /^(ER_BAD_FIELD|42703)/],
	["slow", /^(ER_STATEMENT_TIMEOUT|ER_QUERY_TIMEOUT|57014|PROTOCOL_SEQUENCE_TIMEOUT)/],
];

function problemOf(history: HistoryDatabase, error: unknown): JournalProblem {
	if (error instanceof JournalProblem) return error;
	const { host, port, database, table, username } = history;
	const said = error instanceof Error ? error.message : String(error);
	const code = error instanceof Error && "code" in error ? String(error.code) : "";
	const name = nameOfTable(history);
	const where = `${host}:${port}`;
	const told = (kind: JournalProblem["code"], message: Sentence, mend: Sentence) =>
		new JournalProblem(kind, message, mend, error);
	if (error instanceof RefusedAddress) {
		return told("unreachable", say("journal.no-place", { host }), say("journal.name-host"));
	}
	// MariaDB 11 and newer give no name to the end of a statement's time.
	const slow = /max_statement_time exceeded|Query read timeout/.test(said);
	switch (slow ? "slow" : meanings.find(([, codes]) => codes.test(code))?.[0]) {
		case "denied":
			return told(
				"denied",
				say("journal.denied", { name, user: username, reason: said }),
				say("mend.paste", { line: grantOf(history) }),
			);
		case "table":
			return told("missing", say("journal.no-table", { database, where, table }), mendTable(history));
		case "database":
			return told("missing", say("journal.no-database", { where, database }), mendTable(history));
		case "column":
			return told("strange", say("journal.no-column", { name, reason: said }), say("journal.columns"));
		case "slow":
			return told("locked", say("journal.slow", { name }), mendIndex(history));
		default: {
			const setting = history.kind === "mysql" ? "[mysqld] bind-address" : "listen_addresses, pg_hba.conf";
			const message = say("journal.unreachable", { name, reason: code || said });
			return told("unreachable", message, say("journal.check-way", { setting }));
		}
	}
}

const mendTable = ({ kind }: HistoryDatabase) => say(kind === "mysql" ? "journal.name-odbc" : "journal.name-pgsql");

/** The line that gives the table its index. */
export const mendIndex = ({ table }: HistoryDatabase): Sentence =>
	say("mend.paste", { line: `ALTER TABLE ${table} ADD PRIMARY KEY (id);` });
