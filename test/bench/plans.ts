/**
 * What the database does for every read that people or a ringing phone wait for, in a company with years of calls: rows
 * looked at, months looked into, pages, milliseconds. test/records/plans.test.ts holds the same reads on small tables.
 *
 *   node test/bench/plans.ts [--contacts 200000] [--calls 1000000] [--minutes 12] [--only words]
 *
 * Calls are made from today backwards until they are all there or the minutes are over. Goals: no read looks at more than
 * `mostRows` rows. With a goal missed it ends with status 1.
 */
import { parseArgs } from "node:util";
import pg from "pg";
import { connectDatabase } from "../../db/connect.ts";
import { migrate } from "../../db/migrate.ts";
import { fillCalls, fillClients, settleTables } from "../support/full-company.ts";
import { hotReads } from "../support/hot-reads.ts";
import { planOf, sentDuring } from "../support/plans.ts";
import { carelessly, temporaryPostgres } from "./temporary-postgres.ts";

const { values: options } = parseArgs({
	options: {
		contacts: { type: "string", default: "200000" },
		calls: { type: "string", default: "1000000" },
		minutes: { type: "string", default: "12" },
		only: { type: "string", default: "" },
	},
});
const size = { contacts: Number(options.contacts), calls: Number(options.calls), months: 24, openEvery: 200 };
const mostRows = 50_000;
const atATime = 100_000;

const server = await temporaryPostgres([...carelessly, "shared_buffers=1GB"]);
try {
	await migrate(server.url);
	const client = new pg.Client({ connectionString: server.url });
	await client.connect();
	const began = performance.now();
	await fillClients(client, size);
	let made = 0;
	for (let to = size.calls; to > 0 && performance.now() - began < Number(options.minutes) * 60_000; to -= atATime) {
		const from = Math.max(0, to - atATime);
		await fillCalls(client, size, from, to);
		made += to - from;
	}
	await settleTables(client);
	await client.end();
	console.log(`${made} calls, ${size.contacts} contacts in ${Math.round((performance.now() - began) / 1000)} s`);

	const database = connectDatabase(server.url, () => {});
	let missed = false;
	for (const { name, pool, work } of await hotReads(database)) {
		if (!name.includes(options.only)) continue;
		const worst = new Map<string, Awaited<ReturnType<typeof planOf>>>();
		for (const sent of await sentDuring(pool, work)) {
			const statement = sent.name ?? "its list";
			const plan = await planOf(pool, sent);
			if (plan.rows >= (worst.get(statement)?.rows ?? 0)) worst.set(statement, plan);
		}
		for (const [statement, { rows, months, pages, milliseconds }] of worst) {
			const bad = rows > mostRows;
			missed ||= bad;
			const figures = `${rows} rows, ${months} months, ${pages} pages, ${milliseconds.toFixed(1)} ms`;
			console.log(`${name.padEnd(48)} ${statement.padEnd(26)} ${figures}${bad ? "  MISSED" : ""}`);
		}
	}
	await database.close();
	process.exitCode = missed ? 1 : 0;
} finally {
	await server.remove();
}
