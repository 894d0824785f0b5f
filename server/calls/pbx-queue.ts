import type { CallChange } from "./call-change.ts";

/** What waits to be written for one PBX. */
export interface Waiting {
	readonly changes: readonly CallChange[];
	readonly receivedAt: (family: string) => number;
}

/**
 * People wait for a call that goes on: a phone rings. Nobody waits in the same way for the end of a call or for a merge,
 * and those take a transaction of several statements.
 */
export type Lane = "running" | "over";

/**
 * Changes that wait while a commit is under way. Facts are whole, so only the newest of a call is kept: what waits is
 * bounded by the calls that the PBX has had since, not by its events.
 */
export interface ChangeQueue {
	add(changes: readonly CallChange[], receivedAt: number): void;
	/** Up to `most` calls of the lane, oldest first, and those that they are merged into. None of a `busy` family. */
	take(lane: Lane, most: number, busy: ReadonlySet<string>): Waiting;
	/** The same calls as they are known by now; what takes the place of older facts waits no more. */
	newest(batch: Waiting): Waiting;
	/** Nothing of what waits is to be written. */
	clear(): void;
	/** Calls that wait. */
	readonly size: number;
}

interface Entry {
	readonly change: CallChange;
	readonly receivedAt: number;
}

export function createChangeQueue(): ChangeQueue {
	const lanes = { running: new Map<string, Entry>(), over: new Map<string, Entry>() };
	const waits = (family: string) => lanes.running.get(family) ?? lanes.over.get(family);
	return {
		get size() {
			return lanes.running.size + lanes.over.size;
		},
		clear() {
			lanes.running.clear();
			lanes.over.clear();
		},
		add(changes, receivedAt) {
			for (const change of changes) {
				const family = change.kind === "changed" ? change.call.family : change.family;
				const before = waits(family);
				// A family that went into another never comes back.
				if (before?.change.kind === "superseded") continue;
				const lane = laneOf(change);
				if (before && lane !== laneOf(before.change)) lanes[laneOf(before.change)].delete(family);
				lanes[lane].set(family, { change, receivedAt: before?.receivedAt ?? receivedAt });
			}
		},
		newest({ changes, receivedAt }) {
			const fresh = changes.map((change) => {
				if (change.kind === "superseded") return change;
				const waiting = waits(change.call.family);
				if (waiting?.change.kind !== "changed") return change;
				lanes[laneOf(waiting.change)].delete(change.call.family);
				return waiting.change;
			});
			return { changes: fresh, receivedAt };
		},
		take(lane, most, busy) {
			const taken = new Map<string, Entry>();
			const move = (family: string, entry: Entry) => {
				lanes[laneOf(entry.change)].delete(family);
				taken.set(family, entry);
			};
			for (const [family, entry] of lanes[lane]) {
				if (taken.size >= most) break;
				const into = entry.change.kind === "superseded" ? entry.change.into : family;
				if (!busy.has(family) && !busy.has(into)) move(family, entry);
			}
			// The call that another went into is written with it, so that the merge finds it.
			for (const { change } of [...taken.values()]) {
				const into = change.kind === "superseded" ? waits(change.into) : undefined;
				if (change.kind === "superseded" && into) move(change.into, into);
			}
			return {
				changes: [...taken.values()].map(({ change }) => change),
				receivedAt: (family) => taken.get(family)?.receivedAt ?? 0,
			};
		},
	};
}

function laneOf(change: CallChange): Lane {
	return change.kind === "changed" && change.call.endedAt === null ? "running" : "over";
}
