import pg from "pg";
import { fillCalls, fillClients, type Size } from "../support/full-company.ts";

/** Calls that are made in one go, and how many connections make them. */
const atATime = 250_000;
const hands = 2;
/** What grows with the years; the two largest first. */
const tables = "calls legs obligations recordings dispositions contacts contact_numbers owed_people users".split(" ");

/**
 * Fills an empty database that has all tables: rows first, then the indexes but for those of the keys, as a restored copy
 * would be. Calls are made from today backwards until they are all there or the minutes are over; answers how many.
 */
export async function fillCompany(url: string, size: Size, minutes: number): Promise<number> {
	const clients = await Promise.all(
		Array.from({ length: hands }, async () => {
			const client = new pg.Client({ connectionString: url });
			await client.connect();
			return client;
		}),
	);
	const [first] = clients;
	if (first === undefined) throw new Error("Nobody fills");
	const each = async <T>(work: T[], carryOut: (client: pg.Client, one: T) => Promise<unknown>) => {
		await Promise.all(
			clients.map(async (client) => {
				for (let one = work.shift(); one !== undefined; one = work.shift()) await carryOut(client, one);
			}),
		);
	};
	try {
		const until = performance.now() + minutes * 60_000;
		const indexes = await takeIndexes(first);
		await fillClients(first, size);
		await first.query("select make_month(now() - n * interval '1 month') from generate_series(-1, $1::integer) as n", [
			size.months,
		]);
		const batches = Array.from({ length: Math.ceil(size.calls / atATime) }, (_, n) => size.calls - n * atATime);
		let made = 0;
		await each(batches, async (client, to) => {
			if (performance.now() > until) return;
			const from = Math.max(0, to - atATime);
			await fillCalls(client, size, from, to);
			made += to - from;
		});
		await each([...indexes], (client, index) => client.query(index));
		await each([...tables], (client, table) => client.query(`vacuum analyze ${table}`));
		return made;
	} finally {
		await Promise.all(clients.map((client) => client.end()));
	}
}

/** Drops every index that is no key; answers how to make them again, the longest work first. */
async function takeIndexes(client: pg.Client): Promise<string[]> {
	const { rows } = await client.query<{ name: string; text: string }>(
		`
select i.indexrelid::regclass::text as name, replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ') as text
from pg_index i join pg_class t on t.oid = i.indrelid
where t.relname = any($1) and t.relname <> 'users'
	and not t.relispartition and not exists (select from pg_constraint where conindid = i.indexrelid)
order by pg_get_indexdef(i.indexrelid) like '%USING gin%' desc, t.relname <> 'calls'`,
		[tables],
	);
	for (const { name } of rows) await client.query(`drop index ${name}`);
	return rows.map(({ text }) => text);
}
