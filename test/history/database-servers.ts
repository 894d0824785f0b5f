import type { HistoryDatabase } from "../../server/pbx-access.ts";
import { startMariaDb } from "../lab/mariadb.ts";
import { startPostgres } from "../lab/postgres.ts";
import { tableColumns } from "./golden.ts";

/** A database server with a CEL table in it, and what a test does to it. */
export interface DatabaseServer {
	/** How Dzvin reads it. */
	readonly history: HistoryDatabase;
	/** PEM of the authority that proves it. */
	readonly ca: string;
	/** Statements of somebody who may do everything. */
	run(sql: string): Promise<unknown>;
	insert(rows: readonly string[][]): Promise<unknown>;
	close(): Promise<void>;
}

const rest = { database: "asteriskcdrdb", table: "cel", tls: null };

async function mariaDb(): Promise<DatabaseServer> {
	const lab = await startMariaDb();
	return {
		history: { ...lab.history, ...rest },
		ca: lab.ca,
		run: (sql) => lab.admin.query(sql),
		insert: (rows) => lab.admin.query(`insert into cel (${tableColumns}) values ?`, [rows]),
		close: () => lab.stop(),
	};
}

async function postgres(): Promise<DatabaseServer> {
	const lab = await startPostgres();
	const { admin } = lab;
	return {
		history: { ...lab.history, ...rest },
		ca: lab.ca,
		run: (sql) => admin.query(sql),
		async insert(rows) {
			const columns = rows[0]?.map((_, index) => rows.map((row) => row[index])) ?? [];
			const list = columns.map((_, index) => `$${index + 1}::text[]`).join(", ");
			const names = tableColumns.split(", ");
			const values = names.map((name) =>
				name === "eventtime" ? "eventtime::timestamp" : name === "amaflags" ? "amaflags::int" : name,
			);
			await admin.query(
				`insert into cel (${tableColumns}) select ${values.join(", ")} from unnest(${list}) as t(${tableColumns})`,
				columns,
			);
		},
		close: () => lab.stop(),
	};
}

/** Both kinds, for `describe.each`. */
export const databaseServers = [
	["MariaDB", mariaDb],
	["PostgreSQL", postgres],
] as const;
