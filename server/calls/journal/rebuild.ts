import { callId, timeOfId } from "../../../db/id.ts";
import type { Runner } from "../../../db/runner.ts";
import type { CallChange, CallFacts } from "../call-change.ts";
import { emptyTracker, next } from "../tracker.ts";
import type { TrackerRules } from "../tracker-rules.ts";
import { rebuildRecovered } from "./recovered.ts";
import { readEvents } from "./store.ts";

/** A call as its raw events tell it. */
export interface Rebuilt {
	readonly pbxId: string;
	readonly call: CallFacts;
	/** Every change that the fold told of this call, families that went into it included, in order. */
	readonly changes: readonly CallChange[];
}

const minute = 60_000;
/** Milliseconds before and behind the call's start in which its first event is looked for: clocks differ. */
const margins = [minute, 24 * 60 * minute] as const;
/** The longest call. */
const longest = 24 * 60 * minute;
/** Milliseconds after a call's end in which late events may still correct it; the tracker's own grace. */
const grace = 30_000;

/**
 * Folds the journal around the call with this id; what the PBX's own journal told of it goes before what was heard. Null: the
 * journal has it not, or not any more.
 */
export async function rebuildCall(db: Runner, pbxs: readonly TrackerRules[], id: string): Promise<Rebuilt | null> {
	const heard = await rebuildHeard(db, pbxs, id);
	for (const rules of heard ? pbxs.filter(({ pbxId }) => pbxId === heard.pbxId) : pbxs) {
		const recovered = await rebuildRecovered(db, rules, id, heard?.call ?? null);
		if (recovered) return { pbxId: rules.pbxId, ...recovered };
	}
	return heard;
}

async function rebuildHeard(db: Runner, pbxs: readonly TrackerRules[], id: string): Promise<Rebuilt | null> {
	for (const margin of margins) {
		for (const rules of pbxs) {
			const found = await search(db, rules, id, margin);
			if (found) return found;
		}
	}
	return null;
}

async function search(db: Runner, rules: TrackerRules, id: string, margin: number): Promise<Rebuilt | null> {
	const { pbxId } = rules;
	const startedAt = timeOfId(id);
	const state = emptyTracker();
	let call: CallFacts | null = null;
	const superseded: CallChange[] = [];
	for await (const { event } of readEvents(db, pbxId, startedAt - margin, startedAt + margin + longest)) {
		for (const change of next(state, event, rules).changes) {
			if (change.kind === "superseded") superseded.push(change);
			else if (callId(pbxId, change.call.family, change.call.startedAt) === id) call = change.call;
		}
		if (call === null && state.now > startedAt + margin) break;
		if (call !== null && call.endedAt !== null && state.now > call.endedAt + grace) break;
	}
	if (call === null) return null;
	const { family } = call;
	const into = superseded.filter((change) => change.kind === "superseded" && change.into === family);
	return { pbxId, call, changes: [...into, { kind: "changed", call }] };
}
