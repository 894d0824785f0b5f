/**
 * What it costs to store calls so that a power cut loses none, against the smallest thing that does: one insert that
 * commits. Both sides in turns, in one run, on one PostgreSQL that really waits for its disk.
 *
 *   node test/bench/durable.ts [--rounds 9] [--calls 300] [--batch 200]
 *
 * - rows/s in batches as they form under load (a call with a leg, a recording and its obligation: 4 rows) against single
 *   inserts. Goal: 20 times.
 * - milliseconds from the change "a phone rings" to its commit and to people being told, when nothing else is under way,
 *   against a lookup and one insert. Goal: p50 at most 1.5 times. The same for the first that is heard of a call.
 */
import { parseArgs } from "node:util";
import pg from "pg";
import { connectDatabase } from "../../db/connect.ts";
import { newId } from "../../db/id.ts";
import { migrate } from "../../db/migrate.ts";
import type { CallFacts } from "../../server/calls/call-change.ts";
import { readCalls } from "../../server/calls/queries.ts";
import { createRecorder } from "../../server/calls/record.ts";
import { writeStatement } from "../../server/calls/record-sql.ts";
import type { Resolved } from "../../server/calls/record-values.ts";
import { standardSettings } from "../../server/company/standard-settings.ts";
import { createMatcher } from "../../server/contacts/match.ts";
import { createEventBus } from "../../server/events.ts";
import { reconcileMissed } from "../../server/obligations/missed.ts";
import { obligationsOfCalls } from "../../server/obligations/read.ts";
import { quantile } from "./figures.ts";
import { temporaryPostgres } from "./temporary-postgres.ts";

const { values: options } = parseArgs({
	options: {
		rounds: { type: "string", default: "9" },
		calls: { type: "string", default: "300" },
		batch: { type: "string", default: "200" },
	},
});
const rounds = Number(options.rounds);
const callsPerRound = Number(options.calls);
const batchSize = Number(options.batch);
const contacts = 20_000;
let made = 0;
const goals = { batch: 20, p50: 1.5 };

const server = await temporaryPostgres();
const database = connectDatabase(server.url, () => {});
try {
	await migrate(server.url);
	await measure();
} finally {
	await database.close();
	await server.remove();
}

async function measure(): Promise<void> {
	const pool = database.pools.ingest;
	const patient = new pg.Pool({ connectionString: server.url, max: 1 });
	const pbxId = await furnish(patient);
	await patient.end();
	const settings = () => standardSettings("UA");
	const matcher = createMatcher({ settings });
	const bus = createEventBus((_listener, _kind, error) => {
		throw error;
	});
	let saved = 0;
	let told = () => {};
	bus.on("call.saved", "bench", () => {
		saved++;
		told();
	});
	const recorder = createRecorder({
		database,
		bus,
		settings,
		resolve: (caller, at) => matcher.resolve(database.ingest, caller, at),
		obligations: { reconcileMissed, forCalls: (db, ids, known) => obligationsOfCalls(db, readCalls, ids, known) },
		log: { warn: () => {}, error: () => {} },
	});
	const record = (calls: readonly CallFacts[]) =>
		recorder.record({ pbxId, changes: calls.map((call) => ({ kind: "changed", call })), receivedAt: () => 0 });

	/** Milliseconds until people are told; what is owed is told after that. */
	const timeToTold = async (work: () => Promise<void>) => {
		const began = performance.now();
		let at = Number.NaN;
		told = () => {
			at = performance.now();
		};
		await work();
		told = () => {};
		return at - began;
	};

	// Plans, caches and the first pages of every table.
	for (let n = 0; n < 200; n++) {
		await record([facts()]);
		await prototype(pool, facts());
	}
	await record(Array.from({ length: batchSize }, facts));

	const batches: number[] = [];
	const statements: number[] = [];
	const latencies: { p50: number; p99: number }[] = [];
	const floors: number[] = [];
	const news: number[] = [];
	for (let round = 0; round < rounds; round++) {
		const single = await rate(callsPerRound, async () => {
			for (let n = 0; n < callsPerRound; n++) await insertOne(pool, facts());
		});
		const calls = batchSize * 10;
		const ours = await rate(calls * 4, async () => {
			for (let n = 0; n < 10; n++) await record(Array.from({ length: batchSize }, facts));
		});
		const alone = await rate(calls * 4, async () => {
			for (let n = 0; n < 10; n++)
				await pool.query(writeStatement(pbxId, null, Array.from({ length: batchSize }, item), settings()));
		});
		batches.push(ours / single);
		statements.push(alone / single);
		// One after the other and in turns, so that a disk that is slow for a moment is slow for both.
		const theirs: number[] = [];
		const own: number[] = [];
		const fresh: number[] = [];
		const bare: number[] = [];
		for (let n = 0; n < callsPerRound; n++) {
			bare.push(await time(() => insertOne(pool, facts())));
			theirs.push(await time(() => prototype(pool, facts())));
			const call = facts();
			fresh.push(await timeToTold(() => record([{ ...call, legs: [] }])));
			own.push(await timeToTold(() => record([call])));
		}
		const ratio = (share: number) => quantile(own, share) / quantile(theirs, share);
		latencies.push({ p50: ratio(0.5), p99: ratio(0.99) });
		floors.push(quantile(own, 0.5) / quantile(bare, 0.5));
		news.push(quantile(fresh, 0.5) / quantile(theirs, 0.5));
		const ms = (values: number[]) => `${quantile(values, 0.5).toFixed(2)}/${quantile(values, 0.99).toFixed(2)}`;
		console.log(
			`round ${round + 1}: single ${single.toFixed(0)} rows/s, batches ${ours.toFixed(0)} rows/s (${(ours / 4).toFixed(0)} calls/s), the statement alone ${alone.toFixed(0)} rows/s; ` +
				`p50/p99 ms: a known call rings ${ms(own)}, a new call ${ms(fresh)}, lookup + insert ${ms(theirs)}, insert ${ms(bare)}`,
		);
	}
	if (saved === 0) throw new Error("Nobody was told.");
	const p50 = latencies.map((one) => one.p50);
	const met = [median(statements) >= goals.batch, median(p50) <= goals.p50];
	console.log(
		`rows/s of the statement against single inserts: ${spread(statements)} (goal ≥ ${goals.batch}) ${said(met[0])}`,
	);
	console.log(`rows/s with who called, and people told, against single inserts: ${spread(batches)}`);
	console.log(`a phone rings, p50 against lookup + one insert: ${spread(p50)} (goal ≤ ${goals.p50}) ${said(met[1])}`);
	console.log(`a phone rings, p99 against lookup + one insert: ${spread(latencies.map((one) => one.p99))}`);
	console.log(`a phone rings, p50 against the bare insert without a lookup: ${spread(floors)}`);
	console.log(`a new call, p50 against lookup + one insert: ${spread(news)}`);
	process.exitCode = met.every(Boolean) ? 0 : 1;
}

async function furnish(pool: pg.Pool): Promise<string> {
	const pbxId = newId();
	await pool.query(
		`insert into pbxs (id, name, host, port, events_username, events_secret_sealed, extension_pattern)
		values ($1, 'office', '127.0.0.1', 5038, 'dzvin', '', '^\\d{3}$')`,
		[pbxId],
	);
	await pool.query(
		`insert into users (id, name, email, role, extension)
		select gen_random_uuid(), 'agent ' || n, n || '@example.com', 'agent', n::text from generate_series(100, 139) n`,
	);
	await pool.query(
		`with made as (
			insert into contacts (id, name, search, owner_id)
			select gen_random_uuid(), 'client ' || n, 'client ' || n, (select id from users offset n % 40 limit 1)
			from generate_series(0, $1::integer - 1) n returning id, name
		)
		insert into contact_numbers (id, contact_id, e164, raw)
		select gen_random_uuid(), id, number, number
		from (select id, '+38050' || lpad(split_part(name, ' ', 2), 7, '0') as number from made) m`,
		[contacts],
	);
	// What the prototype writes into: the columns that it knows, found by id only.
	await pool.query(
		`create table prototype_calls (id uuid primary key, started_at timestamptz, linked_id text, direction text,
			outcome text, number text, raw_number text, caller_name text, did text, contact_id uuid)`,
	);
	await pool.query("analyze");
	return pbxId;
}

function facts(): CallFacts {
	const n = ++made;
	const startedAt = Date.now();
	return {
		family: `${Math.floor(startedAt / 1000)}.${n}`,
		startedAt,
		direction: "inbound",
		outcome: "ringing",
		rawNumber: `050${String(n % contacts).padStart(7, "0")}`,
		withheld: false,
		callerName: "Олена Іваненко",
		did: "0441112233",
		queue: "sales",
		answeredAt: null,
		endedAt: null,
		ringMs: 0,
		talkMs: 0,
		legs: [
			{
				index: 0,
				extension: String(100 + (n % 40)),
				outside: false,
				placed: false,
				rangAt: startedAt,
				answeredAt: null,
				leftAt: null,
				result: null,
			},
		],
		recordings: [{ path: `/var/spool/asterisk/monitor/${n}.wav`, startedAt, closed: false }],
		ivr: "",
		interrupted: false,
		recovered: false,
	};
}

/** A new call as the recorder hands it to the statement; who calls is found out before. */
function item(): Resolved {
	const call = facts();
	const recordings = call.recordings.map((recording, index) => ({ index, recording }));
	return { call, e164: `+38${call.rawNumber}`, contactId: null, legs: call.legs, recordings, owe: true };
}

async function insertOne(pool: pg.Pool, call: CallFacts, contactId: string | null = null): Promise<void> {
	await pool.query({
		name: "prototype-insert",
		text: "insert into prototype_calls values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
		values: [
			newId(),
			new Date(call.startedAt),
			call.family,
			call.direction,
			call.outcome,
			`+38${call.rawNumber}`,
			call.rawNumber,
			call.callerName,
			call.did,
			contactId,
		],
	});
}

async function prototype(pool: pg.Pool, call: CallFacts): Promise<void> {
	const { rows } = await pool.query<{ id: string }>({
		name: "prototype-lookup",
		text: `select c.id, c.name, u.name as owner from contact_numbers n join contacts c on c.id = n.contact_id
			left join users u on u.id = c.owner_id where n.e164 = $1`,
		values: [`+38${call.rawNumber}`],
	});
	await insertOne(pool, call, rows[0]?.id ?? null);
}

async function time(work: () => Promise<void>): Promise<number> {
	const began = performance.now();
	await work();
	return performance.now() - began;
}
async function rate(count: number, work: () => Promise<void>): Promise<number> {
	return (count * 1000) / (await time(work));
}
function median(values: readonly number[]): number {
	return quantile(values, 0.5);
}
function spread(values: readonly number[]): string {
	return `${median(values).toFixed(2)}× (${Math.min(...values).toFixed(2)} to ${Math.max(...values).toFixed(2)}, ${values.length} rounds)`;
}
function said(met: boolean | undefined): string {
	return met ? "met" : "MISSED";
}
