import { Client } from "pg";
import type { HistoryDatabase } from "../../pbx-access.ts";
import { farewell, patience, rowsAtOnce, type TableReader, VettedSocket } from "./server-link.ts";

/** Connects to a PostgreSQL server, to read and nothing else. Rejects with the library's errors. */
export async function openPostgres(history: HistoryDatabase): Promise<TableReader> {
	const { host, port, database, table, username, secret, tls } = history;
	let socket: VettedSocket | null = null;
	const client = new Client({
		...{ host, port, database, user: username, password: secret },
		stream: () => {
			socket = new VettedSocket();
			return socket;
		},
		ssl: tls === null ? false : { rejectUnauthorized: true, ...tls },
		connectionTimeoutMillis: patience.connect,
		statement_timeout: patience.statement,
		query_timeout: patience.answer,
		options: "-c default_transaction_read_only=on -c timezone=UTC -c datestyle=ISO",
		// Everything as text: times as the PBX wrote them.
		types: { getTypeParser: () => (value: unknown) => value },
	});
	// A connection that breaks while nothing is asked must not end the process.
	client.on("error", () => {});
	const close = () => farewell(client.end(), () => socket?.destroy());
	try {
		await client.connect();
	} catch (error) {
		await close();
		throw error;
	}
	const ask = async (sql: string, values: unknown[] = []) => (await client.query(sql, values)).rows as unknown[];
	return {
		rows: async (before) => {
			const where = before === null ? "" : "where id < $1";
			const sql = `select id as "row", c.* from "${table}" c ${where} order by id desc limit ${rowsAtOnce}`;
			return await ask(sql, before === null ? [] : [before]);
		},
		async indexed() {
			const rows = await ask(
				"select a.attname as name from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0] where i.indrelid = to_regclass($1) and i.indisvalid and i.indpred is null",
				[`"${table}"`],
			);
			return new Set(rows.map((row) => String((row as { name: unknown }).name)));
		},
		close,
	};
}
