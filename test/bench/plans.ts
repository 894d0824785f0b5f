/**
 * What the database does for every read that people or a ringing phone wait for, in a company with years of calls and in
 * one that is ten times smaller: rows looked at in the tables that grow, pages, milliseconds. test/records/plans.test.ts holds the same reads on
 * small tables.
 *
 *   node test/bench/plans.ts [--contacts 200000] [--calls 1000000] [--minutes 12] [--only words]
 *
 * Goals: no read looks at more than `mostRows` rows, nor at `growth` times the rows of the smaller company when they are
 * more than `few`. With a goal missed it ends with status 1.
 */
import { parseArgs } from "node:util";
import pg from "pg";
import { connectDatabase } from "../../db/connect.ts";
import { migrate } from "../../db/migrate.ts";
import type { Size } from "../support/full-company.ts";
import { hotReads } from "../support/hot-reads.ts";
import { type Plan, planOf, sentDuring } from "../support/plans.ts";
import { fillCompany } from "./fill-company.ts";
import { carelessly, temporaryPostgres } from "./temporary-postgres.ts";

const { values: options } = parseArgs({
	options: {
		contacts: { type: "string", default: "200000" },
		calls: { type: "string", default: "1000000" },
		minutes: { type: "string", default: "12" },
		only: { type: "string", default: "" },
	},
});
const mostRows = 50_000;
const growth = 2;
const few = 2_000;
const smaller = 10;

const company = (times: number): Size => ({
	contacts: Math.round(Number(options.contacts) / times),
	calls: Math.round(Number(options.calls) / times),
	months: 24,
	openEvery: 200,
});

const server = await temporaryPostgres([
	...carelessly,
	...["shared_buffers=2GB", "maintenance_work_mem=2GB", "max_parallel_maintenance_workers=1", "work_mem=64MB"],
]);
try {
	const small = await measured("small", company(smaller));
	const large = await measured("large", company(1));
	let missed = 0;
	for (const [read, plan] of large) {
		const before = small.get(read);
		const grew = before === undefined ? 1 : plan.growing / Math.max(1, before.growing);
		const spread = before === undefined ? 1 : plan.pages / Math.max(1, before.pages);
		const bad =
			plan.growing > mostRows || (plan.growing > few && grew > growth) || (plan.pages > few && spread > growth);
		if (bad) missed += 1;
		const rows = `${before?.growing ?? "-"} → ${plan.growing} rows`;
		const pages = `${before?.pages ?? "-"} → ${plan.pages} pages`;
		const time = `${before?.milliseconds.toFixed(1) ?? "-"} → ${plan.milliseconds.toFixed(1)} ms`;
		console.log(
			`${read.padEnd(76)} ${[rows, `× ${grew.toFixed(2)}`, pages, `${plan.months} months`, time].join(", ")}${bad ? "  MISSED" : ""}`,
		);
	}
	console.log(`${large.size} statements, ${missed} of them missed a goal`);
	process.exitCode = missed > 0 ? 1 : 0;
} finally {
	await server.remove();
}

/** Fills a database of this size; the plan of every statement, of several alike the one that looked at most. */
async function measured(name: string, size: Size): Promise<Map<string, Plan>> {
	const owner = new pg.Client({ connectionString: server.url });
	await owner.connect();
	await owner.query(`create database ${name}`);
	await owner.end();
	const url = server.url.replace(/\/\w+(?=\?)/, `/${name}`);
	await migrate(url);
	const began = performance.now();
	const made = await fillCompany(url, size, Number(options.minutes));
	console.log(`${made} calls, ${size.contacts} contacts in ${Math.round((performance.now() - began) / 1000)} s`);

	const database = connectDatabase(url, () => {});
	const plans = new Map<string, Plan>();
	try {
		for (const { name: read, pool, work } of await hotReads(database)) {
			if (!read.includes(options.only)) continue;
			for (const sent of await sentDuring(pool, work)) {
				const statement = `${read.padEnd(48)} ${sent.name ?? "its list"}`;
				const plan = await planOf(pool, sent);
				if (plan.growing >= (plans.get(statement)?.growing ?? 0)) plans.set(statement, plan);
			}
		}
	} finally {
		await database.close();
	}
	return plans;
}
