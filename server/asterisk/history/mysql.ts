import mysql from "mysql2/promise";
import type { HistoryDatabase } from "../../pbx-access.ts";
import { farewell, patience, rowsAtOnce, type TableReader, VettedSocket } from "./server-link.ts";

/** Connects to a MariaDB or MySQL server, to read and nothing else. Rejects with the library's errors. */
export async function openMysql(history: HistoryDatabase): Promise<TableReader> {
	const { host, port, database, table, username, secret, tls } = history;
	const connection = await mysql.createConnection({
		...{ host, port, database, user: username, password: secret },
		stream: () => new VettedSocket().connect(port, host),
		...(tls === null ? {} : { ssl: { rejectUnauthorized: true, verifyIdentity: true, ...tls } }),
		connectTimeout: patience.connect,
		// As the PBX wrote them: local time without a zone.
		dateStrings: true,
		// Names of columns come from outside; no code is made of them.
		disableEval: true,
	});
	// A connection that breaks while nothing is asked must not end the process.
	connection.on("error", () => {});
	const ask = async (sql: string, values: unknown[] = []) => {
		const [rows] = await connection.query({ sql, values, timeout: patience.answer });
		return rows as Record<string, unknown>[];
	};
	const close = () => farewell(connection.end(), () => connection.destroy());
	try {
		await ask("set session transaction read only");
		await ask("set session time_zone = '+00:00'");
		await limited(ask);
	} catch (error) {
		await close();
		throw error;
	}
	return {
		async rows(before) {
			const where = before === null ? "" : "where id < ?";
			const sql = `select id as \`row\`, c.* from \`${table}\` c ${where} order by id desc limit ${rowsAtOnce}`;
			return await ask(sql, before === null ? [] : [before]);
		},
		async indexed() {
			const rows = await ask(
				"select column_name as name from information_schema.statistics where table_schema = database() and table_name = ? and seq_in_index = 1",
				[table],
			);
			return new Set(rows.map(({ name }) => String(name).toLowerCase()));
		},
		close,
	};
}

/** MariaDB counts seconds, MySQL milliseconds, under another name. */
async function limited(ask: (sql: string) => Promise<unknown>): Promise<void> {
	try {
		await ask(`set session max_statement_time = ${patience.statement / 1000}`);
	} catch (error) {
		if (!(error instanceof Error && "code" in error && error.code === "ER_UNKNOWN_SYSTEM_VARIABLE")) throw error;
		await ask(`set session max_execution_time = ${patience.statement}`);
	}
}
