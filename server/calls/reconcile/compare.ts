import type { PbxEvent } from "../../pbx-event.ts";
import type { JournalFamily } from "../../pbx-journal.ts";
import type { CallChange, CallFacts } from "../call-change.ts";
import { fromJournal } from "../progress.ts";
import { emptyTracker, next, type TrackerRules } from "../tracker.ts";

/** What the database knows of a linked id. */
export interface Stored {
	readonly family: string;
	readonly startedAt: number;
	readonly endedAt: number | null;
	readonly outcome: string;
	readonly talkMs: number;
	readonly recovered: boolean;
	readonly interrupted: boolean;
	readonly progress: number;
	readonly callerName: string;
	readonly did: string;
	readonly queue: string | null;
	readonly ivr: string;
}

export interface Span {
	readonly from: number;
	readonly to: number | null;
}

/** What there is to compare with. */
export interface Known {
	/** By linked id. */
	readonly stored: ReadonlyMap<string, Stored>;
	/** When the PBX was not seen. */
	readonly blind: readonly Span[];
	/** The PBX's last list of live channels; null while there is none. */
	readonly live: { readonly at: number; readonly channels: ReadonlySet<string> } | null;
}

/** What is to be recorded of one contact; `missing`: it was not known at all. */
export interface Verdict {
	readonly changes: readonly CallChange[];
	readonly missing: boolean;
	/** The calls that it comes to, as they must stand in the database; none while it goes on. */
	readonly calls: readonly CallFacts[];
	/** What a poor journal tells of a time in which everything was seen, and nobody saw: perhaps half of another call. */
	readonly unmatched: readonly CallFacts[];
	/** What the calls were folded out of. */
	readonly events: readonly PbxEvent[];
}

/** How long (ms) before the list of live channels something must have been written to be contradicted by it. */
const fresh = 2000;
/** Talks that differ by less (ms) are the same talk. */
const blur = 2000;
/** CDR tells beginnings to the second (ms), rounded down. */
const second = 1000;

const nothing: Verdict = { changes: [], missing: false, calls: [], unmatched: [], events: [] };

/** Sets what the PBX's journal says of one contact beside what is stored. Pure. */
export function compare(family: JournalFamily, known: Known, rules: TrackerRules): Verdict {
	if (family.poor) return comparePoorly(family, known, rules);
	const interrupted = family.open.length > 0;
	if (interrupted && !isGone(family, known)) return nothing;
	const changes: CallChange[] = [];
	const calls: CallFacts[] = [];
	let missing = false;
	const events = [...family.events, ...(interrupted ? endsOf(family, known) : [])];
	const told = factsOf(events, rules);
	for (const facts of told) {
		if (facts.endedAt === null) continue;
		const row = known.stored.get(facts.family);
		const call = completed(facts, row, interrupted);
		calls.push(call);
		// The same contact under other names: parts of it that were taken for calls of their own.
		const others = told.length > 1 ? [] : family.links.filter((link) => link !== facts.family);
		const parts = others.map((link) => known.stored.get(link)).filter((one) => one !== undefined);
		if (row && parts.length === 0 && !isBetter(call, row, known.blind)) continue;
		missing ||= row === undefined && parts.length === 0;
		changes.push({ kind: "changed", call });
		for (const { family: part, startedAt } of parts) {
			changes.push({ kind: "superseded", family: part, startedAt, into: facts.family });
		}
	}
	return { changes, missing, calls, unmatched: [], events };
}

/** A call that was seen is known better than this; one that was not, in a time in which we saw nothing, is told as it is. */
function comparePoorly(family: JournalFamily, known: Known, rules: TrackerRules): Verdict {
	const row = family.links.map((link) => known.stored.get(link)).find((one) => one !== undefined);
	const changes: CallChange[] = [];
	const calls: CallFacts[] = [];
	const unmatched: CallFacts[] = [];
	for (const facts of factsOf(family.events, rules)) {
		const { startedAt, endedAt } = facts;
		if (endedAt === null) continue;
		const call = completed(facts, row, false);
		// It may be half of a call that was seen under another name.
		const blind = known.blind.some(({ from, to }) => from < startedAt + second && (to === null || to >= startedAt));
		if (row ? row.recovered && differs(call, row) && row.family === call.family : blind) {
			changes.push({ kind: "changed", call });
			calls.push(call);
		} else if (row && row.endedAt !== null && calls.length === 0) {
			calls.push({ ...call, family: row.family, startedAt: row.startedAt, endedAt: row.endedAt });
		} else if (!row) unmatched.push(call);
	}
	return { changes, missing: row === undefined && changes.length > 0, calls, unmatched, events: family.events };
}

const differs = (call: CallFacts, row: Stored): boolean =>
	row.outcome !== call.outcome || Math.abs(row.talkMs - call.talkMs) > blur;

/** None of its channels lives on the PBX any more, although nobody wrote down their end: the PBX died under it. */
function isGone({ open, lastAt }: JournalFamily, { live }: Known): boolean {
	return live !== null && lastAt < live.at - fresh && !open.some((id) => live.channels.has(id));
}

/**
 * The moment at which the PBX was lost, if that was after the last sign of life; else a second after that sign: a talk
 * is rather told too short than too long, so that it settles no debt.
 */
function endsOf({ events, open, lastAt }: JournalFamily, { blind, live }: Known): PbxEvent[] {
	const until = live?.at ?? lastAt;
	const lost = blind.map(({ from }) => from).filter((from) => from >= lastAt && from <= until);
	const at = lost.length > 0 ? Math.min(...lost) : lastAt + 1000;
	return open.flatMap((id): PbxEvent[] => {
		const seen = events.find((event) => event.kind === "channel.created" && event.channel.id === id);
		if (seen?.kind !== "channel.created") return [];
		return [{ kind: "channel.ended", at, channel: { ...seen.channel, state: "other" }, cause: 0, causeText: "" }];
	});
}

/** The calls that these events tell. */
export function factsOf(events: readonly PbxEvent[], rules: TrackerRules): CallFacts[] {
	const state = emptyTracker();
	const calls = new Map<string, CallFacts>();
	for (const event of events) {
		for (const change of next(state, event, rules).changes) {
			if (change.kind === "changed") calls.set(change.call.family, change.call);
			else calls.delete(change.family);
		}
	}
	return [...calls.values()];
}

/** The journal has no recordings, and tells digits and queues only where it is told to. */
export function completed(
	facts: CallFacts,
	row: Pick<Stored, "callerName" | "did" | "queue" | "ivr"> | undefined,
	interrupted: boolean,
): CallFacts {
	return {
		...facts,
		callerName: facts.callerName || (row?.callerName ?? ""),
		did: facts.did || (row?.did ?? ""),
		queue: facts.queue ?? row?.queue ?? null,
		ivr: facts.ivr || (row?.ivr ?? ""),
		interrupted,
		recovered: true,
		journal: true,
	};
}

function isBetter(call: CallFacts, row: Stored, blind: readonly Span[]): boolean {
	if (row.progress >= fromJournal) return row.interrupted && !call.interrupted;
	if (row.endedAt === null) return true;
	if (row.interrupted && call.interrupted) return false;
	const seen = !blind.some(({ from, to }) => from < (call.endedAt ?? from) && (to === null || to > call.startedAt));
	if (!row.recovered && !row.interrupted && seen) return false;
	const same = row.outcome === call.outcome && Math.abs(row.talkMs - call.talkMs) <= blur && !row.interrupted;
	return !same || row.recovered;
}
