import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { fillCalls, fillClients, settleTables } from "../support/full-company.ts";
import { hotReads } from "../support/hot-reads.ts";
import { planOf, sentDuring } from "../support/plans.ts";

/**
 * Two years of a small company. The same reads over five million calls: test/bench/plans.ts. A plan that reads years,
 * or everything that is owed, looks at tens of thousands of rows here and at millions there.
 */
const size = { contacts: 6_000, calls: 24_000, months: 24, openEvery: 20 };
const mostRows = 4_000;

let company: TestDatabase;

beforeAll(async () => {
	company = await testDatabase();
	const client = new pg.Client({ connectionString: company.url });
	await client.connect();
	await client.query("set synchronous_commit = off");
	await fillClients(client, size);
	await fillCalls(client, size, 0, size.calls);
	await settleTables(client);
	await client.end();
}, 120_000);
afterAll(() => company.drop());

test("every read that people or a ringing phone wait for looks at what it needs, not at the whole history", async () => {
	const greedy: string[] = [];
	let statements = 0;
	for (const { name, pool, work } of await hotReads(company.database)) {
		for (const sent of await sentDuring(pool, work)) {
			statements += 1;
			const { rows, wholly } = await planOf(pool, sent, true);
			if (rows > mostRows || wholly.some((table) => table !== "users")) {
				greedy.push(`${name} (${sent.name ?? "unnamed"}): ${rows} rows ${wholly.join(" ")}`);
			}
		}
	}
	expect(greedy).toEqual([]);
	expect(statements).toBeGreaterThan(60);
}, 120_000);
