import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectDatabase } from "../../db/connect.ts";
import { callId, newId, timeOfId } from "../../db/id.ts";
import { inTransaction } from "../../db/runner.ts";
import { emptyDatabase, type TestDatabase, testDatabase } from "../support/database.ts";
import { nodeProgram } from "../support/programs.ts";

let own: TestDatabase;
beforeAll(async () => {
	own = await testDatabase();
});
afterAll(() => own.drop());

describe("ids", () => {
	test("ids made one after the other sort in that order", () => {
		const made = Array.from({ length: 5000 }, () => newId());
		expect([...made].sort()).toEqual(made);
		expect(new Set(made).size).toBe(made.length);
	});

	test("the same call gets the same id, and the id carries the start of the call", () => {
		const startedAt = Date.UTC(2026, 10, 22, 10, 42);
		const id = callId("a", "1700000000.1", startedAt);
		expect(callId("a", "1700000000.1", startedAt)).toBe(id);
		expect(callId("b", "1700000000.1", startedAt)).not.toBe(id);
		expect(timeOfId(id)).toBe(startedAt);
		expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
	});
});

describe("two people who want the same rows in another order", () => {
	test("both get them, one after the other", async () => {
		const pool = own.database.pools.ui;
		await pool.query("create table seats (id integer primary key, taken integer not null default 0)");
		await pool.query("insert into seats (id) values (1), (2)");
		const arrived = new Set<number>();
		let tries = 0;
		const both = Promise.withResolvers<void>();
		const take = (first: number, second: number) =>
			inTransaction(pool, async (db) => {
				tries += 1;
				await db.query("update seats set taken = taken + 1 where id = $1", [first]);
				arrived.add(first);
				if (arrived.size === 2) both.resolve();
				await both.promise;
				await db.query("update seats set taken = taken + 1 where id = $1", [second]);
			});
		await Promise.all([take(1, 2), take(2, 1)]);
		const { rows } = await pool.query("select taken from seats");
		expect(rows).toEqual([{ taken: 2 }, { taken: 2 }]);
		expect(tries).toBe(3);
	});
});

describe("migrations", () => {
	test("five servers started at once on an empty database end with one schema and no error", async () => {
		const empty = await emptyDatabase();
		try {
			const ends = await Promise.all(Array.from({ length: 5 }, () => migrateInAnotherProcess(empty.url)));
			expect(ends).toEqual(Array.from({ length: 5 }, () => ({ code: 0, complaint: "" })));
			const database = connectDatabase(empty.url, () => {});
			const applied = await database.ui.execute(sql`select count(*)::int as n from drizzle.__drizzle_migrations`);
			const all = readdirSync(new URL("../../migrations", import.meta.url)).filter((name) => name.endsWith(".sql"));
			expect(applied.rows).toEqual([{ n: all.length }]);
			await database.close();
		} finally {
			await empty.drop();
		}
	}, 60_000);

	test("months around now have their own partitions", async () => {
		const found = await own.database.ui.execute(
			sql`select count(*)::int as n from pg_inherits where inhparent = 'calls'::regclass`,
		);
		expect(found.rows).toEqual([{ n: 6 }]);
	});

	test("a month can be made after calls of it already came in by a wrong clock", async () => {
		await own.database.ui.execute(sql`insert into legs (call_id, call_started_at, index, extension, rang_at)
			values (${newId()}, '2031-05-17T10:00:00Z', 0, '101', '2031-05-17T10:00:00Z')`);
		await own.database.ui.execute(sql`select make_month('2031-05-17T10:00:00Z')`);
		const found = await own.database.ui.execute(sql`select tableoid::regclass::text as home from legs`);
		expect(found.rows).toEqual([{ home: "legs_2031_05" }]);
	});
});

describe("connections", () => {
	test("a statement that takes too long is given up by the server", async () => {
		const slow = connectDatabase(own.url, () => {});
		await slow.ingest.execute(sql`set statement_timeout = 50`);
		await expect(
			slow.ingest.transaction(async (tx) => {
				await tx.execute(sql`set local statement_timeout = 50`);
				await tx.execute(sql`select pg_sleep(5)`);
			}),
		).rejects.toMatchObject({ cause: { code: "57014" } });
		await slow.close();
	});

	test("a server that says nothing costs one connection, and the next query gets another", async () => {
		const silent = connectDatabase(
			`${own.url}${own.url.includes("?") ? "&" : "?"}statement_timeout=0&query_timeout=100`,
			() => {},
		);
		const client = await silent.pools.ui.connect();
		await expect(client.query("select pg_sleep(30)")).rejects.toThrow("Query read timeout");
		client.release();
		expect((await silent.ui.execute(sql`select 1 as one`)).rows).toEqual([{ one: 1 }]);
		await silent.close();
	});

	test("connections that the server ends are reported and replaced", async () => {
		const reports: string[] = [];
		const database = connectDatabase(own.url, (pool) => reports.push(pool));
		const held = await database.pools.ingest.connect();
		await database.ui.execute(sql`select pg_terminate_backend(pid) from pg_stat_activity
			where datname = current_database() and pid <> pg_backend_pid()`);
		await expect.poll(() => reports).toContain("ingest");
		held.release();
		await expect.poll(async () => (await database.ingest.execute(sql`select 1 as one`)).rows).toEqual([{ one: 1 }]);
		await database.close();
	});
});

async function migrateInAnotherProcess(url: string): Promise<{ code: number; complaint: string }> {
	const script = `import { migrate } from "./db/migrate.ts"; await migrate(process.argv[1]);`;
	const child = spawn(nodeProgram, ["--input-type=module-typescript", "-e", script, url], {
		stdio: ["ignore", "ignore", "pipe"],
	});
	let complaint = "";
	child.stderr.on("data", (chunk: Buffer) => {
		complaint += chunk.toString();
	});
	const [code] = await once(child, "close");
	return { code: Number(code), complaint };
}
