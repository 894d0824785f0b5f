import type { PbxEvent } from "../pbx-event.ts";
import type { CallChange, CallFacts } from "./call-change.ts";
import { factsOf, sameFacts } from "./facts.ts";
import { type Families, keyOf, newFamilies } from "./families.ts";
import { endOf, type Family, newFamily } from "./family.ts";
import { keep, keepEvery } from "./kept.ts";
import { observe } from "./observe.ts";
import { reachedBy } from "./progress.ts";
import { settleRings } from "./settle.ts";
import type { TrackerRules } from "./tracker-rules.ts";

export type { TrackerRules } from "./tracker-rules.ts";

/** How long (ms of the PBX's time) a call that is over may still be corrected by late events. */
const GRACE = 30_000;
/** How long one may whose beginning was not seen: the journal may yet tell of it as a whole. */
const UNBEGUN_GRACE = 2.5 * keepEvery;
/** So far back (ms) no event comes late: the PBX's clock was set. */
const SET_BACK = 86_400_000;
/** How long its linked ids are remembered so that even later ones do not bring it back as a new call. */
const MEMORY = 4 * 3_600_000;

/**
 * The calls under way on one PBX. Owned by the caller: `next` changes it in place, so that the cost
 * of an event is bounded by its own call and not by all that are live.
 */
export interface TrackerState {
	readonly families: Families;
	/** Calls that are over, by the time of their end, until they are forgotten. */
	readonly over: Map<Family, number>;
	boot: string | null;
	/** Latest time that the PBX told. */
	now: number;
}

/** A tracker that has seen nothing; `boot`: what the PBX is known to call its boot. */
export function emptyTracker(boot: string | null = null): TrackerState {
	return { families: newFamilies(), over: new Map(), boot, now: 0 };
}

/**
 * What is stored of calls that an earlier run of the server left live, to be handed over before anything else: they lived
 * at least until then, although what said so may be lost.
 */
export function noteStored(state: TrackerState, calls: readonly CallFacts[]): void {
	for (const call of calls) {
		state.families.stored.set(call.family, { until: reachedBy(call), startedAt: call.startedAt });
	}
}

/**
 * Calls that are stored as over and of which events are folded again: what another server took for a call of its own may
 * turn out to be part of one.
 */
export function noteOver(state: TrackerState, calls: readonly Pick<CallFacts, "family" | "startedAt">[]): void {
	for (const { family, startedAt } of calls) {
		state.families.stored.set(family, { until: Number.NEGATIVE_INFINITY, startedAt });
	}
}

/**
 * Calls that an earlier run of the server left live, to be handed over before the first event. The first
 * list of live channels says which of them go on; the others have ended unseen.
 */
export function remember(state: TrackerState, calls: readonly CallFacts[]): void {
	const { byLink, remembered, forgotten } = state.families;
	for (const call of calls) {
		const known = byLink.get(call.family);
		// Seen already, but too little of it to tell of: a kill cost the events that made it a call.
		if (call.endedAt !== null || known?.told || known?.memory || forgotten.has(call.family)) continue;
		const family = known ?? newFamily(call.family);
		family.memory = { call, askedAt: goneAt(family) };
		family.told = call;
		byLink.set(call.family, family);
		if (family.memory.askedAt === null) remembered.add(family);
		else {
			family.dirty = true;
			state.families.touched.add(family);
		}
	}
}

/** When the last of what was seen of it was gone; null: something lives, or nothing was seen. */
function goneAt({ channels }: Family): number | null {
	const ends = [...channels.values()].map(endOf);
	const last = Math.max(...ends.map((end) => end ?? Number.POSITIVE_INFINITY));
	return Number.isFinite(last) ? Math.floor(last) : null;
}

/**
 * Takes one event in and says which calls changed. Pure but for `state`, which it changes and
 * returns: no clock, no input, no output. The same events, repeated or slightly out of order, end in the same facts.
 */
export function next(
	state: TrackerState,
	event: PbxEvent,
	rules: TrackerRules,
): { state: TrackerState; changes: CallChange[] } {
	const { families } = state;
	observe(families, event, state.boot, state.now);
	if (event.kind === "snapshot" || event.kind === "booted") state.boot = event.boot;
	else if (event.kind !== "gap" && (event.at > state.now || event.at < state.now - SET_BACK)) state.now = event.at;
	if (event.kind === "calls.stored") state.boot ??= event.boot ?? null;
	const changes: CallChange[] = [];
	for (const family of families.touched) {
		if (family.dirty) tell(state, family, rules, changes);
	}
	families.touched.clear();
	forget(state);
	return { state, changes };
}

/** For the journal: the calls of what arrived before `until` are stored. */
export function saidStored({ now, boot }: TrackerState, until: number): PbxEvent {
	return { kind: "calls.stored", at: now, until, ...(boot !== null && { boot }) };
}

/** The calls that have gone on for at least so long (ms), whole; for the journal. */
export function longCalls(state: TrackerState, age: number): PbxEvent[] {
	const families = new Set(state.families.byChannel.values());
	// Also what is no call yet: a phone that was picked up may join one.
	const isLong = ({ channels }: Family) => {
		const tracks = [...channels.values()];
		return tracks.some((track) => endOf(track) === null) && tracks.some(({ first }) => first.at <= state.now - age);
	};
	return [...families].filter(isLong).map((family) => ({ kind: "call.kept", at: state.now, call: keep(family) }));
}

function tell(state: TrackerState, family: Family, rules: TrackerRules, changes: CallChange[]): void {
	const { families, now } = state;
	family.dirty = false;
	const facts = notLess(factsOf(family, rules), family.storedUntil);
	const key = keyOf(family);
	const before = family.told;
	for (const swallowed of takeSwallowed(families, family)) {
		const { told } = swallowed;
		state.over.delete(swallowed);
		if (told && told.family !== key) {
			changes.push({ kind: "superseded", family: told.family, startedAt: told.startedAt, into: key });
		}
	}
	if (before && before.family !== key) {
		changes.push({ kind: "superseded", family: before.family, startedAt: before.startedAt, into: key });
	}
	if (facts) {
		// A part that another server took for a call of its own.
		for (const [part, startedAt] of family.storedParts) {
			if (part !== key) changes.push({ kind: "superseded", family: part, startedAt, into: key });
		}
		family.storedParts.clear();
	}
	noteEnd(state, family);
	settleRings(families, family, rules, now - GRACE);
	if (!facts || (before && sameFacts(before, facts))) return;
	family.told = facts;
	family.storedUntil = Math.max(family.storedUntil, reachedBy(facts));
	changes.push({ kind: "changed", call: facts });
}

/** A late event may show that something was earlier than told: that is not known less well than before. */
function notLess(facts: CallFacts | null, until: number): CallFacts | null {
	if (facts === null || reachedBy(facts) >= until) return facts;
	return { ...facts, unseen: { found: [], ...facts.unseen, after: until } };
}

/** The families that became part of this one, those that were part of them included. */
function takeSwallowed(families: Families, family: Family): Family[] {
	const mine: Family[] = [];
	for (let index = families.swallowed.length - 1; index >= 0; index--) {
		const one = families.swallowed[index];
		if (!one || (one.by !== family && !mine.includes(one.by))) continue;
		mine.push(one.family);
		families.swallowed.splice(index, 1);
	}
	return mine;
}

/** Notes whether every channel of the family is gone. */
function noteEnd(state: TrackerState, family: Family): void {
	let end = family.memory?.askedAt ?? 0;
	for (const track of family.channels.values()) {
		const gone = endOf(track);
		if (gone === null) {
			state.over.delete(family);
			return;
		}
		end = Math.max(end, gone);
	}
	state.over.set(family, end);
}

const isBegun = ({ channels }: Family) => [...channels.values()].every(({ first }) => first.created);

function forget(state: TrackerState): void {
	const { families, over, now } = state;
	for (const [family, end] of over) {
		if (end + GRACE >= now) break;
		if (end + UNBEGUN_GRACE >= now && !isBegun(family)) continue;
		over.delete(family);
		for (const id of family.channels.keys()) families.byChannel.delete(id);
		for (const bridge of family.bridges) families.byBridge.delete(bridge);
		for (const link of family.links) {
			families.byLink.delete(link);
			families.forgotten.set(link, end);
		}
	}
	for (const [link, end] of families.forgotten) {
		if (end + MEMORY >= now) break;
		families.forgotten.delete(link);
	}
}
