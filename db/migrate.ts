import { fileURLToPath } from "node:url";
import { drizzle } from "drizzle-orm/node-postgres";
import { migrate as runMigrations } from "drizzle-orm/node-postgres/migrator";
import pg from "pg";

const migrationsFolder = fileURLToPath(new URL("../migrations", import.meta.url));

/** Any constant will do, as long as every Dzvin takes the same one. */
const migrationLock = 4_736_905_251;

/** Oldest server that the migrations are tested with. */
const oldestServer = 15;

/**
 * Brings the schema up to date and makes the monthly partitions around `now`. Any number of servers may do this at the
 * same time: drizzle's migrator does not guard against that, so all of it happens under one advisory lock.
 */
export async function migrate(url: string, now: Date = new Date()): Promise<void> {
	const client = new pg.Client({ connectionString: url, application_name: "dzvin migrate", keepAlive: true });
	let broken: Error | null = null;
	client.on("error", (error) => {
		broken = error;
	});
	await client.connect();
	try {
		await requireServer(client);
		await client.query("select pg_advisory_lock($1)", [migrationLock]);
		await runMigrations(drizzle({ client }), { migrationsFolder });
		await makeMonths(client, now);
		await keepJournal(client, now, null);
		await client.query("select pg_advisory_unlock($1)", [migrationLock]);
	} catch (error) {
		throw broken ?? error;
	} finally {
		await client.end();
	}
}

/** Partitions from the month before `now` to three months ahead. Cheap when they are there; call it once a day. */
export async function makeMonths(client: Pick<pg.Client, "query">, now: Date): Promise<void> {
	for (let offset = -1; offset <= 3; offset += 1) {
		const month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset, 1));
		await client.query("select make_month($1)", [month]);
	}
}

/**
 * Partitions of the journal from the day before `now` to a week ahead; drops those older than `days`, none when null.
 * Cheap when there is nothing to do; call it once a day.
 */
export async function keepJournal(client: Pick<pg.Client, "query">, now: Date, days: number | null): Promise<void> {
	await client.query("select keep_journal($1::date, $2::integer)", [now.toISOString().slice(0, 10), days ?? 100_000]);
}

async function requireServer(client: pg.Client): Promise<void> {
	const answer = await client.query<{ server_version_num: string }>("show server_version_num");
	const major = Math.floor(Number(answer.rows[0]?.server_version_num) / 10_000);
	if (!(major >= oldestServer)) {
		throw new Error(`PostgreSQL ${major} is too old: Dzvin needs ${oldestServer} or newer.`);
	}
}
