import { randomUUID } from "node:crypto";
import type { EventBus } from "../events.ts";
import type { PbxEvent } from "../pbx-event.ts";
import { type Backlog, createBacklog } from "./backlog.ts";
import type { CallChange, CallFacts } from "./call-change.ts";
import { heardBy } from "./journal/marks.ts";
import { merged } from "./journal/merge.ts";
import { type Past, sayStoredEvery } from "./journal/replay.ts";
import { keepEvery } from "./kept.ts";
import type { Log } from "./log.ts";
import type { Recorder } from "./record.ts";
import { rest, retryDelay } from "./retry.ts";
import {
	emptyTracker,
	longCalls,
	next,
	noteOver,
	noteStored,
	remember,
	saidStored,
	type TrackerState,
} from "./tracker.ts";
import { type IngestPbx, rulesOf, type TrackerRules } from "./tracker-rules.ts";
import type { UnsavedCall } from "./unsaved.ts";
import { createWriter, type Writer } from "./writer.ts";

export interface IngestDeps {
	readonly recorder: Recorder;
	readonly bus: EventBus;
	readonly log: Log;
	/** Calls of this PBX that an earlier run of the server left live; left out: there are none. */
	readonly liveCalls?: (pbxId: string) => Promise<readonly CallFacts[]>;
	/** What the journal has of the time before; left out: nothing. */
	readonly past?: (pbxId: string, live: readonly CallFacts[], heardSince: number | null) => Promise<Past>;
	/** Takes, beside the fold, the events that went into it. */
	readonly keep?: (pbxId: string, events: readonly PbxEvent[], receivedAt: number) => void;
	/** Tells people of a call that the database does not take yet; left out: they hear of it when it is stored. */
	readonly tellLate?: (call: UnsavedCall) => void;
	/** Several servers may listen: events wait until `lead` says that this one writes. */
	readonly singleWriter?: boolean;
	/** Waits so many milliseconds, or until the signal; tests hand in one that does not sleep. */
	readonly wait?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

export interface Ingest {
	/** Events of one PBX in their order. `receivedAt`: epoch milliseconds at which they reached the server. */
	push(pbxId: string, events: readonly PbxEvent[], receivedAt: number): void;
	/** Which PBXs there are; events of others are dropped. */
	setPbxs(pbxs: readonly IngestPbx[]): void;
	/** This server writes the calls of the PBX from now on; `anew`: another one may have written before. */
	lead(pbxId: string, token: number, anew: boolean): void;
	/** Another server writes them: what is known here is forgotten, and what comes waits. */
	standBy(pbxId: string): void;
	/** The server that writes lives: it has what came until some seconds ago. */
	othersLead(pbxId: string): void;
	/** Resolves when everything pushed so far is stored or given up with a log line. */
	idle(): Promise<void>;
	/** Takes nothing new; writes what waits, but does not wait for a database that is away. */
	stop(): Promise<void>;
	/** Calls that wait to be written, for metrics. */
	waiting(): number;
}

/** What is left of the past when the time begins in which this server heard the PBX itself; see `Past`. */
interface Recalled extends Pick<Past, "beside" | "gap"> {
	readonly live: readonly CallFacts[];
}

interface Line {
	rules: TrackerRules;
	name: string;
	pattern: string;
	state: TrackerState;
	readonly writer: Writer;
	/** Things beyond the tracker's limits at which that is said again: loudly, each time their number doubles. */
	alarm: number;
	/** What came while the calls of an earlier run are read, which go into the tracker first, or while we stand by. */
	early: Backlog | null;
	/** When the long calls went into the journal last. */
	keptAt: number;
	/** Up to which arrival the calls are stored, when that went into the journal last, and when the last event arrived. */
	readonly stored: { until: number; saidAt: number; last: number };
	/** Checked in every write; null: this server is the only one. */
	token: number | null;
}

/** Milliseconds for which a standing-by server keeps what it hears: longer than a dead writer can hold its lock. */
const heardFor = 30_000;

/** From the events of each PBX over its tracker to the recorder; one line for each PBX, in order. */
export function createIngest(deps: IngestDeps): Ingest {
	const { bus, log } = deps;
	const lines = new Map<string, Line>();
	/** Of lines that are closed, while they still write. */
	const gone = new Set<Writer>();
	const loading = new Set<Promise<void>>();
	const stopping = new AbortController();
	const link = randomUUID();

	function take(line: Line, event: PbxEvent): readonly CallChange[] {
		const { state, changes } = next(line.state, event, line.rules);
		line.state = state;
		if (event.kind === "queue.state") {
			bus.emit("queue.state", { pbx: line.name, queue: event.queue, waiting: event.waiting });
		}
		return changes;
	}

	/** `own`: this server heard them itself, and the journal may not have them. */
	function digest(pbxId: string, line: Line, heard: readonly PbxEvent[], receivedAt: number, own = true): void {
		const events = own ? heardBy(heard, link) : heard;
		const { stored } = line;
		if (line.writer.isIdle()) stored.until = Math.max(stored.until, stored.last);
		stored.last = Math.max(stored.last, receivedAt);
		for (const event of events) {
			try {
				line.writer.add(take(line, event), receivedAt);
			} catch (error) {
				// One event that the tracker cannot digest must not cost the others.
				log.error({ err: error, pbxId, kind: event.kind }, "An event could not be understood.");
			}
		}
		// The pop-up first; then, beside it, the journal.
		line.writer.kick();
		if (own) deps.keep?.(pbxId, events, receivedAt);
		if (receivedAt >= line.keptAt + keepEvery) {
			line.keptAt = receivedAt;
			deps.keep?.(pbxId, longCalls(line.state, keepEvery), receivedAt);
		}
		if (receivedAt >= stored.saidAt + sayStoredEvery) {
			stored.saidAt = receivedAt;
			deps.keep?.(pbxId, [saidStored(line.state, stored.until)], receivedAt);
		}
		const { beyond } = line.state.families;
		if (beyond < line.alarm) return;
		log.error({ pbxId, beyond }, "The PBX tells of more than is kept: what is beyond the limits is not seen.");
		line.alarm = beyond * 2;
	}

	function open(pbx: IngestPbx): void {
		const full = (lost: number) =>
			log.error({ pbxId: pbx.id, lost }, "Events wait too long and are lost; the PBX's own journal has them.");
		const line: Line = {
			rules: rulesOf(pbx),
			name: pbx.name,
			pattern: pbx.extensionPattern,
			state: emptyTracker(),
			writer: createWriter(pbx.id, {
				...deps,
				token: () => line.token,
				onFenced: () => standBy(pbx.id, line),
				tellLate: (facts, receivedAt) => deps.tellLate?.({ pbxId: pbx.id, pbx: line.name, facts, receivedAt }),
			}),
			early: deps.liveCalls || deps.singleWriter ? createBacklog(full) : null,
			token: null,
			keptAt: Number.NEGATIVE_INFINITY,
			stored: { until: Date.now(), saidAt: Number.NEGATIVE_INFINITY, last: Date.now() },
			alarm: 1,
		};
		lines.set(pbx.id, line);
		if (!deps.singleWriter) begin(pbx.id, line);
	}

	function begin(pbxId: string, line: Line): void {
		if (!line.early) return;
		const loaded = load(pbxId, line, line.early).finally(() => loading.delete(loaded));
		loading.add(loaded);
	}

	/** Without these calls those that ended while nobody listened would stay live for ever: tried until it succeeds. */
	async function load(pbxId: string, line: Line, early: Backlog): Promise<void> {
		const current = () => !stopping.signal.aborted && lines.get(pbxId) === line;
		let past: Recalled | null = null;
		for (let attempt = 1; current(); attempt++) {
			try {
				past = await recall(pbxId, line, early.start);
				break;
			} catch (error) {
				log.warn({ err: error, pbxId, attempt }, "Reading the calls that were live is tried again.");
				await (deps.wait ?? rest)(retryDelay(attempt), stopping.signal);
			}
		}
		if (lines.get(pbxId) !== line) return;
		const { beside, gap, live } = past ?? { beside: [], gap: false, live: [] };
		line.early = null;
		const heardSince = early.start ?? Date.now();
		const own = early
			.take()
			.flatMap(({ events, receivedAt }) => events.map((event) => ({ event, arrival: receivedAt })));
		// Into the journal as well: who folds it after us must mistrust the same sights.
		const mistrust: PbxEvent = { kind: "gap", at: heardSince, cause: "reconnect", missing: null };
		if (gap) own.unshift({ event: mistrust, arrival: heardSince });
		const theirs = new Set<object>(beside);
		for (const one of merged(beside, own)) {
			digest(pbxId, line, [one.event], one.arrival, !theirs.has(one));
		}
		// The journal may have begun to tell of a call and not got far enough, because it is kept beside the fold.
		remember(line.state, live);
		line.writer.kick();
	}

	/**
	 * Puts the tracker where an earlier run, or another server, left it when this server began to hear the PBX. What was not
	 * stored then is stored now.
	 */
	async function recall(pbxId: string, line: Line, heardSince: number | null): Promise<Recalled> {
		const live = (await deps.liveCalls?.(pbxId)) ?? [];
		const past = await deps.past?.(pbxId, live, heardSince);
		line.state = emptyTracker(past?.boot);
		noteOver(line.state, past?.over ?? []);
		noteStored(line.state, live);
		// Nothing of what is folded again counts as stored before it is written.
		line.stored.until = line.stored.last = past?.from ?? Date.now();
		if (past) for await (const event of past.events) line.writer.add(take(line, event), Date.now());
		// Behind the past: a list of channels from before these calls began says nothing about them.
		remember(line.state, past ? live.filter(({ family }) => past.known.has(family)) : live);
		return { live, beside: past?.beside ?? [], gap: past?.gap ?? false };
	}

	/** A line that writes starts anew; what it knew, another server knows better. */
	function standBy(pbxId: string, line: Line): void {
		if (lines.get(pbxId) !== line || line.token === null) return;
		retire(line.writer);
		open({ id: pbxId, name: line.name, extensionPattern: line.pattern });
	}

	function retire(writer: Writer): void {
		gone.add(writer);
		void writer.idle().finally(() => gone.delete(writer));
	}

	/** The PBX is taken away: nobody will hear how its calls go on, so they are over now, and nobody stays on the phone for ever. */
	function endAll(line: Line): void {
		if (line.early) return;
		const at = Math.max(line.state.now, Date.now());
		line.writer.add(take(line, { kind: "snapshot", at, boot: "", channels: [] }), Date.now());
		line.writer.kick();
	}

	return {
		push(pbxId, events, receivedAt) {
			const line = lines.get(pbxId);
			if (!line || stopping.signal.aborted) return;
			if (line.early) line.early.add({ events, receivedAt });
			else digest(pbxId, line, events, receivedAt);
		},
		setPbxs(pbxs) {
			const wanted = new Map(pbxs.map((pbx) => [pbx.id, pbx]));
			for (const [id, line] of lines) {
				if (wanted.has(id)) continue;
				lines.delete(id);
				endAll(line);
				retire(line.writer);
			}
			for (const pbx of pbxs) {
				const line = lines.get(pbx.id);
				if (!line) {
					open(pbx);
					continue;
				}
				line.name = pbx.name;
				if (line.pattern === pbx.extensionPattern) continue;
				line.pattern = pbx.extensionPattern;
				line.rules = rulesOf(pbx);
			}
		},
		lead(pbxId, token, anew) {
			const before = lines.get(pbxId);
			if (before && anew) standBy(pbxId, before);
			if (anew) deps.recorder.forget();
			const line = lines.get(pbxId);
			if (!line) return;
			const waits = line.token === null;
			line.token = token;
			if (waits) begin(pbxId, line);
		},
		standBy(pbxId) {
			const line = lines.get(pbxId);
			if (line) standBy(pbxId, line);
		},
		othersLead(pbxId) {
			const line = lines.get(pbxId);
			if (line?.token === null) line.early?.trim(Date.now() - heardFor);
		},
		async idle() {
			await Promise.all(loading);
			await Promise.all([...gone, ...[...lines.values()].map(({ writer }) => writer)].map((writer) => writer.idle()));
			await deps.recorder.idle();
		},
		async stop() {
			stopping.abort();
			await Promise.all(loading);
			await Promise.all([...gone, ...[...lines.values()].map(({ writer }) => writer)].map((writer) => writer.stop()));
		},
		waiting: () => [...lines.values()].reduce((sum, { writer }) => sum + writer.waiting(), 0),
	};
}
