import type { Database } from "../../db/connect.ts";
import { callId, newId } from "../../db/id.ts";
import { inTransaction, type Runner } from "../../db/runner.ts";
import type { EventBus } from "../events.ts";
import type { Call } from "../protocol/call.ts";
import type { Settings } from "../protocol/settings.ts";
import type { CallChange, CallFacts } from "./call-change.ts";
import { readStored, type StoredCall } from "./call-rows.ts";
import { isUnsure, storedClient, withClient } from "./client-stays.ts";
import { type Client, createClients, type ResolveClient } from "./clients.ts";
import type { Log } from "./log.ts";
import { matchOf, onlyContact } from "./match-of.ts";
import { ringingUsers, talkingUsers } from "./on-the-phone.ts";
import { createOwedNews, type MissedChange, type Obligations } from "./owed-news.ts";
import { fold } from "./progress.ts";
import { holdToken, type Written, writeStatement } from "./record-sql.ts";
import type { Resolved } from "./record-values.ts";
import { type Merge, mergeCall, mergesOf } from "./supersede.ts";
import { compose, createToldCalls, type Told, toWrite } from "./told.ts";

export interface RecorderDeps {
	readonly database: Database;
	readonly bus: EventBus;
	readonly resolve: ResolveClient;
	readonly settings: () => Settings;
	readonly obligations: Obligations;
	readonly log: Pick<Log, "warn" | "error">;
}

/** A batch of one PBX. `receivedAt`: when the event that caused the change of a family reached the server. */
export interface Batch {
	readonly pbxId: string;
	readonly changes: readonly CallChange[];
	readonly receivedAt: (family: string) => number;
	/** The batch was tried before and may be in already: tell people again. */
	readonly again?: boolean;
	/** What `SingleWriter` gave this server for the PBX; null or left out: nobody else writes. */
	readonly token?: number | null;
}

/** Another server writes the calls of this PBX; nothing of the batch was stored. */
export class FencedOff extends Error {
	override readonly name = "FencedOff";
}

export interface Recorder {
	/** Prepares every connection: the first statement on a new one takes twenty milliseconds, and a phone would wait. */
	warm(): Promise<void>;
	/**
	 * Resolves when the batch is committed and its calls are told; what is owed is told soon after. Batches without a
	 * common call may be under way together. Recording a batch again is harmless; see `failureOf` for errors.
	 */
	record(batch: Batch): Promise<void>;
	/** Resolves when what is owed is told too. */
	idle(): Promise<void>;
	/** Others wrote meanwhile: what was told last is read again. */
	forget(): void;
	/** Tells what waits, but does not wait for a database that is away. */
	stop(): Promise<void>;
}

/** What a commit brought. */
interface Outcome {
	readonly written: readonly Written[];
	readonly merges: readonly Merge[];
	readonly missed: readonly MissedChange[];
}

type Tellable = Pick<StoredCall, "call" | "chosen" | "client" | "withheld">;

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
	const owedNews = createOwedNews({ db: pool, bus, obligations, log });
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
		const { pbxId, again = false, token = null } = batch;
		const folded = fold(batch.changes);
		const items = await Promise.all(folded.calls.map((call) => itemOf(pbxId, call)));
		// A commit that fails may have happened: what was known before is not to be relied upon until it is read.
		for (const { id } of items) told.forget(id);
		const { written, merges, missed } = await write(pbxId, token, items, folded);
		const rows = new Map(written.map((row) => [row.id, row]));
		const known = new Map<string, Call>();
		const tell = ({ id, call, client }: Item, one: Tellable) => {
			known.set(id, one.call);
			told.set(id, { call: one.call, facts: call });
			bus.emit("call.saved", {
				call: one.call,
				pbxId,
				match: matchOf(one, client.match),
				ringing: ringingUsers(one.call),
				talking: talkingUsers(one.call),
				receivedAt: batch.receivedAt(call.family),
			});
		};
		// Composed where that is certain, else read back: the ringing phone does not wait for that.
		const unsure = items.filter((item) => {
			const row = rows.get(item.id);
			const one = row && composed(pbxId, item, row);
			if (one) tell(item, one);
			return row && !one;
		});
		const stored = await readStored(
			pool,
			unsure.map(({ id }) => id),
		);
		for (const item of unsure) {
			const one = stored.get(item.id);
			if (!one) continue;
			pbxNames.set(pbxId, one.call.pbx);
			tell(item, one);
		}
		for (const { from, into } of merges) {
			told.forget(into);
			bus.emit("call.superseded", { callId: from, into });
		}
		const changed = missed.filter((change) => !change.settled).map(({ callId }) => callId);
		// While a call goes on and nobody has it there is nothing to process yet: nobody would be told. At its end everybody
		// hears of it, also when nothing about what is owed changed: the deadline of a night is the same minute for both.
		const owed = items.filter(({ id, call }) => {
			const row = rows.get(id);
			return row && (again || call.endedAt !== null || (row.obligationId !== null && row.assigneeId !== null));
		});
		const waived = written.flatMap(
			({ id: callId, waivedId: id, waivedFrom: assigneeId, waivedEscalated: escalated }) =>
				id === null ? [] : [{ id, callId, assigneeId, escalated, settled: true }],
		);
		owedNews.add(
			[...owed.map(({ id }) => id), ...changed],
			[...missed.filter((change) => change.settled), ...waived],
			known,
		);
	}

	async function itemOf(pbxId: string, facts: CallFacts): Promise<Item> {
		const id = callId(pbxId, facts.family, facts.startedAt);
		const call = isUnsure(facts) ? withClient(facts, await storedClient(pool, id, facts.startedAt)) : facts;
		const client = await clients.of(id, call);
		const before = told.get(id);
		const parts = toWrite(call, client.e164, before);
		return { id, call, client, before, e164: client.e164, contactId: onlyContact(client.match), ...parts };
	}

	async function write(
		pbxId: string,
		token: number | null,
		items: Item[],
		folded: ReturnType<typeof fold>,
	): Promise<Outcome> {
		const conversation = settings().conversationSeconds;
		const bearing = items.filter(({ call }) => bearsOnMissed(call, conversation));
		const save = async (db: Runner) =>
			items.length === 0 ? [] : (await db.query<Written>(writeStatement(pbxId, token, items, settings()))).rows;
		if (bearing.length === 0 && folded.superseded.length === 0) {
			const written = await save(pool);
			// Nothing written: newer facts were there, or the token is old.
			if (written.length === 0 && items.length > 0) await requireToken(pool, pbxId, token);
			return { written, merges: [], missed: [] };
		}
		return inTransaction(pool, async (db) => {
			// Held until the commit: whoever takes over counts the token up behind it.
			await requireToken(db, pbxId, token);
			const written = await save(db);
			const { merges, unknown } = await mergesOf(db, pbxId, folded);
			for (const family of unknown) log.warn({ pbxId, family }, "A joined call is not known: its row stays.");
			for (const merge of merges) await mergeCall(db, merge);
			const ids = [...bearing.map(({ id }) => id), ...merges.map(({ into }) => into)];
			const missed = ids.length > 0 ? await obligations.reconcileMissed(db, ids, conversation) : [];
			return { written, merges, missed };
		});
	}

	function composed(pbxId: string, { id, call, client, before }: Item, row: Written): Tellable | null {
		const one = row.chosen ? null : compose(id, call, client, row, before, pbxNames.get(pbxId));
		return one && { call: one, chosen: false, client: null, withheld: call.withheld };
	}

	async function warm(): Promise<void> {
		const held = await Promise.allSettled(Array.from({ length: pool.options.max }, () => pool.connect()));
		const connections = held.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
		const nothing = writeStatement(newId(), null, [], settings());
		await Promise.allSettled(connections.map((connection) => connection.query(nothing)));
		for (const connection of connections) connection.release();
	}

	return {
		warm,
		record,
		idle: owedNews.idle,
		forget: () => told.forgetAll(),
		async stop() {
			for (const off of listening) off();
			await owedNews.stop();
		},
	};
}

async function requireToken(db: Runner, pbxId: string, token: number | null): Promise<void> {
	if (token === null) return;
	const { rows } = await db.query({ ...holdToken, values: [pbxId, token] });
	if (rows.length === 0) throw new FencedOff("Another server writes the calls of this PBX.");
}

/** Ended calls can be missed, tries or conversations; a long talk is a conversation before it ends. */
function bearsOnMissed(call: CallFacts, conversationSeconds: number): boolean {
	return call.direction !== "internal" && (call.endedAt !== null || call.talkMs >= conversationSeconds * 1000);
}
