import type { FastifyBaseLogger } from "fastify";
import type { Database, Queryable } from "../db/connect.ts";
import { followContacts } from "./calls/follow-contacts.ts";
import { createPops } from "./calls/pop.ts";
import { readCalls } from "./calls/queries.ts";
import { createRecorder } from "./calls/record.ts";
import { createRecordingWatcher } from "./calls/recordings/watcher.ts";
import { openRoad } from "./calls/road.ts";
import type { Config } from "./config.ts";
import { createContacts } from "./contacts/contacts.ts";
import { createMatcher } from "./contacts/match.ts";
import { parse } from "./contacts/number.ts";
import type { EventBus } from "./events.ts";
import { reconcileMissed } from "./obligations/missed.ts";
import { obligationsOfCalls } from "./obligations/read.ts";
import type { Settings } from "./protocol/settings.ts";

interface Deps {
	readonly database: Database;
	readonly config: Pick<Config, "dataDir" | "journalDays"> & { readonly databaseUrl: string };
	readonly settings: () => Settings;
	readonly bus: EventBus;
	/** Whether this server writes the calls of a PBX has changed. */
	readonly onLeading: (pbxId: string) => void;
	readonly now: () => number;
	readonly log: FastifyBaseLogger;
}

type Caller = Parameters<ReturnType<typeof createMatcher>["resolve"]>[1];

/** Who calls, and what of it is stored: clients with their numbers, the road from events to calls, pop-ups' surroundings. */
export async function createCallsPart({ database, config, settings, bus, onLeading, now, log }: Deps) {
	const matcher = createMatcher({ settings });
	const contacts = createContacts({ database, settings, bus, now, log });
	const parseNumber = (raw: string) => {
		const number = parse(raw, settings());
		return number.kind === "number" ? number.e164 : null;
	};

	// The road from the PBX has its own pool; people read by the other.
	const pool = database.pools.ui;
	const resolveFrom = (db: Queryable) => (caller: Caller, at: Date) => matcher.resolve(db, caller, at);
	const resolve = resolveFrom(database.ui);
	const recorder = createRecorder({
		database,
		bus,
		settings,
		resolve: resolveFrom(database.ingest),
		obligations: { reconcileMissed, forCalls: (db, ids, known) => obligationsOfCalls(db, readCalls, ids, known) },
		log,
	});
	followContacts(database.pools.ingest, bus);
	const { ingest, journal, writer } = await openRoad({
		database,
		url: config.databaseUrl,
		dataDir: config.dataDir,
		keeps: config.journalDays > 0,
		recorder,
		bus,
		numberOf: parseNumber,
		onChange: onLeading,
		now,
		log,
	});
	return {
		contacts,
		parseNumber,
		resolve,
		recorder,
		ingest,
		journal,
		writer,
		recordings: createRecordingWatcher({ pool, bus, log }),
		pops: createPops({ db: database.pools.ingest, resolve: resolveFrom(database.ingest) }),
		/** Pictures of browsers that return all at once must not stand before a ringing phone's pop-up. */
		pictured: createPops({ db: pool, resolve }),
	};
}

export type CallsPart = Awaited<ReturnType<typeof createCallsPart>>;
