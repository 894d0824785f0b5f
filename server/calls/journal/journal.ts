import { setTimeout as sleep } from "node:timers/promises";
import type { Runner } from "../../../db/runner.ts";
import type { PbxEvent } from "../../pbx-event.ts";
import type { Log } from "../log.ts";
import { failureOf, isFull, retryDelay } from "../retry.ts";
import type { Bound } from "../weight.ts";
import { type Entry, isKept, keyOf } from "./entry.ts";
import { createMarks, type Marks, withNext } from "./marks.ts";
import { createEntryQueue } from "./queue.ts";
import type { Spill } from "./spill.ts";
import { dayOf, insertEntries } from "./store.ts";

export interface JournalDeps {
	readonly db: Runner;
	readonly spill: Spill;
	readonly log: Log;
	readonly now: () => number;
}

/** Keeps the raw events of all PBXs beside the fold: nobody waits for it. */
export interface Journal {
	push(pbxId: string, events: readonly PbxEvent[], receivedAt: number): void;
	/** The link to this PBX is a new one: which boot its numbers belong to will be told. */
	newLink(pbxId: string): void;
	/** Resolves when everything pushed so far, and all that was spilled, is in the database. Rejects when stopped before. */
	drained(): Promise<void>;
	/** Resolves when everything pushed so far is on a disk: the database's or our own. */
	idle(): Promise<void>;
	/** Events in memory and in the spill file that are not in the database. */
	waiting(): { readonly memory: number; readonly spilled: number; readonly bytes: number };
	trouble(): JournalTrouble;
	stop(): Promise<void>;
}

/** What stands in the way of events now. */
export interface JournalTrouble {
	/** This machine's disk did not take the last batch: events are in memory only. */
	readonly diskRefuses: boolean;
	/** The database has no room. */
	readonly databaseFull: boolean;
	/** Events given up since the start, because neither took them and there were too many to keep in memory. */
	readonly lost: number;
}

const batchOf: Bound = { events: 200, bytes: 4_000_000 };
/** Milliseconds after which a commit that is under way is not waited for: what waits behind it goes to our own disk. */
const slowAfter = 300;
/**
 * What waits behind commits that are quick enough each, and too slow for all that comes: more goes to our own disk, where
 * it outlives a kill. About seven seconds of 10,000 events/s.
 */
const mostWaiting: Bound = { events: 10_000, bytes: 16_000_000 };
/** In memory when neither the database nor our own disk takes any. Older ones go, loudly. */
const mostInMemory: Bound = { events: 200_000, bytes: 200_000_000 };
const firstAlarmBytes = 64_000_000;
/** Milliseconds after which a disk that refused is asked again. */
const refusedPause = 1_000;

/** Batches form by themselves while the previous commit is under way: an idle system writes at once. */
export function createJournal({ db, spill, log, now }: JournalDeps): Journal {
	const queue = createEntryQueue();
	const boots = new Map<string, string>();
	const marks = new Map<string, Marks<Entry>>();
	const stopping = new AbortController();
	const waiters: (() => void)[] = [];
	let running: Promise<void> | null = null;
	let arrived = 0;
	let failures = 0;
	let retryAt = 0;
	let alarmBytes = firstAlarmBytes;
	/** A commit that was too slow to wait for. */
	let pending: Promise<unknown> | null = null;
	let wake = () => {};
	let diskRefuses = false;
	let databaseFull = false;
	let lost = 0;
	let alarmLost = 1;
	/** A batch is neither in the queue nor on a disk. */
	let inHand = false;
	if (spill.size > 0) {
		log.warn({ events: spill.size, bytes: spill.bytes }, "Events of an earlier run wait in the spill file.");
	}

	function take(pbxId: string, event: PbxEvent, receivedAt: number): void {
		if (event.kind === "gap" && event.cause === "reconnect") boots.delete(pbxId);
		if ((event.kind === "booted" || event.kind === "snapshot") && event.boot !== "") boots.set(pbxId, event.boot);
		if (!isKept(event)) return;
		arrived = Math.max(arrived + 1, Math.floor(receivedAt * 1000));
		const key = keyOf(event, boots.get(pbxId) ?? null);
		const entry = { pbxId, day: dayOf(receivedAt), key, arrival: arrived, at: event.at, event };
		queue.add(marksOf(pbxId).pass(event, entry));
	}

	function marksOf(pbxId: string): Marks<Entry> {
		const known = marks.get(pbxId);
		if (known) return known;
		const made = createMarks<Entry>((entry, nextAt) => ({ ...entry, event: withNext(entry.event, nextAt) }));
		marks.set(pbxId, made);
		return made;
	}

	const marksWaiting = () => [...marks.values()].reduce((sum, { size }) => sum + size, 0);

	/** Nobody knows when the next event comes. */
	function passMarks(): void {
		for (const waiting of marks.values()) queue.add(waiting.rest());
	}

	function kick(): void {
		wake();
		if (running !== null || (queue.size === 0 && spill.size === 0)) return;
		running = run()
			.catch((error: unknown) => log.error({ err: error }, "The journal failed."))
			.finally(() => {
				running = null;
				if (queue.size > 0 && !stopping.signal.aborted) kick();
			});
	}

	async function run(): Promise<void> {
		while (queue.size > 0 || (spill.size > 0 && !stopping.signal.aborted)) {
			const batch = queue.take(batchOf);
			inHand = batch.length > 0;
			if (inHand && (spill.size > 0 || (!diskRefuses && isMore(mostWaiting)) || !(await storeSoon(batch))))
				await toDisk(batch);
			inHand = false;
			if (spill.size > 0 && pending === null && now() >= retryAt) await drain();
			else if (queue.size === 0 && spill.size > 0) await pause(Math.max(10, retryAt - now()));
		}
		for (const waiter of waiters.splice(0)) waiter();
	}

	const isMore = ({ events, bytes }: Bound) => queue.size >= events || queue.bytes >= bytes;

	/** True when the batch is stored; false when the database is away, or too slow to wait for. */
	async function storeSoon(batch: readonly Entry[]): Promise<boolean> {
		const patience = new AbortController();
		const storing = store(batch);
		const slow = sleep(slowAfter, "slow" as const, { signal: patience.signal }).catch(() => "slow" as const);
		const first = await Promise.race([storing, slow]);
		patience.abort();
		if (first !== "slow") return first;
		pending = storing.finally(() => {
			pending = null;
			wake();
		});
		return false;
	}

	/** Never rejects. What the database refuses for good is taken apart, to leave out the one event. */
	async function store(batch: readonly Entry[]): Promise<boolean> {
		try {
			await insertEntries(db, batch);
			failures = 0;
			databaseFull = false;
			return true;
		} catch (error) {
			const [only] = batch;
			databaseFull = isFull(error);
			if (failureOf(error) === "passing" || only === undefined) {
				failures += 1;
				retryAt = now() + Math.min(1_000, retryDelay(failures));
				if (failures === 1) log.warn({ err: error }, "The database does not take events: they go into the spill file.");
				return false;
			}
			if (batch.length === 1) {
				log.error({ err: error, pbxId: only.pbxId, kind: only.event.kind }, "The journal cannot take this event.");
				return true;
			}
			const middle = Math.ceil(batch.length / 2);
			return (await store(batch.slice(0, middle))) && (await store(batch.slice(middle)));
		}
	}

	async function toDisk(batch: readonly Entry[]): Promise<void> {
		try {
			const begins = spill.size === 0 && failures === 0;
			await spill.append(batch);
			if (begins)
				log.warn({ waiting: queue.size }, "The database is slower than the events: they go into the spill file.");
			if (diskRefuses) log.warn({ events: spill.size }, "The disk of this server takes events again.");
			diskRefuses = false;
			if (spill.bytes < alarmBytes) return;
			log.error({ events: spill.size, bytes: spill.bytes }, "The spill file grows: the database is away.");
			alarmBytes *= 2;
		} catch (error) {
			queue.putBack(batch);
			if (!diskRefuses) log.error({ err: error, waiting: queue.size }, "The disk of this server does not take events.");
			diskRefuses = true;
			giveUpOldest();
			if (stopping.signal.aborted) queue.clear();
			else await sleep(refusedPause, undefined, { signal: stopping.signal }).catch(() => {});
		}
	}

	/** Only what the memory cannot hold, and never in silence. */
	function giveUpOldest(): void {
		lost += queue.trim(mostInMemory);
		if (lost < alarmLost) return;
		log.error({ lost, waiting: queue.size }, "Events are given up: neither the database nor our own disk takes them.");
		alarmLost = lost * 2;
	}

	/**
	 * Batches of the file in their order, until the database refuses or new events come. A disk that takes no more has to be
	 * freed of the file first: what waits in memory could go nowhere else.
	 */
	async function drain(): Promise<void> {
		while (spill.size > 0 && (diskRefuses || !isMore(batchOf)) && !stopping.signal.aborted) {
			if (!(await store(await spill.peek(batchOf.events)))) return;
			await spill.drop();
		}
		if (spill.size > 0) return;
		alarmBytes = firstAlarmBytes;
		diskRefuses = false;
		log.warn({}, "The spill file is drained: all events are in the database.");
	}

	/** Ends early when something comes. */
	async function pause(milliseconds: number): Promise<void> {
		const over = new AbortController();
		wake = () => over.abort();
		await sleep(milliseconds, undefined, { signal: over.signal }).catch(() => {});
		wake = () => {};
	}

	async function idle(): Promise<void> {
		passMarks();
		kick();
		while ((queue.size > 0 || inHand) && running !== null) await new Promise((resolve) => setImmediate(resolve));
	}

	return {
		push(pbxId, events, receivedAt) {
			if (stopping.signal.aborted) return;
			for (const event of events) take(pbxId, event, receivedAt);
			if (queue.size > 0) kick();
		},
		newLink: (pbxId) => void boots.delete(pbxId),
		async drained() {
			passMarks();
			kick();
			if (running !== null) await new Promise<void>((resolve) => waiters.push(resolve));
			if (spill.size > 0) throw new Error("The journal was stopped before its spill file was drained");
		},
		idle,
		waiting: () => ({ memory: queue.size + marksWaiting(), spilled: spill.size, bytes: spill.bytes }),
		trouble: () => ({ diskRefuses, databaseFull, lost }),
		async stop() {
			stopping.abort();
			passMarks();
			kick();
			while (running !== null) await running;
			await pending;
			for (const waiter of waiters.splice(0)) waiter();
			await spill.close();
		},
	};
}
