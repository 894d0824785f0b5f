/**
 * What it takes to read a whole journal and compare it with the calls, long against short: a month in which the server was
 * down is read at one go. Both kinds in one run; rows are those of recorded calls under other ids and at other times.
 *
 *   node test/bench/ledger.ts [--rows 1000000] [--short 100000] [--kinds sqlite,postgres]
 *
 * Each is read alone, then compared with a database that knows nothing (every call is recovered), then once more (nothing
 * changes). Goals: a row of the long one costs the server at most 1.3 times the processor time of one of the short one; the process grows by
 * at most 400 MB. PostgreSQL runs in Docker.
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
import { busy, report } from "./ami-stream.ts";
import { fillPostgres, fillSqlite } from "./ledger-rows.ts";

const { values: options } = parseArgs({
	options: {
		rows: { type: "string", default: "1000000" },
		short: { type: "string", default: "100000" },
		kinds: { type: "string", default: "sqlite,postgres" },
	},
});
const long = Number(options.rows);
const short = Number(options.short);
const kinds = options.kinds.split(",");
const oneMonth = 30 * 86_400;
const until = Math.floor(Date.now() / 1000) - 3600;
const megabyte = 1024 * 1024;

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
	if (kinds.includes("sqlite")) await compare("SQLite", sqlite);
	if (kinds.includes("postgres")) {
		const lab = await startPostgres();
		try {
			await compare("PostgreSQL", async (rows) => {
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
	const path = join(folder, `${rows}.db`);
	fillSqlite(path, rows, until, oneMonth);
	return { kind: "cel-sqlite", path };
}

async function compare(name: string, fill: (rows: number) => Promise<HistoryAccess>): Promise<void> {
	const costs: Record<string, Cost[]> = {};
	for (const rows of [short, long]) {
		const history = await fill(rows);
		for (const [what, cost] of Object.entries(await measure(history))) {
			const { seconds, busy: atWork, megabytes, families } = cost;
			const times = `${seconds.toFixed(1)} s (${atWork.toFixed(1)} s at work)`;
			console.log(`${name}, ${rows} rows, ${what}: ${families} calls in ${times}, ${megabytes.toFixed(0)} MB`);
			costs[what] = [...(costs[what] ?? []), cost];
		}
	}
	for (const [what, [one, other]] of Object.entries(costs)) {
		if (!one || !other) continue;
		const perRow = other.busy / long / (one.busy / short);
		report(`${name}, ${what}: processor time for a row, long / short`, [perRow], { atMost: 1.3 });
		report(`${name}, ${what}: MB more than before`, [other.megabytes], { atMost: 400 });
	}
}

async function measure(history: HistoryAccess): Promise<Record<string, Cost>> {
	const pbxId = await addPbx();
	const reconcile = createReconciler({ pool: database.pools.ingest, recorder: recorder(), now: Date.now });
	const read = async (compares: boolean): Promise<Cost> => {
		let families = 0;
		return await costOf(async () => {
			await journalOf(history).read(0, async (some) => {
				families += some.length;
				if (!compares) return;
				const input = { pbxId, extensionPattern: "^\\d{3}$", families: some, blind: [], live: null };
				await reconcile({ ...input, settledBefore: Date.now() });
			});
			return families;
		});
	};
	return { "read alone": await read(false), recovered: await read(true), "compared again": await read(true) };
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
