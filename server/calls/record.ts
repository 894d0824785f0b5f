import type { Database } from "../../db/connect.ts";
import { callId } from "../../db/id.ts";
import { inTransaction, type Runner } from "../../db/runner.ts";
import type { EventBus } from "../events.ts";
import type { Call } from "../protocol/call.ts";
import type { Obligation } from "../protocol/obligation.ts";
import type { Settings } from "../protocol/settings.ts";
import type { CallChange, CallFacts } from "./call-change.ts";
import { readStored, type StoredCall } from "./call-rows.ts";
import { type Client, createClients, type ResolveClient } from "./clients.ts";
import type { Log } from "./log.ts";
import { matchOf, onlyContact } from "./match-of.ts";
import { ringingUsers, talkingUsers } from "./on-the-phone.ts";
import { fold } from "./progress.ts";
import { type Resolved, type Written, writeStatement } from "./record-sql.ts";
import { type Merge, mergeCall, mergesOf } from "./supersede.ts";
import { compose, createToldCalls, type Told, toWrite } from "./told.ts";

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
	/** The obligations of these calls; `known` calls need not be read again. */
	forCalls(db: Runner, callIds: readonly string[], known: ReadonlyMap<string, Call>): Promise<Obligation[]>;
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

/** A call on its way into the database. */
interface Item extends Resolved {
	readonly id: string;
	readonly client: Client;
	readonly before: Told | undefined;
}

/**
 * Stores what the tracker says: one transaction for each batch, then tells the bus. A batch of running calls is one
 * statement that commits itself; ended and merged calls need a transaction of several.
 */
export function createRecorder(deps: RecorderDeps): Recorder {
	const { database, bus, settings, obligations, log } = deps;
	const pool = database.pools.ingest;
	const clients = createClients(deps.resolve);
	const told = createToldCalls();
	const pbxNames = new Map<string, string>();
	const listening = [
		bus.on("contact.changed", "calls: who calls", () => {
			clients.forget();
			told.forgetAll();
		}),
		bus.on("user.changed", "calls: whose extension", () => told.forgetAll()),
		bus.on("call.contact", "calls: changed by a person", ({ callId: id }) => told.forget(id)),
		bus.on("recording.changed", "calls: recording", ({ callId: id }) => told.forget(id)),
		bus.on("pbx.changed", "calls: name of the PBX", ({ pbxId }) => void pbxNames.delete(pbxId)),
	];

	async function record(batch: Batch): Promise<void> {
		const { pbxId, again = false } = batch;
		const folded = fold(batch.changes);
		const items = await Promise.all(folded.calls.map((call) => itemOf(pbxId, call)));
		// A commit that fails may have happened: what was known before is not to be relied upon until it is read.
		for (const { id } of items) told.forget(id);
		const { written, merges, missed } = await write(pbxId, items, folded);
		const calls = await callsOf(pbxId, items, written);
		for (const { id, call, client } of items) {
			const one = calls.get(id);
			if (!one) continue;
			bus.emit("call.saved", {
				call: one.call,
				pbxId,
				match: matchOf(one, client.match),
				ringing: ringingUsers(one.call),
				talking: talkingUsers(one.call),
				receivedAt: batch.receivedAt(call.family),
			});
		}
		for (const { from, into } of merges) {
			told.forget(into);
			bus.emit("call.superseded", { callId: from, into });
		}
		await tellObligations(written, missed, again, new Map([...calls].map(([id, { call }]) => [id, call])));
	}

	async function itemOf(pbxId: string, call: CallFacts): Promise<Item> {
		const id = callId(pbxId, call.family, call.startedAt);
		const client = await clients.of(id, call);
		const before = told.get(id);
		const parts = toWrite(call, client.e164, before);
		return { id, call, client, before, e164: client.e164, contactId: onlyContact(client.match), ...parts };
	}

	async function write(pbxId: string, items: Item[], folded: ReturnType<typeof fold>): Promise<Outcome> {
		const conversation = settings().conversationSeconds;
		const bearing = items.filter(({ call }) => bearsOnMissed(call, conversation));
		const save = async (db: Runner) =>
			items.length === 0 ? [] : (await db.query<Written>(writeStatement(pbxId, items, settings()))).rows;
		if (bearing.length === 0 && folded.superseded.length === 0) {
			return { written: await save(pool), merges: [], missed: [] };
		}
		return inTransaction(pool, async (db) => {
			const written = await save(db);
			const { merges, unknown } = await mergesOf(db, pbxId, folded);
			for (const family of unknown) log.warn({ pbxId, family }, "A joined call is not known: its row stays.");
			for (const merge of merges) await mergeCall(db, merge);
			const ids = [...bearing.map(({ id }) => id), ...merges.map(({ into }) => into)];
			const missed = ids.length > 0 ? await obligations.reconcileMissed(db, ids, conversation) : [];
			return { written, merges, missed };
		});
	}

	/** The calls that were written, as they are to be told: composed where that is certain, else read back. */
	async function callsOf(pbxId: string, items: readonly Item[], written: readonly Written[]) {
		const calls = new Map<string, Pick<StoredCall, "call" | "chosen" | "client" | "withheld">>();
		const rows = new Map(written.map((row) => [row.id, row]));
		const unsure: string[] = [];
		for (const { id, call, client, before } of items) {
			const row = rows.get(id);
			if (!row) continue;
			const composed = row.chosen ? null : compose(id, call, client, row, before, pbxNames.get(pbxId));
			if (composed) calls.set(id, { call: composed, chosen: false, client: null, withheld: call.withheld });
			else unsure.push(id);
		}
		for (const [id, stored] of await readStored(pool, unsure)) {
			calls.set(id, stored);
			pbxNames.set(pbxId, stored.call.pbx);
		}
		for (const { id, call } of items) {
			const one = calls.get(id);
			if (one) told.set(id, { call: one.call, facts: call });
		}
		return calls;
	}

	async function tellObligations(
		written: readonly Written[],
		missed: readonly MissedChange[],
		again: boolean,
		known: ReadonlyMap<string, Call>,
	): Promise<void> {
		const settled = missed.filter((change) => change.settled);
		const gone = new Set(settled.map(({ callId }) => callId));
		const owed = written.filter((row) => row.obligationId !== null || again).map(({ id }) => id);
		const changed = missed.filter((change) => !change.settled).map(({ callId }) => callId);
		const ids = [...new Set([...owed, ...changed])].filter((id) => !gone.has(id));
		const open = ids.length > 0 ? await obligations.forCalls(pool, ids, known) : [];
		for (const obligation of open) {
			if (obligation.settledAt === null) bus.emit("obligation.opened", { obligation });
		}
		for (const { id, callId, assigneeId } of settled) bus.emit("obligation.settled", { id, callId, assigneeId });
	}

	return {
		record,
		stop() {
			for (const off of listening) off();
		},
	};
}

/** Ended calls can be missed, tries or conversations; a long talk is a conversation before it ends. */
function bearsOnMissed(call: CallFacts, conversationSeconds: number): boolean {
	return call.direction !== "internal" && (call.endedAt !== null || call.talkMs >= conversationSeconds * 1000);
}
