import type { PbxEvent } from "../../pbx-event.ts";

/** What is said of the link or of the whole PBX, and not of a moment in the life of one call. */
export type Mark = Extract<PbxEvent, { kind: "snapshot" | "gap" | "booted" }>;

export function isMark(event: PbxEvent): event is Mark {
	return event.kind === "snapshot" || event.kind === "gap" || event.kind === "booted";
}

/** Marks on their way into the journal wait for the event behind them. */
export interface Marks<T> {
	/** What may be stored now, in order: nothing when the event is a mark. */
	pass(event: PbxEvent, entry: T): readonly T[];
	/** Those that wait, as they are. */
	rest(): readonly T[];
	readonly size: number;
}

/**
 * In the journal stand the events of several servers, by the clocks of each. So a mark is told which event of its own link
 * came behind it (`nextAt`); an event that is not younger than everything before tells nothing, it came late. `told`: the
 * entry with that time in its event.
 */
export function createMarks<T>(told: (entry: T, nextAt: number) => T): Marks<T> {
	let waiting: T[] = [];
	let newest = Number.NEGATIVE_INFINITY;
	return {
		get size() {
			return waiting.length;
		},
		pass(event, entry) {
			if (isMark(event)) {
				waiting.push(entry);
				return [];
			}
			const marks = event.at > newest ? waiting.map((mark) => told(mark, event.at)) : waiting;
			waiting = [];
			newest = Math.max(newest, event.at);
			return [...marks, entry];
		},
		rest() {
			const marks = waiting;
			waiting = [];
			return marks;
		},
	};
}

/** The events of one link; those that speak of the link, or of the whole PBX, say now which it was. */
export function heardBy(events: readonly PbxEvent[], link: string): readonly PbxEvent[] {
	return events.some(isMark) ? events.map((event) => (isMark(event) ? { ...event, link } : event)) : events;
}

/** Whose link it was; journals of old do not say. */
export const linkOf = ({ link = "" }: Mark) => link;

/** The mark with the time of the event behind it. */
export function withNext(event: PbxEvent, nextAt: number): PbxEvent {
	return isMark(event) ? { ...event, nextAt } : event;
}
