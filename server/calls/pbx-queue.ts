import type { CallChange } from "./call-change.ts";

/** What waits to be written for one PBX. */
export interface Waiting {
	readonly changes: readonly CallChange[];
	readonly receivedAt: (family: string) => number;
}

/**
 * Changes that wait while a commit is under way. Facts are whole, so only the newest of a call is kept: what waits is
 * bounded by the calls that the PBX has had since, not by its events.
 */
export interface ChangeQueue {
	add(changes: readonly CallChange[], receivedAt: number): void;
	/** Up to `most` calls, oldest first, and every merge before them. */
	take(most: number): Waiting;
	/** Calls that wait. */
	readonly size: number;
}

export function createChangeQueue(): ChangeQueue {
	const waiting = new Map<string, { change: CallChange; receivedAt: number }>();
	return {
		get size() {
			return waiting.size;
		},
		add(changes, receivedAt) {
			for (const change of changes) {
				const family = change.kind === "changed" ? change.call.family : change.family;
				const before = waiting.get(family);
				// A family that went into another never comes back.
				if (before?.change.kind === "superseded") continue;
				waiting.set(family, { change, receivedAt: before?.receivedAt ?? receivedAt });
			}
		},
		take(most) {
			const taken: CallChange[] = [];
			const times = new Map<string, number>();
			for (const [family, { change, receivedAt }] of waiting) {
				if (taken.length >= most) break;
				waiting.delete(family);
				taken.push(change);
				times.set(family, receivedAt);
			}
			// The call that another went into is written with it, so that the merge finds it.
			for (const change of [...taken]) {
				if (change.kind !== "superseded") continue;
				const into = waiting.get(change.into);
				if (!into) continue;
				waiting.delete(change.into);
				taken.push(into.change);
				times.set(change.into, into.receivedAt);
			}
			return { changes: taken, receivedAt: (family) => times.get(family) ?? 0 };
		},
	};
}
