import type { CallChange, CallFacts } from "./call-change.ts";
import { createLateCalls } from "./late.ts";
import type { Log } from "./log.ts";
import { createPause } from "./pause.ts";
import { createChangeQueue, type Lane, type Waiting } from "./pbx-queue.ts";
import { FencedOff, type Recorder } from "./record.ts";
import { failureOf, rest, retryDelay } from "./retry.ts";

export interface WriterDeps {
	readonly recorder: Recorder;
	readonly log: Log;
	/** Hears of a call that the database does not take in time. */
	readonly tellLate?: (facts: CallFacts, receivedAt: number) => void;
	readonly wait?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
	/** Shows that this server may write now; null: nobody else does. */
	readonly token?: () => number | null;
	/** Another server writes the calls of this PBX: what waits here is dropped, it has all of it. */
	readonly onFenced?: () => void;
}

/** Writes the changes of one PBX; those of one call one after the other. */
export interface Writer {
	add(changes: readonly CallChange[], receivedAt: number): void;
	/** Writes at once what finds its lane free. */
	kick(): void;
	idle(): Promise<void>;
	/** Nothing waits, and nothing is on its way. */
	isIdle(): boolean;
	stop(): Promise<void>;
	waiting(): number;
}

/** Calls in one transaction: long enough to be cheap, short enough that a ringing phone does not wait behind it. */
const mostCalls = 200;
/**
 * Batches that may be under way at once. With two a phone that rings rarely waits for another call's commit; what is
 * over is written one batch after the other, so that batches form and the database has time for the phones.
 */
const atOnce = { running: 2, over: 1 } as const satisfies Record<Lane, number>;
/**
 * Milliseconds between two batches of what is over. One is written at once; of many they make batches, which cost the
 * database a third a call, and its time is what a phone that rings waits for.
 */
const betweenOver = 50;
/** A database away for so long that this many calls wait is an outage: said loudly, each time the number doubles. */
const alarmAt = 10_000;

/** Batches form by themselves while earlier commits are under way: alone when idle, large under load. */
export function createWriter(pbxId: string, deps: WriterDeps): Writer {
	const { recorder, log, wait = rest, token = () => null, onFenced = () => {} } = deps;
	const queue = createChangeQueue();
	const stopping = new AbortController();
	const lanes = { running: new Set<Promise<void>>(), over: new Set<Promise<void>>() };
	/** Families that are being written: what comes of them meanwhile waits, so that a call's facts stay in their order. */
	const busy = new Set<string>();
	const pause = createPause(betweenOver);
	const late = createLateCalls(deps.tellLate ?? (() => {}));
	let alarm = alarmAt;

	/** False when the lane has nothing that could be written now. */
	function start(lane: Lane): boolean {
		const batch = queue.take(lane, mostCalls, busy);
		if (batch.changes.length === 0) return false;
		const families = batch.changes.flatMap((change) =>
			change.kind === "changed" ? [change.call.family] : [change.family, change.into],
		);
		for (const family of families) busy.add(family);
		const saved = save(batch)
			.catch((error: unknown) => log.error({ err: error, pbxId }, "The writer of calls failed."))
			.finally(() => {
				for (const family of families) busy.delete(family);
				if (queue.size === 0) alarm = alarmAt;
				kick();
			})
			.then(() => (lane === "over" ? pause.take() : undefined))
			.finally(() => {
				lanes[lane].delete(saved);
				kick();
			});
		lanes[lane].add(saved);
		return true;
	}

	function kick(): void {
		for (const lane of ["running", "over"] as const) {
			while (queue.size > 0 && lanes[lane].size < atOnce[lane]) if (!start(lane)) break;
		}
	}

	const idle = () =>
		pause.without(async () => {
			while (lanes.running.size + lanes.over.size > 0) await Promise.all([...lanes.running, ...lanes.over]);
		});

	/** Repeats what may succeed later, with the same keys; takes apart what the database refuses, to find the one call. */
	async function save(taken: Waiting): Promise<void> {
		let batch = taken;
		for (let attempt = 0; ; ) {
			const shown = token();
			try {
				await recorder.record({ pbxId, ...batch, again: attempt > 0, token: shown });
				late.stored(batch.changes);
				return;
			} catch (error) {
				if (error instanceof FencedOff) {
					// Our own lock was lost and taken again while this was under way: nobody else has it.
					if (token() !== shown) continue;
					return giveUp(batch.changes.length);
				}
				if (failureOf(error) === "lasting") return apart(batch, error);
				attempt++;
				const given = batch.changes.length;
				if (stopping.signal.aborted) {
					log.error({ err: error, pbxId, calls: given }, "Stopped before these calls could be stored.");
					return;
				}
				log.warn({ err: error, pbxId, calls: given, waiting: queue.size, attempt }, "Storing calls is tried again.");
				await wait(retryDelay(attempt), stopping.signal);
				// A phone that stopped meanwhile must not ring once more.
				batch = queue.newest(batch);
			}
		}
	}

	function giveUp(calls: number): void {
		log.warn(
			{ pbxId, calls: calls + queue.size },
			"Another server writes the calls of this PBX: these are left to it.",
		);
		queue.clear();
		late.clear();
		onFenced();
	}

	async function apart({ changes, receivedAt }: Waiting, error: unknown): Promise<void> {
		const [first] = changes;
		if (changes.length <= 1) {
			const family = first?.kind === "changed" ? first.call.family : first?.family;
			late.stored(changes);
			log.error({ err: error, pbxId, family }, "The database refuses this call: it is not stored.");
			return;
		}
		const middle = Math.ceil(changes.length / 2);
		await save({ changes: changes.slice(0, middle), receivedAt });
		await save({ changes: changes.slice(middle), receivedAt });
	}

	return {
		add(changes, receivedAt) {
			queue.add(changes, receivedAt);
			late.waits(changes, receivedAt);
			if (queue.size < alarm) return;
			log.error({ pbxId, waiting: queue.size }, "Calls wait for the database.");
			alarm *= 2;
		},
		kick,
		idle,
		isIdle: () => queue.size === 0 && busy.size === 0,
		async stop() {
			stopping.abort();
			late.stop();
			kick();
			await idle();
		},
		waiting: () => queue.size,
	};
}
