import type { CallChange, CallFacts } from "./call-change.ts";

type Superseded = Extract<CallChange, { kind: "superseded" }>;

/** A batch of changes reduced to what has to be stored: the newest facts of each family, and the families that went. */
export interface Folded {
	readonly calls: readonly CallFacts[];
	readonly superseded: readonly Superseded[];
}

const longest = 2 ** 41 - 1;
const endUnit = 512;
const momentUnit = 4 * endUnit;
/** Facts out of the PBX's journal come after all that was seen live; no other number is as large. */
export const fromJournal = 2 ** 52;

/**
 * How far a call has come, as one number below 2^53: the latest moment that was seen, then running, interrupted or
 * ended, then how much is known. Facts carry no version of their own; with this order the same facts give the same row
 * however often and in whichever order they arrive. The end of an interrupted call is a guess and no moment: the PBX's
 * own journal may know an earlier one. What is read out of that journal counts more than what was seen.
 */
export function progressOf(call: CallFacts): number {
	const known: (number | null)[] = [call.answeredAt, call.interrupted ? null : call.endedAt];
	for (const leg of call.legs) {
		const guessed = call.interrupted && leg.leftAt === call.endedAt;
		known.push(leg.rangAt, leg.answeredAt, guessed ? null : leg.leftAt);
	}
	for (const recording of call.recordings) known.push(recording.startedAt);
	const moments = known.filter((at) => at !== null);
	const facts =
		moments.length +
		call.legs.filter((leg) => leg.result !== null).length +
		call.recordings.filter((recording) => recording.closed).length +
		call.ivr.length +
		(call.queue === null ? 0 : 1) +
		(call.did === "" ? 0 : 1);
	const reached = Math.max(0, ...moments.map((at) => Math.floor(at - call.startedAt)));
	const end = call.endedAt === null ? 0 : call.interrupted ? 1 : 2;
	const progress = Math.min(reached, longest) * momentUnit + end * endUnit + Math.min(facts, endUnit - 1);
	return call.journal ? fromJournal + progress : progress;
}

/** Later changes win within a batch, unless they know less; a family that went stays gone. */
export function fold(changes: readonly CallChange[]): Folded {
	const calls = new Map<string, CallFacts>();
	const superseded = new Map<string, Superseded>();
	for (const change of changes) {
		if (change.kind === "superseded") {
			superseded.set(change.family, change);
			continue;
		}
		const earlier = calls.get(change.call.family);
		if (!earlier || progressOf(earlier) <= progressOf(change.call)) calls.set(change.call.family, change.call);
	}
	for (const family of superseded.keys()) calls.delete(family);
	return { calls: [...calls.values()], superseded: [...superseded.values()] };
}
