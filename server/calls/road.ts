import { join } from "node:path";
import type { Database } from "../../db/connect.ts";
import type { EventBus } from "../events.ts";
import { createIngest, type Ingest } from "./ingest.ts";
import { createJournal, type Journal } from "./journal/journal.ts";
import { readPast } from "./journal/replay.ts";
import { openSpill } from "./journal/spill.ts";
import { readLiveFacts } from "./live-facts.ts";
import type { Log } from "./log.ts";
import type { Recorder } from "./record.ts";
import { createSingleWriter, type SingleWriter } from "./single-writer.ts";
import { createStaff } from "./staff.ts";
import { createUnsaved } from "./unsaved.ts";

export interface RoadDeps {
	readonly database: Database;
	/** The database's address, for the session that holds the locks. */
	readonly url: string;
	/** Folder in which events wait while the database is away. */
	readonly dataDir: string;
	/** Whether raw events are kept at all. */
	readonly keeps: boolean;
	readonly recorder: Recorder;
	readonly bus: EventBus;
	/** E.164 of what the PBX wrote; null when it is no telephone number. */
	readonly numberOf: (raw: string) => string | null;
	/** Whether this server writes the calls of a PBX has changed. */
	readonly onChange: (pbxId: string) => void;
	readonly now: () => number;
	readonly log: Log;
}

/** The way of events into the database: the fold, the journal beside it, and who of several servers writes. */
export interface Road {
	readonly ingest: Ingest;
	readonly journal: Journal;
	readonly writer: SingleWriter;
}

/** Takes up what an earlier run left on our own disk. */
export async function openRoad(deps: RoadDeps): Promise<Road> {
	const { database, recorder, bus, now, log } = deps;
	const spill = await openSpill(join(deps.dataDir, "journal-spill"), (bytes) =>
		log.warn({ bytes }, "The last line of the spill file was torn by a kill."),
	);
	const db = database.pools.journal;
	const staff = createStaff(database.pools.ui, bus, log);
	const unsaved = createUnsaved({ bus, staff, numberOf: deps.numberOf });
	const journal = createJournal({ db, spill, log, now });
	const spilled = spill.oldest;
	const past = { db, spilledSince: () => spilled, drained: journal.drained, now };
	const ingest = createIngest({
		recorder,
		bus,
		log,
		liveCalls: (pbxId) => readLiveFacts(database.pools.ingest, pbxId),
		past: (...about) => readPast(past, ...about),
		tellLate: unsaved.tell,
		...(deps.keeps ? { keep: journal.push } : {}),
		singleWriter: true,
	});
	const writer = createSingleWriter({ url: deps.url, leading: () => ingest, onChange: deps.onChange, log });
	await staff.read();
	return { ingest, journal, writer };
}
