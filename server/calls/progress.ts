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
 * however often and in whichever order they arrive. The end of an interrupted call, or of one that was found gone, is a
 * guess and no moment: who saw it, or the PBX's own journal, may know an earlier one. Who did not see the call begin knows
 * less than who did. What is read out of that journal counts more than what was seen.
 */
export function progressOf(call: CallFacts): number {
	const moments = momentsOf(call);
	const facts = call.unseen?.beginning
		? 0
		: moments.length +
			call.legs.filter((leg) => leg.result !== null).length +
			call.recordings.filter((recording) => recording.closed).length +
			call.ivr.length +
			(call.queue === null ? 0 : 1) +
			(call.did === "" ? 0 : 1);
	const end = call.endedAt === null ? 0 : isGuess(call, call.endedAt) ? 1 : 2;
	const reached = Math.min(Math.floor(reachedBy(call) - call.startedAt), longest);
	const progress = reached * momentUnit + end * endUnit + Math.min(facts, endUnit - 1);
	return call.journal ? fromJournal + progress : progress;
}

/** The latest moment that was seen of the call, milliseconds since the epoch. */
export function reachedBy(call: CallFacts): number {
	return Math.max(call.startedAt, call.unseen?.after ?? 0, ...momentsOf(call));
}

/** The same, out of the progress of a call that goes on. */
export function reachedIn(progress: number, startedAt: number): number {
	return startedAt + Math.floor((progress % fromJournal) / momentUnit);
}

function momentsOf(call: CallFacts): number[] {
	const known: (number | null)[] = [call.answeredAt, isGuess(call, call.endedAt) ? null : call.endedAt];
	for (const { rangAt, answeredAt, leftAt } of call.legs) {
		known.push(rangAt, answeredAt, isGuess(call, leftAt) ? null : leftAt);
	}
	for (const recording of call.recordings) known.push(recording.startedAt);
	return known.filter((at) => at !== null);
}

function isGuess({ interrupted, endedAt, unseen }: CallFacts, end: number | null): boolean {
	if (end === null) return false;
	return (interrupted && end === endedAt) || unseen?.found.includes(end) === true;
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
