import { spawnSync } from "node:child_process";
import { cpSync, globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import pg from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { migrate } from "../../db/migrate.ts";
import { emptyDatabase } from "../support/database.ts";
import { projectFolder } from "../support/programs.ts";

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "dzvin-migrations-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What `npm run db:generate` does, into a folder of the test's own; answers what it says. */
const generate = (out: string): string => {
	const drizzleKit = join(projectFolder, "node_modules/.bin/drizzle-kit");
	const args = ["generate", "--dialect=postgresql", "--schema=./db/schema/*.ts"];
	const { stdout, stderr } = spawnSync(drizzleKit, [...args, `--out=./${relative(projectFolder, out)}`], {
		cwd: projectFolder,
		encoding: "utf8",
	});
	return stdout + stderr;
};

test("npm run db:generate finds nothing that a migration forgot", () => {
	const copy = join(folder, "migrations");
	cpSync(join(projectFolder, "migrations"), copy, { recursive: true });
	expect(generate(copy)).toContain("nothing to migrate");
	expect(readdirSync(copy).sort()).toEqual(readdirSync(join(projectFolder, "migrations")).sort());
}, 60_000);

test("the migrations, written by hand in part, make the tables that the code believes in", async () => {
	const out = join(folder, "fresh");
	mkdirSync(out);
	generate(out);
	const [file = ""] = globSync("*.sql", { cwd: out });
	const believed = await emptyDatabase();
	const made = await emptyDatabase();
	try {
		await apply(believed.url, readFileSync(join(out, file), "utf8"));
		await migrate(made.url);
		expect(await shape(made.url)).toEqual(await shape(believed.url));
	} finally {
		await Promise.all([believed.drop(), made.drop()]);
	}
}, 60_000);

test("an upgrade lets those missed calls escalate whose time is still to come, and leaves the old ones to the lists", async () => {
	const own = await emptyDatabase();
	try {
		const files = globSync("*.sql", { cwd: join(projectFolder, "migrations") }).sort();
		const upgrade = files.findIndex((file) => file.startsWith("0006"));
		const textOf = (file: string) => readFileSync(join(projectFolder, "migrations", file), "utf8");
		for (const file of files.slice(0, upgrade)) await run(own.url, textOf(file));
		const always = Array.from({ length: 7 }, () => ({ from: 0, to: 1440 }));
		await run(
			own.url,
			`insert into settings (id, value) values (1, '${JSON.stringify({ timeZone: "UTC", workingHours: always })}');
			insert into obligations (id, kind, call_id, call_started_at, opened_at, due_at)
			select gen_random_uuid(), 'missed', gen_random_uuid(), at, at, at from unnest(
				array[now() - interval '3 days', now() - interval '16 minutes', now() - interval '5 minutes']) at`,
		);
		await run(own.url, textOf(files[upgrade] ?? ""));
		const minutes = await withClient(own.url, async (client) => {
			const { rows } = await client.query(
				"select round(extract(epoch from escalates_at - opened_at) / 60)::int as minutes from obligations order by opened_at",
			);
			return rows.map((row) => row.minutes);
		});
		expect(minutes).toEqual([null, null, 15]);
	} finally {
		await own.drop();
	}
}, 60_000);

test("an upgrade knows who took part in what is owed, and through which line a missed call came", async () => {
	const own = await emptyDatabase();
	try {
		const files = globSync("*.sql", { cwd: join(projectFolder, "migrations") }).sort();
		const upgrade = files.findIndex((file) => file.startsWith("0011"));
		const textOf = (file: string) => readFileSync(join(projectFolder, "migrations", file), "utf8");
		await apply(own.url, textOf(files[0] ?? ""));
		for (const file of files.slice(1, upgrade)) await run(own.url, textOf(file));
		const id = (n: number) => `'00000000-0000-7000-8000-00000000000${n}'`;
		// An open call of two people, one that goes on, and a missed one that was settled last week.
		await run(
			own.url,
			`insert into pbxs (id, name, host, port, events_username, events_secret_sealed, extension_pattern)
				values (${id(9)}, 'office', '127.0.0.1', 5038, 'dzvin', '', '');
			insert into calls (id, started_at, pbx_id, linked_id, direction, outcome, raw_number, caller_name, did, queue, ended_at, user_ids)
				values (${id(1)}, now(), ${id(9)}, '1', 'inbound', 'answered', '', '', '1', null, now(), array[${id(7)}, ${id(8)}]::uuid[]),
				(${id(2)}, now(), ${id(9)}, '2', 'inbound', 'talking', '', '', '1', null, null, array[${id(7)}]::uuid[]),
				(${id(3)}, now(), ${id(9)}, '3', 'inbound', 'missed', '', '', '0441', 'sales', now(), array[${id(7)}]::uuid[]);
			insert into obligations (id, kind, call_id, call_started_at, opened_at, due_at, settled_at)
				select id, case outcome when 'missed' then 'missed' else 'call' end, id, started_at, started_at, started_at,
					case when outcome = 'missed' then now() - interval '7 days' end from calls`,
		);
		await run(own.url, textOf(files[upgrade] ?? ""));
		const found = await withClient(own.url, async (client) => [
			(
				await client.query(
					"select right(obligation_id::text, 1) as call, right(user_id::text, 1) as who from owed_people order by 2",
				)
			).rows,
			(await client.query("select did, queue from obligations order by id")).rows,
		]);
		expect(found).toEqual([
			[
				{ call: "1", who: "7" },
				{ call: "1", who: "8" },
			],
			[
				{ did: null, queue: null },
				{ did: null, queue: null },
				{ did: "0441", queue: "sales" },
			],
		]);
	} finally {
		await own.drop();
	}
}, 60_000);

async function apply(url: string, sql: string): Promise<void> {
	await withClient(url, (client) => client.query("create extension pg_trgm"));
	await run(url, sql);
}

const run = (url: string, sql: string) =>
	withClient(url, (client) => client.query(sql.replaceAll("--> statement-breakpoint", "")));

/** Columns and indexes of every table but the partitions. */
async function shape(url: string): Promise<unknown[]> {
	return await withClient(url, async (client) => {
		const columns = await client.query(`
			select c.relname as table, a.attname as column, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as required,
				pg_get_expr(d.adbin, d.adrelid) as standard
			from pg_class c join pg_attribute a on a.attrelid = c.oid left join pg_attrdef d on (d.adrelid, d.adnum) = (c.oid, a.attnum)
			where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
				and a.attnum > 0 and not a.attisdropped
			order by 1, 2`);
		const indexes = await client.query(`
			select c.relname as table, replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ') as index
			from pg_index i join pg_class c on c.oid = i.indrelid
			where c.relnamespace = 'public'::regnamespace and not c.relispartition
			order by 1, 2`);
		return [...columns.rows, ...indexes.rows];
	});
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
	const client = new pg.Client({ connectionString: url });
	await client.connect();
	try {
		return await work(client);
	} finally {
		await client.end();
	}
}
