import type { PbxEvent } from "../../pbx-event.ts";
import { isMark } from "./marks.ts";

/** An event, and when the server that heard it took it (epoch milliseconds of its own clock). */
export interface Arrived {
	readonly event: PbxEvent;
	readonly arrival: number;
}

/** Neighbours that stay together: what says something of the link or of the whole PBX, and the event that came after it. */
interface Unit<T> {
	readonly items: readonly T[];
	/** The PBX's own time, and number, of the event; null: nothing came after. */
	readonly at: number | null;
	readonly seq: number | undefined;
	readonly arrival: number;
}

/**
 * What one PBX told two servers, as one row. The servers' clocks may differ, so the PBX's own time decides; a list of
 * channels, or a gap, has none and stays before the event that came after it on its own link: nothing that the list does
 * not know yet is older than that event. What both heard is there twice.
 */
export function* merged<T extends Arrived>(theirs: readonly T[], own: readonly T[]): Generator<T> {
	const [left, right] = [unitsOf(theirs), unitsOf(own)];
	let [l, r] = [0, 0];
	for (;;) {
		const [one, other] = [left[l], right[r]];
		if (!one && !other) return;
		const isLeft = one !== undefined && (other === undefined || isBefore(one, other));
		yield* (isLeft ? one : other)?.items ?? [];
		if (isLeft) l++;
		else r++;
	}
}

function unitsOf<T extends Arrived>(row: readonly T[]): Unit<T>[] {
	const units: Unit<T>[] = [];
	let items: T[] = [];
	for (const [index, one] of row.entries()) {
		items.push(one);
		if (isMark(one.event) && index < row.length - 1) continue;
		const [first = one] = items;
		const next = isMark(first.event) ? (first.event.nextAt ?? null) : null;
		const at = isMark(one.event) ? null : one.event.at;
		units.push({ items, at: next ?? at, seq: one.event.seq, arrival: first.arrival });
		items = [];
	}
	return units;
}

function isBefore<T>(one: Unit<T>, other: Unit<T>): boolean {
	if (one.at === null || other.at === null) return one.arrival <= other.arrival;
	if (one.at !== other.at) return one.at < other.at;
	if (one.seq !== other.seq && one.seq !== undefined && other.seq !== undefined) return one.seq < other.seq;
	// The list comes before the event on both links.
	return one.items.length >= other.items.length;
}
