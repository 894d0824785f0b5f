import type { HistoryDatabase } from "../../pbx-access.ts";
import { JournalProblem } from "../../pbx-journal.ts";
import { type Sentence, say } from "../../protocol/sentences.ts";
import { RefusedAddress } from "../vetted-lookup.ts";
import { neededColumns } from "./cel-table.ts";

/** As people would name it. */
export const nameOfTable = ({ host, port, database, table }: HistoryDatabase): string =>
	`${database}.${table} on ${host}:${port}`;

/** The table is none that a PBX writes its journal into. */
export const noJournal = (history: HistoryDatabase): JournalProblem =>
	new JournalProblem("strange", say("journal.no-journal", { journal: nameOfTable(history) }), columns);

const columns = say("mend.journal-columns", { columns: `id, ${neededColumns}` });

/** The line that gives the table its index. */
export const mendIndex = ({ table }: HistoryDatabase): string => `ALTER TABLE ${table} ADD PRIMARY KEY (id);`;

/** The rights that reading takes, and no more. */
function grantOf({ kind, database, table, username }: HistoryDatabase): string {
	if (kind === "mysql") {
		return `CREATE USER '${username}'@'%' IDENTIFIED BY '…'; GRANT SELECT ON ${database}.${table} TO '${username}'@'%';`;
	}
	return `CREATE ROLE "${username}" LOGIN PASSWORD '…'; GRANT CONNECT ON DATABASE "${database}" TO "${username}"; GRANT SELECT ON "${table}" TO "${username}";`;
}

type Meaning = "denied" | "table" | "database" | "column" | "slow" | "no-tls" | "wants-tls" | "certificate";

/** Codes of MariaDB and MySQL (ER_…), SQLSTATEs of PostgreSQL (five signs), of TLS and of the network. */
const codes: readonly (readonly [Meaning, RegExp])[] = [
	[
		"denied",
		/^(ER_(ACCESS_DENIED|DBACCESS_DENIED|TABLEACCESS_DENIED|HOST_NOT_PRIVILEGED|COLUMNACCESS_DENIED)|28|42501)/,
	],
	["table", /^(ER_NO_SUCH_TABLE|42P01)/],
	["database", /^(ER_BAD_DB|3D000)/],
	["column", /^(ER_BAD_FIELD|42703)/],
	["slow", /^(ER_STATEMENT_TIMEOUT|ER_QUERY_TIMEOUT|57014|PROTOCOL_SEQUENCE_TIMEOUT)/],
	["no-tls", /^HANDSHAKE_NO_SSL_SUPPORT/],
	["wants-tls", /^ER_SECURE_TRANSPORT_REQUIRED/],
	["certificate", /^(HANDSHAKE_SSL_ERROR|ERR_TLS|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|CERT_)/],
];

/** Where the code does not tell: MariaDB 11 has no name for the end of a statement's time, pg none for a server without TLS. */
const words: readonly (readonly [Meaning, RegExp])[] = [
	["slow", /max_statement_time exceeded|Query read timeout/],
	["no-tls", /does not support SSL/],
	["wants-tls", /insecure transport|no pg_hba\.conf entry .*no encryption/],
];

/** What an error of a database's client means for a journal, and what to do; `open`: the connection stood already. */
export function problemOf(history: HistoryDatabase, error: unknown, open: boolean): JournalProblem {
	if (error instanceof JournalProblem) return error;
	const { host, database, table, username: user } = history;
	const journal = nameOfTable(history);
	const where = `${host}:${history.port}`;
	const reason = error instanceof Error ? error.message : String(error);
	const code = error instanceof Error && "code" in error ? String(error.code) : "";
	const told = (kind: JournalProblem["code"], sentence: Sentence, mend: Sentence) =>
		new JournalProblem(kind, sentence, mend, error);
	if (error instanceof RefusedAddress) {
		return told("unreachable", say("journal.no-place", { host }), say("mend.journal-host"));
	}
	const meaning =
		words.find(([, pattern]) => pattern.test(reason))?.[0] ?? codes.find(([, pattern]) => pattern.test(code))?.[0];
	switch (meaning) {
		case "denied":
			return told(
				"denied",
				say("journal.denied", { journal, user, reason }),
				say("mend.paste", { line: grantOf(history) }),
			);
		case "table":
			return told("missing", say("journal.no-table", { database, where, table }), mendTable(history));
		case "database":
			return told("missing", say("journal.no-database", { where, database }), mendTable(history));
		case "column":
			return told("strange", say("journal.no-column", { journal, reason }), columns);
		case "slow":
			return told("locked", say("journal.late", { journal }), say("mend.journal-late", { line: mendIndex(history) }));
		case "certificate":
			return told("unreachable", say("journal.certificate", { where, reason }), say("mend.journal-ca", { host }));
		case "no-tls":
			return told(
				"unreachable",
				say("journal.no-tls", { where, reason }),
				say("mend.journal-tls", { setting: tls(history) }),
			);
		case "wants-tls":
			return told("denied", say("journal.wants-tls", { where, reason }), say("mend.journal-use-tls"));
		case undefined:
			if (open)
				return told("unreachable", say("journal.cut", { journal, reason: code || reason }), say("mend.journal-wait"));
			return told(
				"unreachable",
				say("journal.no-link", { journal, reason: code || reason }),
				say("mend.journal-listen", { setting: listens(history) }),
			);
		default:
			return meaning satisfies never;
	}
}

const listens = ({ kind }: HistoryDatabase) =>
	kind === "mysql" ? "bind-address ([mysqld])" : "listen_addresses, pg_hba.conf";

const tls = ({ kind }: HistoryDatabase) =>
	kind === "mysql" ? "ssl_cert, ssl_key" : "ssl = on, ssl_cert_file, ssl_key_file";

const mendTable = ({ kind }: HistoryDatabase) => say(kind === "mysql" ? "mend.journal-odbc" : "mend.journal-pgsql");
