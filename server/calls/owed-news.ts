import type { Runner } from "../../db/runner.ts";
import type { EventBus } from "../events.ts";
import type { Call } from "../protocol/call.ts";
import type { Obligation } from "../protocol/obligation.ts";
import type { Log } from "./log.ts";
import { createPause } from "./pause.ts";
import { failureOf, rest, retryDelay } from "./retry.ts";

/** An obligation that a conversation settled, or whose tries or assignee changed. */
export interface MissedChange {
	readonly id: string;
	readonly callId: string;
	readonly assigneeId: string | null;
	readonly settled: boolean;
	readonly escalated: boolean;
}

/** What the recorder asks of the obligations feature; handed over where the server is put together. */
export interface Obligations {
	/** Settles, counts tries of and assigns the missed calls that these calls bear upon, in the caller's transaction. */
	reconcileMissed(db: Runner, callIds: readonly string[], conversationSeconds: number): Promise<MissedChange[]>;
	/** The obligations of these calls; `known` calls need not be read again. */
	forCalls(db: Runner, callIds: readonly string[], known: ReadonlyMap<string, Call>): Promise<Obligation[]>;
}

export interface OwedNewsDeps {
	readonly db: Runner;
	readonly bus: EventBus;
	readonly obligations: Pick<Obligations, "forCalls">;
	readonly log: Pick<Log, "warn" | "error">;
}

/** Tells what is owed for calls that are stored. */
export interface OwedNews {
	/** `callIds`: whose obligations opened or changed; `known` calls need not be read again. */
	add(callIds: readonly string[], settled: readonly MissedChange[], known: ReadonlyMap<string, Call>): void;
	/** Resolves when everything added so far is told. */
	idle(): Promise<void>;
	/** Tells what waits, but does not wait for a database that is away. */
	stop(): Promise<void>;
}

const most = 200;
/** Milliseconds between two reads: the first is told at once, and hundred calls a second are not hundred reads. */
const between = 100;

/**
 * No phone waits for the figures of what is owed: they are read behind the ringing, one read after the other for all
 * that came meanwhile. What opened is told before what settled, so that nothing settled opens again on a screen.
 */
export function createOwedNews({ db, bus, obligations, log }: OwedNewsDeps): OwedNews {
	const opened = new Map<string, Call | null>();
	const settled = new Map<string, MissedChange>();
	const stopping = new AbortController();
	const pause = createPause(between);
	let running: Promise<void> | null = null;

	async function run(): Promise<void> {
		while (opened.size + settled.size > 0) {
			await next().catch((error: unknown) => log.error({ err: error }, "What is owed could not be told."));
			await pause.take();
		}
		running = null;
	}

	async function next(): Promise<void> {
		const over = [...settled.values()];
		settled.clear();
		const calls = new Map([...opened].slice(0, most));
		for (const id of calls.keys()) opened.delete(id);
		for (const { callId } of over) calls.delete(callId);
		const known = new Map([...calls].flatMap(([id, call]) => (call ? [[id, call] as const] : [])));
		for (const obligation of calls.size > 0 ? await read([...calls.keys()], known) : []) {
			if (obligation.settledAt === null) bus.emit("obligation.opened", { obligation });
		}
		for (const { settled: _settled, ...one } of over) bus.emit("obligation.settled", one);
	}

	/** They are stored: until the database answers the news waits. */
	async function read(ids: readonly string[], known: ReadonlyMap<string, Call>) {
		for (let attempt = 1; ; attempt++) {
			try {
				return await obligations.forCalls(db, ids, known);
			} catch (error) {
				if (failureOf(error) === "lasting" || stopping.signal.aborted) {
					log.error({ err: error, calls: ids.length }, "What is owed for these calls could not be told.");
					return [];
				}
				log.warn({ err: error, calls: ids.length, attempt }, "Reading what is owed is tried again.");
				await rest(retryDelay(attempt), stopping.signal);
			}
		}
	}

	const idle = () =>
		pause.without(async () => {
			await running;
		});

	return {
		add(callIds, changes, known) {
			for (const id of callIds) opened.set(id, known.get(id) ?? null);
			for (const change of changes) settled.set(change.id, change);
			if (opened.size + settled.size > 0) running ??= run();
		},
		idle,
		async stop() {
			stopping.abort();
			await idle();
		},
	};
}
