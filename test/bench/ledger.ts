/**
 * What it takes to read a whole journal and to compare it with the calls: a month in which the server was down is read at
 * one go. Rows are those of recorded calls under other ids and at other times; PostgreSQL runs in Docker.
 *
 *   node test/bench/ledger.ts [--rows 1000000] [--short 100000] [--compared 100000] [--kinds sqlite,postgres]
 *
 * - read alone, long against short. Goals: a row of the long one takes at most 1.3 times the processor time of one of the
 *   short one; the process grows by at most 400 MB.
 * - compared, so many rows: with a database that knows nothing (every call is recovered), and once more (nothing
 *   changes). Goal: at most 400 MB.
 */
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { connectDatabase } from "../../db/connect.ts";
import { startEmbedded } from "../../db/embedded.ts";
import { newId } from "../../db/id.ts";
import { makeMonths, migrate } from "../../db/migrate.ts";
import { journalOf } from "../../server/asterisk/history/history.ts";
import { readCalls } from "../../server/calls/queries.ts";
import { createReconciler } from "../../server/calls/reconcile/reconcile.ts";
import { createRecorder } from "../../server/calls/record.ts";
import { standardSettings } from "../../server/company/standard-settings.ts";
import { createMatcher } from "../../server/contacts/match.ts";
import { createEventBus } from "../../server/events.ts";
import { reconcileMissed } from "../../server/obligations/missed.ts";
import { obligationsOfCalls } from "../../server/obligations/read.ts";
import type { HistoryAccess } from "../../server/pbx-access.ts";
import { startPostgres } from "../lab/postgres.ts";
import { busy, report } from "./figures.ts";
import { fillPostgres, fillSqlite } from "./ledger-rows.ts";

const { values: options } = parseArgs({
	options: {
		rows: { type: "string", default: "1000000" },
		short: { type: "string", default: "100000" },
		compared: { type: "string", default: "100000" },
		kinds: { type: "string", default: "sqlite,postgres" },
	},
});
const long = Number(options.rows);
const short = Number(options.short);
const compared = Number(options.compared);
const kinds = options.kinds.split(",");
const oneMonth = 30 * 86_400;
const until = Math.floor(Date.now() / 1000) - 3600;
const megabyte = 1024 * 1024;
let made = 0;

interface Cost {
	readonly seconds: number;
	/** Of them, this process was at work. */
	readonly busy: number;
	readonly megabytes: number;
	readonly families: number;
}

const folder = await mkdtemp(join(tmpdir(), "dzvin-bench-"));
await chmod(folder, 0o711);
const server = await startEmbedded({ dataDir: join(folder, "own"), log: () => {} });
const database = connectDatabase(server.url, () => {});
try {
	await migrate(server.url);
	for (const month of [0, 1]) await makeMonths(database.pools.ui, new Date((until - month * oneMonth) * 1000));
	if (kinds.includes("sqlite")) await measure("SQLite", sqlite);
	if (kinds.includes("postgres")) {
		const lab = await startPostgres();
		try {
			await measure("PostgreSQL", async (rows) => {
				await lab.admin.query("truncate table cel");
				await fillPostgres(lab.admin, rows, until, oneMonth);
				return { ...lab.history, database: "asteriskcdrdb", table: "cel", tls: null };
			});
		} finally {
			await lab.stop();
		}
	}
} finally {
	await database.close();
	await server.stop();
	await rm(folder, { recursive: true, force: true });
}

async function sqlite(rows: number): Promise<HistoryAccess> {
	const path = join(folder, `${rows}-${made++}.db`);
	fillSqlite(path, rows, until, oneMonth);
	return { kind: "cel-sqlite", path };
}

async function measure(name: string, fill: (rows: number) => Promise<HistoryAccess>): Promise<void> {
	const memory = { atMost: 400 };
	const few = tell(name, short, "read", await readAlone(await fill(short)));
	const many = tell(name, long, "read", await readAlone(await fill(long)));
	const perRow = many.busy / long / (few.busy / short);
	report(`${name}: processor time for a row, long / short`, [perRow], { atMost: 1.3 });
	report(`${name}: MB more than before, long`, [many.megabytes], memory);
	const history = await fill(compared);
	const compare = await comparison();
	for (const what of ["recovered", "compared again"]) {
		const cost = tell(name, compared, what, await costOf(() => compare(history)));
		report(`${name}, ${what}: MB more than before`, [cost.megabytes], memory);
	}
}

function tell(name: string, rows: number, what: string, cost: Cost): Cost {
	const times = `${cost.seconds.toFixed(1)} s (${cost.busy.toFixed(1)} s at work)`;
	console.log(`${name}, ${rows} rows, ${cost.families} calls ${what}: ${times}, ${cost.megabytes.toFixed(0)} MB more`);
	return cost;
}

function readAlone(history: HistoryAccess): Promise<Cost> {
	return costOf(async () => {
		let families = 0;
		await journalOf(history).read(0, async (some) => {
			families += some.length;
		});
		return families;
	});
}

/** Compares a journal with the calls of a PBX that was never seen before; answers how many calls it came to. */
async function comparison(): Promise<(history: HistoryAccess) => Promise<number>> {
	const pbxId = await addPbx();
	const reconcile = createReconciler({
		pool: database.pools.ingest,
		recorder: recorder(),
		now: Date.now,
		log: { error: console.error },
	});
	return async (history) => {
		let calls = 0;
		await journalOf(history).read(0, async (families) => {
			const rest = { blind: [], live: null, settledBefore: Date.now() };
			calls += (await reconcile({ pbxId, extensionPattern: "^\\d{3}$", families, ...rest })).calls;
		});
		return calls;
	};
}

/** Seconds, and the most memory (resident, MB) beyond what there was before. */
async function costOf(work: () => Promise<number>): Promise<Cost> {
	globalThis.gc?.();
	const before = process.memoryUsage.rss();
	let most = before;
	const watch = setInterval(() => {
		most = Math.max(most, process.memoryUsage.rss());
	}, 50);
	const began = performance.now();
	const idle = busy();
	try {
		const families = await work();
		const seconds = (performance.now() - began) / 1000;
		return { seconds, busy: (busy() - idle) / 1000, megabytes: (most - before) / megabyte, families };
	} finally {
		clearInterval(watch);
	}
}

async function addPbx(): Promise<string> {
	const id = newId();
	await database.pools.ui.query(
		`insert into pbxs (id, name, host, port, events_username, events_secret_sealed, extension_pattern)
		values ($1, $2, '127.0.0.1', 5038, 'dzvin', '', '^\\d{3}$')`,
		[id, id],
	);
	return id;
}

function recorder() {
	const company = standardSettings("UA");
	const settings = () => company;
	const matcher = createMatcher({ settings });
	return createRecorder({
		database,
		bus: createEventBus((_listener, _kind, error) => {
			throw error;
		}),
		settings,
		resolve: (caller, at) => matcher.resolve(database.ingest, caller, at),
		obligations: { reconcileMissed, forCalls: (db, ids, known) => obligationsOfCalls(db, readCalls, ids, known) },
		log: { warn: () => {}, error: () => {} },
	});
}
