import pg from "pg";
import { expect, test } from "vitest";
import { testDatabase } from "../support/database.ts";
import { fillCalls, fillClients, type Size, settleTables } from "../support/full-company.ts";
import { hotReads } from "../support/hot-reads.ts";
import { planOf, sentDuring } from "../support/plans.ts";

/**
 * Two years of a small company, and a quarter of a busy one that leaves every fifth call open. The same reads over millions
 * of calls: test/bench/plans.ts. A plan that reads years, or everything that is owed, looks at tens of thousands of rows
 * here and at millions there.
 */
const companies: [name: string, size: Size, mostRows: number][] = [
	["two years of calls", { contacts: 6_000, calls: 24_000, months: 24, openEvery: 20 }, 4_000],
	// Its clients have dozens of open missed calls each.
	["a quarter in which much was left open", { contacts: 6_000, calls: 24_000, months: 3, openEvery: 5 }, 8_000],
];

test.each(companies)(
	"every read that people or a ringing phone wait for looks at what it needs, not at all of %s",
	async (_name, size, mostRows) => {
		const company = await testDatabase();
		try {
			const client = new pg.Client({ connectionString: company.url });
			await client.connect();
			await client.query("set synchronous_commit = off");
			await fillClients(client, size);
			await fillCalls(client, size, 0, size.calls);
			await settleTables(client);
			await client.end();

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
		} finally {
			await company.drop();
		}
	},
	240_000,
);
