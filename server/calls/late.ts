import type { CallChange, CallFacts } from "./call-change.ts";

/** Calls that the database has not taken yet. */
export interface LateCalls {
	/** These facts are on their way into the database. */
	waits(changes: readonly CallChange[], receivedAt: number): void;
	/** Whether something newer than these facts, which the database has now, was told out of memory. */
	outdates(changes: readonly CallChange[], family: string): boolean;
	/** It has them. */
	stored(changes: readonly CallChange[]): void;
	/** Nothing is to be told of what waits: another server writes. */
	clear(): void;
	stop(): void;
}

interface Waiting {
	facts: CallFacts;
	readonly receivedAt: number;
	/** Milliseconds of a clock that only goes forward. */
	since: number;
	/** What was told of it last. */
	told: CallFacts | null;
}

/** Milliseconds: half of the second within which a pop-up must be there. */
const patience = 500;
const lookEvery = 100;

/**
 * A phone rings while the database is away, slow or frozen: after half a second `tell` gets the call as it is known in
 * memory, and then every change of it until the database has it. A call whose beginning nobody was told of is not told
 * when it is over.
 */
export function createLateCalls(tell: (facts: CallFacts, receivedAt: number) => void): LateCalls {
	const waiting = new Map<string, Waiting>();
	const looks = setInterval(look, lookEvery).unref();

	function look(): void {
		if (waiting.size === 0) return;
		const now = performance.now();
		for (const one of waiting.values()) {
			if (one.told === one.facts) continue;
			const over = one.facts.endedAt !== null || one.facts.legs.length === 0;
			if (one.told === null && (over || now - one.since < patience)) continue;
			one.told = one.facts;
			tell(one.facts, one.receivedAt);
		}
	}

	return {
		waits(changes, receivedAt) {
			for (const change of changes) {
				if (change.kind === "superseded") {
					const shown = waiting.get(change.family)?.told;
					waiting.delete(change.family);
					// The call that it went into is told by itself.
					if (shown) tell({ ...shown, endedAt: Math.max(shown.startedAt, receivedAt) }, receivedAt);
					continue;
				}
				const facts = change.call;
				const before = waiting.get(facts.family);
				if (before) before.facts = facts;
				else waiting.set(facts.family, { facts, receivedAt, since: performance.now(), told: null });
			}
		},
		outdates(changes, family) {
			const one = waiting.get(family);
			const facts = changes.find((change) => change.kind === "changed" && change.call.family === family);
			if (one === undefined || one.told === null || facts?.kind !== "changed") return false;
			return one.facts !== facts.call && one.told !== facts.call;
		},
		stored(changes) {
			for (const change of changes) {
				if (change.kind === "superseded") continue;
				const one = waiting.get(change.call.family);
				if (one?.facts === change.call) waiting.delete(change.call.family);
				else if (one) {
					one.since = performance.now();
					one.told = null;
				}
			}
		},
		clear: () => waiting.clear(),
		stop: () => clearInterval(looks),
	};
}
