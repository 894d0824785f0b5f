import type { Pool, PoolClient } from "pg";
import type { Database } from "../../db/connect.ts";
import { callId } from "../../db/id.ts";
import type { EventBus } from "../events.ts";
import type { Match } from "../protocol/contact.ts";
import type { Obligation } from "../protocol/obligation.ts";
import type { Settings } from "../protocol/settings.ts";
import type { CallChange, CallFacts } from "./call-change.ts";
import { type Runner, readStored, type StoredCall } from "./call-rows.ts";
import { type Client, createClients, type ResolveClient } from "./clients.ts";
import type { Log } from "./log.ts";
import { ringingUsers, talkingUsers } from "./on-the-phone.ts";
import { fold } from "./progress.ts";
import { type Resolved, type Written, writeCalls, writeValues } from "./record-sql.ts";
import { type Merge, mergeCall, mergesOf } from "./supersede.ts";

/** An obligation that a conversation settled, or whose tries or assignee changed. */
export interface MissedChange {
	readonly id: string;
	readonly callId: string;
	readonly assigneeId: string | null;
	readonly settled: boolean;
}

/** What the recorder asks of the obligations feature; handed over where the server is put together. */
export interface Obligations {
	/** Settles, counts tries of and assigns the missed calls that these calls bear upon, in the caller's transaction. */
	reconcileMissed(db: Runner, callIds: readonly string[], conversationSeconds: number): Promise<MissedChange[]>;
	/** The obligations of these calls. */
	forCalls(db: Runner, callIds: readonly string[]): Promise<Obligation[]>;
}

export interface RecorderDeps {
	readonly database: Database;
	readonly bus: EventBus;
	readonly resolve: ResolveClient;
	readonly settings: () => Settings;
	readonly obligations: Obligations;
	readonly log: Pick<Log, "warn">;
}

/** A batch of one PBX. `receivedAt`: when the event that caused the change of a family reached the server. */
export interface Batch {
	readonly pbxId: string;
	readonly changes: readonly CallChange[];
	readonly receivedAt: (family: string) => number;
	/** The batch was tried before and may be in already: tell people again. */
	readonly again?: boolean;
}

export interface Recorder {
	/** Resolves when the batch is committed and told. Recording a batch again is harmless; see `failureOf` for errors. */
	record(batch: Batch): Promise<void>;
	stop(): void;
}

/** What a commit brought. */
interface Outcome {
	readonly written: readonly Written[];
	readonly merges: readonly Merge[];
	readonly missed: readonly MissedChange[];
}

/**
 * Stores what the tracker says: one transaction for each batch, then tells the bus. A batch of running calls is one
 * statement that commits itself; ended and merged calls need a transaction of several.
 */
export function createRecorder(deps: RecorderDeps): Recorder {
	const { database, bus, settings, obligations, log } = deps;
	const pool = database.pools.ingest;
	const clients = createClients(deps.resolve);
	const stopListening = bus.on("contact.changed", "calls: who calls", () => clients.forget());

	async function record({ pbxId, changes, receivedAt, again = false }: Batch): Promise<void> {
		const folded = fold(changes);
		const found = new Map<string, Client>();
		const batch = await Promise.all(
			folded.calls.map(async (call): Promise<Resolved> => {
				const id = callId(pbxId, call.family, call.startedAt);
				const client = await clients.of(id, call);
				found.set(id, client);
				return { call, e164: client.e164, contactId: onlyContact(client.match) };
			}),
		);
		const { written, merges, missed } = await write(pbxId, batch, folded);
		const stored = await readStored(
			pool,
			written.map(({ id }) => id),
		);
		for (const { call } of batch) {
			const one = stored.get(callId(pbxId, call.family, call.startedAt));
			if (one) tell(one, found, receivedAt(call.family));
		}
		for (const { from, into } of merges) bus.emit("call.superseded", { callId: from, into });
		await tellObligations(written, missed, again);
	}

	async function write(pbxId: string, batch: Resolved[], folded: ReturnType<typeof fold>): Promise<Outcome> {
		const conversation = settings().conversationSeconds;
		const bearing = batch.filter(({ call }) => bearsOnMissed(call, conversation));
		const save = async (db: Runner) =>
			batch.length === 0
				? []
				: (await db.query<Written>({ ...writeCalls, values: writeValues(pbxId, batch, settings()) })).rows;
		if (bearing.length === 0 && folded.superseded.length === 0) {
			return { written: await save(pool), merges: [], missed: [] };
		}
		return inTransaction(pool, async (db) => {
			const written = await save(db);
			const { merges, unknown } = await mergesOf(db, pbxId, folded);
			for (const family of unknown) log.warn({ pbxId, family }, "A joined call is not known: its row stays.");
			for (const merge of merges) await mergeCall(db, merge);
			const ids = [
				...bearing.map(({ call }) => callId(pbxId, call.family, call.startedAt)),
				...merges.map(({ into }) => into),
			];
			const missed = ids.length > 0 ? await obligations.reconcileMissed(db, ids, conversation) : [];
			return { written, merges, missed };
		});
	}

	function tell(stored: StoredCall, found: ReadonlyMap<string, Client>, receivedAt: number): void {
		const { call, pbxId } = stored;
		bus.emit("call.saved", {
			call,
			pbxId,
			match: matchOf(stored, found.get(call.id)?.match),
			ringing: ringingUsers(call),
			talking: talkingUsers(call),
			receivedAt,
		});
	}

	async function tellObligations(written: readonly Written[], missed: readonly MissedChange[], again: boolean) {
		const settled = missed.filter((change) => change.settled);
		const gone = new Set(settled.map(({ callId }) => callId));
		const owed = written.filter((row) => row.owed || again).map(({ id }) => id);
		const changed = missed.filter((change) => !change.settled).map(({ callId }) => callId);
		const ids = [...new Set([...owed, ...changed])].filter((id) => !gone.has(id));
		const open = ids.length > 0 ? await obligations.forCalls(pool, ids) : [];
		for (const obligation of open) {
			if (obligation.settledAt === null) bus.emit("obligation.opened", { obligation });
		}
		for (const { id, callId, assigneeId } of settled) bus.emit("obligation.settled", { id, callId, assigneeId });
	}

	return { record, stop: stopListening };
}

/** The match as people should see it: what an agent chose stands above what the number says. */
export function matchOf(stored: StoredCall, match: Match | undefined): Match {
	if (stored.chosen && stored.client) return { state: "one", candidates: [stored.client] };
	return match ?? { state: stored.withheld ? "withheld" : "unknown", candidates: [] };
}

/** The contact that a call gets by itself: only when nobody else could be meant. */
export function onlyContact(match: Match): string | null {
	return match.state === "one" ? (match.candidates[0]?.contact.id ?? null) : null;
}

/** Ended calls can be missed, tries or conversations; a long talk is a conversation before it ends. */
function bearsOnMissed(call: CallFacts, conversationSeconds: number): boolean {
	return call.direction !== "internal" && (call.endedAt !== null || call.talkMs >= conversationSeconds * 1000);
}

async function inTransaction<T>(pool: Pool, work: (db: PoolClient) => Promise<T>): Promise<T> {
	const client = await pool.connect();
	let failed = true;
	try {
		await client.query("begin");
		const result = await work(client);
		await client.query("commit");
		failed = false;
		return result;
	} catch (error) {
		await client.query("rollback").then(
			() => {
				failed = false;
			},
			() => {},
		);
		throw error;
	} finally {
		// A connection whose transaction could not be ended is not given to anybody else.
		client.release(failed);
	}
}
