import { setTimeout as sleep } from "node:timers/promises";
import type { CallChange } from "./call-change.ts";
import type { Log } from "./log.ts";
import { createChangeQueue, type Waiting } from "./pbx-queue.ts";
import type { Recorder } from "./record.ts";
import { failureOf, retryDelay } from "./retry.ts";

export interface WriterDeps {
	readonly recorder: Recorder;
	readonly log: Log;
	readonly wait?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/** Writes the changes of one PBX, one batch after the other. */
export interface Writer {
	add(changes: readonly CallChange[], receivedAt: number): void;
	/** Writes at once when nothing is being written. */
	kick(): void;
	idle(): Promise<void>;
	stop(): Promise<void>;
	waiting(): number;
}

/** Calls in one transaction: long enough to be cheap, short enough that a ringing phone does not wait behind it. */
const mostCalls = 200;
/** A database away for so long that this many calls wait is an outage: said loudly, each time the number doubles. */
const alarmAt = 10_000;

/** Batches form by themselves while the previous commit is under way: alone when idle, large under load. */
export function createWriter(pbxId: string, { recorder, log, wait = rest }: WriterDeps): Writer {
	const queue = createChangeQueue();
	const stopping = new AbortController();
	let running: Promise<void> | null = null;
	let alarm = alarmAt;

	async function run(): Promise<void> {
		while (queue.size > 0) {
			const batch = queue.take(mostCalls);
			await save(batch);
		}
		alarm = alarmAt;
	}

	/** Repeats what may succeed later, with the same keys; takes apart what the database refuses, to find the one call. */
	async function save(batch: Waiting): Promise<void> {
		for (let attempt = 0; ; ) {
			try {
				await recorder.record({ pbxId, ...batch, again: attempt > 0 });
				return;
			} catch (error) {
				if (failureOf(error) === "lasting") return apart(batch, error);
				attempt++;
				const given = batch.changes.length;
				if (stopping.signal.aborted) {
					log.error({ err: error, pbxId, calls: given }, "Stopped before these calls could be stored.");
					return;
				}
				log.warn({ err: error, pbxId, calls: given, waiting: queue.size, attempt }, "Storing calls is tried again.");
				await wait(retryDelay(attempt), stopping.signal);
			}
		}
	}

	async function apart({ changes, receivedAt }: Waiting, error: unknown): Promise<void> {
		const [first] = changes;
		if (changes.length <= 1) {
			const family = first?.kind === "changed" ? first.call.family : first?.family;
			log.error({ err: error, pbxId, family }, "The database refuses this call: it is not stored.");
			return;
		}
		const middle = Math.ceil(changes.length / 2);
		await save({ changes: changes.slice(0, middle), receivedAt });
		await save({ changes: changes.slice(middle), receivedAt });
	}

	function kick(): void {
		if (running !== null || queue.size === 0) return;
		running = run()
			.catch((error: unknown) => log.error({ err: error, pbxId }, "The writer of calls failed."))
			.finally(() => {
				running = null;
				kick();
			});
	}

	return {
		add(changes, receivedAt) {
			queue.add(changes, receivedAt);
			if (queue.size < alarm) return;
			log.error({ pbxId, waiting: queue.size }, "Calls wait for the database.");
			alarm *= 2;
		},
		kick,
		async idle() {
			while (running !== null) await running;
		},
		async stop() {
			stopping.abort();
			kick();
			while (running !== null) await running;
		},
		waiting: () => queue.size,
	};
}

/** Ends early, and quietly, when the signal says so. */
export async function rest(milliseconds: number, signal: AbortSignal): Promise<void> {
	await sleep(milliseconds, undefined, { signal }).catch(() => {});
}
