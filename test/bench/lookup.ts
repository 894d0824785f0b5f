/**
 * Number → contact against `SELECT 1` in the same run, over the same connection, in turns. Goal: p50 of
 * the read at 10 million numbers at most 1.6 times that of `SELECT 1`. "Whole resolve" is what a pop-up waits for:
 * the text of the PBX parsed, read, and turned into a match.
 *
 *   node test/bench/lookup.ts [--numbers 1000000,10000000] [--rounds 15] [--per-round 1500]
 *
 * Makes a PostgreSQL of its own in a temporary folder and removes it. With a goal missed it ends with status 1.
 * The two trigram indexes, which this read never touches, are left out: they would take longer to build than
 * everything else; that the read also ignores them is tested in test/contacts/match.test.ts.
 */
import { totalmem } from "node:os";
import { parseArgs } from "node:util";
import pg from "pg";
import { connectDatabase, type Database } from "../../db/connect.ts";
import { migrate } from "../../db/migrate.ts";
import { standardSettings } from "../../server/company/standard-settings.ts";
import { createMatcher, lookup } from "../../server/contacts/match.ts";
import { parse } from "../../server/contacts/number.ts";
import { quantile } from "./figures.ts";
import { carelessly, temporaryPostgres } from "./temporary-postgres.ts";

const { values: options } = parseArgs({
	options: {
		numbers: { type: "string", default: "1000000,10000000" },
		rounds: { type: "string", default: "15" },
		"per-round": { type: "string", default: "1500" },
	},
});
const sizes = options.numbers.split(",").map(Number);
const rounds = Number(options.rounds);
const perRound = Number(options["per-round"]);
const goal = 1.6;

const server = await temporaryPostgres([
	...carelessly,
	`shared_buffers=${Math.min(6, Math.floor(totalmem() / 2 ** 32))}GB`,
]);
let missed = false;
try {
	await migrate(server.url);
	const loader = new pg.Client({ connectionString: server.url });
	await loader.connect();
	let present = 0;
	for (const size of sizes.toSorted((a, b) => a - b)) {
		const started = performance.now();
		await fill(loader, present, size);
		present = size;
		console.log(
			`\n${size.toLocaleString("en")} numbers (made in ${Math.round((performance.now() - started) / 1000)} s)`,
		);
		const database = connectDatabase(server.url, () => {});
		try {
			console.log("a connection just opened:");
			await measure(database, size);
			await warm(database, size);
			console.log("the same after a day's work (the goal is for this):");
			const ratio = await measure(database, size);
			if (size >= 10_000_000 && ratio > goal) missed = true;
		} finally {
			await database.close();
		}
	}
	console.log(`\n${await plan(loader)}`);
	await loader.end();
} finally {
	await server.remove();
}
process.exitCode = missed ? 1 : 0;

/** Contacts `from` to `to`, one number each in an order of its own, a third with a company, most with an owner. */
async function fill(client: pg.Client, from: number, to: number): Promise<void> {
	const id = (n: string) => `('01900000-0000-7000-8000-' || lpad(to_hex(${n}), 12, '0'))::uuid`;
	const secondary = ["contacts_search", "contacts_owner", "contacts_status", "contacts_company"];
	const ofNumbers = ["e164", "last_ten", "fragment", "contact"].map((name) => `contact_numbers_${name}`);
	await client.query(`drop index if exists ${[...secondary, ...ofNumbers].join(", ")}`);
	// Every foreign key would be looked up for each of the rows; they are right by the way they are made.
	await client.query("set session_replication_role = replica");
	if (from === 0) {
		await client.query(`insert into users (id, name, email, extension)
			select ${id("n + 900000000")}, 'User ' || n, n || '@example.com', (1000 + n)::text from generate_series(1, 200) as n`);
	}
	await client.query(`insert into contacts (id, name, search, owner_id, company_id, tags)
		select ${id("n")}, 'Іваненко Олена ' || n, 'ivanenko olena ' || n,
			case when n % 10 < 8 then ${id("900000001 + n % 200")} end,
			case when n % 3 = 0 and n > 1000 then ${id("1 + n % 1000")} end, '["VIP"]'
		from generate_series(${from + 1}, ${to}) as n`);
	await client.query(`insert into contact_numbers (id, contact_id, e164, raw)
		select ${id("n")}, ${id("n")}, ${numberSql("n")}, '' from generate_series(${from + 1}, ${to}) as n`);
	await client.query("create index contact_numbers_e164 on contact_numbers (e164) where e164 is not null");
	await client.query("create index contact_numbers_contact on contact_numbers (contact_id)");
	await client.query("vacuum analyze contacts");
	await client.query("vacuum analyze contact_numbers");
	await client.query("analyze users");
}

// 618,033,989 and 10⁹ share no factor: each number comes once, in no order.
function numberSql(n: string): string {
	return `'+380' || lpad((${n}::bigint * 618033989 % 1000000000)::text, 9, '0')`;
}
function numberAt(n: number): string {
	return `+380${String((BigInt(n) * 618_033_989n) % 1_000_000_000n).padStart(9, "0")}`;
}

/**
 * A connection that has served for a day: pages are in memory, and mapped by this very process of PostgreSQL (the first
 * touch of each costs as much as the rest of the read). By the indexes, in no order, over the connection that is measured.
 */
async function warm(database: Database, size: number): Promise<void> {
	const client = await database.pools.ingest.connect();
	await client.query("begin");
	for (const way of ["hashjoin", "mergejoin", "bitmapscan"]) await client.query(`set local enable_${way} = off`);
	for (let chunk = 0; chunk < 40; chunk += 1) {
		const asked = Array.from({ length: 20_000 }, () => numberAt(1 + Math.floor(Math.random() * size)));
		await client.query(
			`select count(c.name) from unnest($1::text[]) as asked (e164)
			join contact_numbers as n on n.e164 = asked.e164 join contacts as c on c.id = n.contact_id`,
			[asked],
		);
	}
	await client.query("commit");
	client.release();
}

async function measure(database: Database, size: number): Promise<number> {
	const settings = standardSettings("UA");
	const matcher = createMatcher({ settings: () => settings });
	const pool = database.pools.ingest;
	const at = new Date();
	const anyNumber = () => numberAt(1 + Math.floor(Math.random() * size));
	const kinds: Record<string, () => Promise<unknown>> = {
		"SELECT 1": () => pool.query({ name: "one", text: "select 1" }),
		"whole resolve": () => matcher.resolve(database.ingest, { raw: anyNumber(), withheld: false }, at),
		"read, named": () => pool.query({ name: "read", text: lookup.sql, values: [anyNumber(), at, ""] }),
		"read, unnamed": () => pool.query(lookup.sql, [anyNumber(), at, ""]),
		"parse only": async () => parse(anyNumber(), settings),
	};
	const names = Object.keys(kinds);
	const times = new Map(names.map((name): [string, number[][]] => [name, []]));
	for (let round = -2; round < rounds; round += 1) {
		// Rounds below zero warm up: statements prepared, pages in memory, code compiled.
		const taken = await timed(Object.values(kinds), perRound);
		if (round < 0) continue;
		for (const [n, name] of names.entries()) times.get(name)?.push(taken[n] ?? []);
	}
	const base = times.get("SELECT 1") ?? [];
	for (const name of names) {
		const own = times.get(name) ?? [];
		const all = own.flat().sort((a, b) => a - b);
		const ratios = (share: number) =>
			own.map((round, n) => quantile(round, share) / quantile(base[n] ?? [], share)).sort((a, b) => a - b);
		const spread = (share: number) => {
			const sorted = ratios(share);
			const [low, middle, high] = [0, 0.5, 1].map((place) => quantile(sorted, place).toFixed(2));
			return `${middle}× (${low}–${high})`;
		};
		console.log(
			`${name.padEnd(14)} p50 ${micro(quantile(all, 0.5))}  p99 ${micro(quantile(all, 0.99))}   against SELECT 1: p50 ${spread(0.5)}, p99 ${spread(0.99)}`,
		);
	}
	const read = (times.get("read, named") ?? []).map((round, n) => quantile(round, 0.5) / quantile(base[n] ?? [], 0.5));
	return quantile(
		read.sort((a, b) => a - b),
		0.5,
	);
}

/** One of each in turn, so that whatever else the machine does falls on all of them alike. Milliseconds, sorted. */
async function timed(works: readonly (() => Promise<unknown>)[], count: number): Promise<number[][]> {
	const taken = works.map((): number[] => []);
	for (let n = 0; n < count; n += 1) {
		for (const [kind, work] of works.entries()) {
			const start = performance.now();
			await work();
			taken[kind]?.push(performance.now() - start);
		}
	}
	return taken.map((times) => times.sort((a, b) => a - b));
}

function micro(milliseconds: number): string {
	return `${Math.round(milliseconds * 1000)} µs`.padStart(8);
}

async function plan(client: pg.Client): Promise<string> {
	await client.query("set plan_cache_mode = force_generic_plan");
	await client.query(`prepare find (text, timestamptz, text) as ${lookup.sql}`);
	const { rows } = await client.query<{ "QUERY PLAN": string }>(
		`explain (analyze, buffers, costs off) execute find ('${numberAt(7)}', now(), '')`,
	);
	return rows.map((row) => row["QUERY PLAN"]).join("\n");
}
