import { randomBytes } from "node:crypto";
import { inject } from "vitest";
import { connectDatabase, type Database } from "../../db/connect.ts";
import { administer, withDatabase } from "./administer.ts";

export interface TestDatabase {
	readonly database: Database;
	readonly url: string;
	/** Closes the pools and removes the database. */
	drop(): Promise<void>;
}

/** A migrated, empty database of the test's own: a clone of the template that the global set-up made. */
export async function testDatabase(): Promise<TestDatabase> {
	const { url, drop: remove } = await cloneDatabase(inject("templateDatabase"));
	// The end of a test kills connections that a pool keeps warm; that is no failure of the test.
	const database = connectDatabase(url, () => {});
	return {
		database,
		url,
		async drop() {
			await database.close();
			await remove();
		},
	};
}

/** A database without any table, for tests of the migrations themselves. */
export function emptyDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
	return cloneDatabase("template0");
}

async function cloneDatabase(template: string): Promise<{ url: string; drop(): Promise<void> }> {
	const server = inject("databaseServer");
	const name = `test_${randomBytes(6).toString("hex")}`;
	await administer(server, `create database ${name} template ${template}`);
	return {
		url: withDatabase(server, name),
		drop: () => administer(server, `drop database if exists ${name} with (force)`),
	};
}

declare module "vitest" {
	export interface ProvidedContext {
		/** Connection string of a server on which databases may be made. */
		databaseServer: string;
		/** Name of the migrated, empty database to clone. */
		templateDatabase: string;
	}
}
