import { parseArgs } from "node:util";
import { connectDatabase } from "../db/connect.ts";
import { runningEmbedded } from "../db/embedded-running.ts";
import { rebuildCall } from "./calls/journal/rebuild.ts";
import { readCalls } from "./calls/queries.ts";
import { createRecorder } from "./calls/record.ts";
import { mergedInto } from "./calls/supersede.ts";
import { rulesOf } from "./calls/tracker-rules.ts";
import { createSettings } from "./company/settings.ts";
import { ConfigError, loadConfig } from "./config.ts";
import { createMatcher } from "./contacts/match.ts";
import { createEventBus } from "./events.ts";
import { reconcileMissed } from "./obligations/missed.ts";
import { obligationsOfCalls } from "./obligations/read.ts";

const usage = `npm run rebuild -- <call id> [--show]

Folds the raw events of one call again, prints what they say, and stores it by the same road as a live call: what is
missing comes back, newer facts and what people did stay. --show only prints. Reads the same environment as the server,
which may go on running.
`;

const complain = (error: unknown) =>
	process.stderr.write(
		`${error instanceof ConfigError ? error.message : error instanceof Error ? error.stack : String(error)}\n`,
	);

/** One call from the journal; 0 when it was found. */
async function main(): Promise<number> {
	const { values, positionals } = parseArgs({ options: { show: { type: "boolean" } }, allowPositionals: true });
	const wanted = positionals[0] ?? "";
	if (positionals.length !== 1 || !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(wanted)) {
		process.stderr.write(usage);
		return 2;
	}
	const config = loadConfig(process.env);
	const url = config.databaseUrl ?? (await runningEmbedded(config.dataDir));
	if (url === null) throw new Error("The embedded database does not run: start the server first.");
	const database = connectDatabase(url, (_pool, error) => complain(error));
	try {
		const db = database.pools.ingest;
		const id = (await mergedInto(db, wanted.toLowerCase())) ?? wanted.toLowerCase();
		const { rows } = await db.query<{ id: string; extensionPattern: string }>(
			`select id, extension_pattern as "extensionPattern" from pbxs order by active desc, id`,
		);
		const rebuilt = await rebuildCall(db, rows.map(rulesOf), id);
		if (rebuilt === null) {
			process.stderr.write(`The journal has no events of the call ${id}: ${await whyNot(id)}.\n`);
			return 1;
		}
		process.stdout.write(`${JSON.stringify({ id, ...rebuilt.call }, null, "\t")}\n`);
		if (values.show !== true) await store(rebuilt);
		return 0;
	} finally {
		await database.close();
	}

	async function whyNot(id: string): Promise<string> {
		const { rows } = await database.pools.ingest.query<{ recovered: boolean; kept: boolean }>(
			"select recovered, started_at > now() - $2 * interval '1 day' as kept from calls where id = $1",
			[id, config.journalDays],
		);
		const [call] = rows;
		if (call === undefined) return `no such call is stored, and it keeps ${config.journalDays} days`;
		if (!call.kept) return `it keeps ${config.journalDays} days`;
		if (!call.recovered) return "none of them reached it";
		return "nobody heard the call, and what the PBX's own journal told of it was not kept then";
	}

	/** Under the token of the server that writes now: it need not stop for this. */
	async function store({ pbxId, changes }: NonNullable<Awaited<ReturnType<typeof rebuildCall>>>): Promise<void> {
		const bus = createEventBus((_listener, _kind, error) => complain(error));
		const settings = createSettings({ database, bus, country: config.country });
		await settings.start();
		const matcher = createMatcher({ settings: settings.current });
		const recorder = createRecorder({
			database,
			bus,
			settings: settings.current,
			resolve: (caller, at) => matcher.resolve(database.ingest, caller, at),
			obligations: { reconcileMissed, forCalls: (from, ids, known) => obligationsOfCalls(from, readCalls, ids, known) },
			log: { warn: (_context, message) => complain(message), error: (_context, message) => complain(message) },
		});
		const { rows } = await database.pools.ingest.query<{ token: string }>(
			"select token from pbx_writers where pbx_id = $1",
			[pbxId],
		);
		const token = rows[0] ? Number(rows[0].token) : null;
		await recorder.record({ pbxId, changes, receivedAt: () => Date.now(), token });
		await recorder.stop();
	}
}

main().then(
	(code) => process.exit(code),
	(error: unknown) => {
		complain(error);
		process.exit(1);
	},
);
