import type { EventBus } from "../events.ts";
import type { PbxEvent } from "../pbx-event.ts";
import type { CallChange, CallFacts } from "./call-change.ts";
import type { Log } from "./log.ts";
import type { Recorder } from "./record.ts";
import { rest, retryDelay } from "./retry.ts";
import { emptyTracker, next, remember, type TrackerState } from "./tracker.ts";
import type { TrackerRules } from "./tracker-rules.ts";
import { createWriter, type Writer } from "./writer.ts";

/** What the ingest needs to know of a PBX. */
export interface IngestPbx {
	readonly id: string;
	readonly name: string;
	/** Regular expression for endpoint names that are people. */
	readonly extensionPattern: string;
}

export interface IngestDeps {
	readonly recorder: Recorder;
	readonly bus: EventBus;
	readonly log: Log;
	/** Calls of this PBX that an earlier run of the server left live; left out: there are none. */
	readonly liveCalls?: (pbxId: string) => Promise<readonly CallFacts[]>;
	/** Waits so many milliseconds, or until the signal; tests hand in one that does not sleep. */
	readonly wait?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

export interface Ingest {
	/** Events of one PBX in their order. `receivedAt`: epoch milliseconds at which they reached the server. */
	push(pbxId: string, events: readonly PbxEvent[], receivedAt: number): void;
	/** Which PBXs there are; events of others are dropped. */
	setPbxs(pbxs: readonly IngestPbx[]): void;
	/** Resolves when everything pushed so far is stored or given up with a log line. */
	idle(): Promise<void>;
	/** Takes nothing new; writes what waits, but does not wait for a database that is away. */
	stop(): Promise<void>;
	/** Calls that wait to be written, for metrics. */
	waiting(): number;
}

interface Line {
	rules: TrackerRules;
	name: string;
	pattern: string;
	state: TrackerState;
	readonly writer: Writer;
	/** Things beyond the tracker's limits at which that is said again: loudly, each time their number doubles. */
	alarm: number;
	/** What came while the live calls of an earlier run are read: they go into the tracker first. Null: they are in. */
	early: { readonly events: readonly PbxEvent[]; readonly receivedAt: number }[] | null;
}

const longestExtension = 80;
const standardPattern = /^\d{2,5}$/;

/** From the events of each PBX over its tracker to the recorder; one line for each PBX, in order. */
export function createIngest(deps: IngestDeps): Ingest {
	const { bus, log } = deps;
	const lines = new Map<string, Line>();
	const gone: Writer[] = [];
	const loading = new Set<Promise<void>>();
	const stopping = new AbortController();

	function rulesOf({ id, extensionPattern }: IngestPbx): TrackerRules {
		const pattern = compile(extensionPattern) ?? standardPattern;
		// The pattern is an admin's, the name comes from the PBX: a short one bounds what they can cost together.
		return { pbxId: id, isExtension: (endpoint) => endpoint.length <= longestExtension && pattern.test(endpoint) };
	}

	function take(line: Line, event: PbxEvent): readonly CallChange[] {
		const { state, changes } = next(line.state, event, line.rules);
		line.state = state;
		if (event.kind === "queue.state") {
			bus.emit("queue.state", { pbx: line.name, queue: event.queue, waiting: event.waiting });
		}
		return changes;
	}

	function digest(pbxId: string, line: Line, events: readonly PbxEvent[], receivedAt: number): void {
		for (const event of events) {
			try {
				line.writer.add(take(line, event), receivedAt);
			} catch (error) {
				// One event that the tracker cannot digest must not cost the others.
				log.error({ err: error, pbxId, kind: event.kind }, "An event could not be understood.");
			}
		}
		line.writer.kick();
		const { beyond } = line.state.families;
		if (beyond < line.alarm) return;
		log.error({ pbxId, beyond }, "The PBX tells of more than is kept: what is beyond the limits is not seen.");
		line.alarm = beyond * 2;
	}

	function open(pbx: IngestPbx): void {
		const { liveCalls } = deps;
		const line: Line = {
			rules: rulesOf(pbx),
			name: pbx.name,
			pattern: pbx.extensionPattern,
			state: emptyTracker(),
			writer: createWriter(pbx.id, deps),
			alarm: 1,
			early: liveCalls ? [] : null,
		};
		lines.set(pbx.id, line);
		if (!liveCalls) return;
		const loaded = load(pbx.id, line, liveCalls).finally(() => loading.delete(loaded));
		loading.add(loaded);
	}

	/** Without these calls those that ended while nobody listened would stay live for ever: tried until it succeeds. */
	async function load(pbxId: string, line: Line, liveCalls: NonNullable<IngestDeps["liveCalls"]>): Promise<void> {
		for (let attempt = 1; !stopping.signal.aborted && lines.get(pbxId) === line; attempt++) {
			try {
				remember(line.state, await liveCalls(pbxId));
				break;
			} catch (error) {
				log.warn({ err: error, pbxId, attempt }, "Reading the calls that were live is tried again.");
				await (deps.wait ?? rest)(retryDelay(attempt), stopping.signal);
			}
		}
		const early = line.early ?? [];
		line.early = null;
		for (const { events, receivedAt } of early) digest(pbxId, line, events, receivedAt);
	}

	return {
		push(pbxId, events, receivedAt) {
			const line = lines.get(pbxId);
			if (!line || stopping.signal.aborted) return;
			if (line.early) line.early.push({ events, receivedAt });
			else digest(pbxId, line, events, receivedAt);
		},
		setPbxs(pbxs) {
			const wanted = new Map(pbxs.map((pbx) => [pbx.id, pbx]));
			for (const [id, line] of lines) {
				if (wanted.has(id)) continue;
				lines.delete(id);
				gone.push(line.writer);
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
		async idle() {
			await Promise.all(loading);
			await Promise.all([...lines.values()].map(({ writer }) => writer.idle()));
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

function compile(pattern: string): RegExp | null {
	try {
		return new RegExp(pattern);
	} catch {
		return null;
	}
}
