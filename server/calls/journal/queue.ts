import { type Bound, weightOf } from "../weight.ts";
import type { Entry } from "./entry.ts";

/** Events on their way into the journal, in memory, in their order. */
export interface EntryQueue {
	readonly size: number;
	/** What they take in memory, about. */
	readonly bytes: number;
	add(entries: readonly Entry[]): void;
	/** The oldest within this bound, and at least one. */
	take(most: Bound): readonly Entry[];
	/** What was taken last goes back to its place. */
	putBack(entries: readonly Entry[]): void;
	/** Lets the oldest go until no more than these are here; answers how many went. */
	trim(most: Bound): number;
	clear(): void;
}

export function createEntryQueue(): EntryQueue {
	let waiting: { readonly entry: Entry; readonly weight: number }[] = [];
	let bytes = 0;
	const weighed = (entries: readonly Entry[]) =>
		entries.map((entry) => {
			const weight = weightOf(entry.event);
			bytes += weight;
			return { entry, weight };
		});
	const shift = (count: number) => {
		const gone = waiting.splice(0, count);
		for (const { weight } of gone) bytes -= weight;
		return gone;
	};
	return {
		get size() {
			return waiting.length;
		},
		get bytes() {
			return bytes;
		},
		add(entries) {
			waiting.push(...weighed(entries));
		},
		take(most) {
			let [count, taken] = [1, waiting[0]?.weight ?? 0];
			for (let next = waiting[count]; next && count < most.events; next = waiting[++count]) {
				taken += next.weight;
				if (taken > most.bytes) break;
			}
			return shift(count).map(({ entry }) => entry);
		},
		putBack(entries) {
			waiting.unshift(...weighed(entries));
		},
		trim(most) {
			let [count, left] = [0, bytes];
			while (waiting.length - count > most.events || left > most.bytes) left -= waiting[count++]?.weight ?? left;
			return shift(count).length;
		},
		clear() {
			waiting = [];
			bytes = 0;
		},
	};
}
