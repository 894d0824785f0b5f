import type { CallFacts } from "../../server/calls/call-change.ts";
import { emptyTracker, next, type TrackerRules, type TrackerState } from "../../server/calls/tracker.ts";
import type { PbxEvent } from "../../server/pbx-event.ts";

/** The lab's company: extensions have three digits and begin with the floor. */
export const rules: TrackerRules = { pbxId: "lab", isExtension: (endpoint) => /^[1-4]0[1-7]$/.test(endpoint) };

/** What a reader of the tracker's changes has in his hands: the last facts of each call. */
export class Book {
	readonly calls = new Map<string, CallFacts>();
	state: TrackerState = emptyTracker();

	take(event: PbxEvent): void {
		const { state, changes } = next(this.state, event, rules);
		this.state = state;
		for (const change of changes) {
			if (change.kind === "changed") this.calls.set(change.call.family, change.call);
			else this.calls.delete(change.family);
		}
	}

	get facts(): CallFacts[] {
		return [...this.calls.values()].sort((a, b) => a.startedAt - b.startedAt || (a.family < b.family ? -1 : 1));
	}
}

/** The calls that a row of events comes to. */
export function fold(events: readonly PbxEvent[]): Book {
	const book = new Book();
	for (const event of events) book.take(event);
	return book;
}
