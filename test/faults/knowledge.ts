import type { Entry } from "../../server/calls/journal/entry.ts";
import { longest } from "../../server/calls/journal/replay.ts";
import type { Saying } from "../../server/calls/journal/store.ts";
import type { PbxEvent } from "../../server/pbx-event.ts";

/** What one leadership had to make its calls of. */
export interface Knowledge {
	token: number;
	/** Every event that went into the fold. */
	readonly taken: Set<PbxEvent>;
	/** Calls that it knew by the stored facts only. */
	readonly remembered: Set<string>;
	/** What it read of long calls, with the events that whoever wrote it knew. */
	readonly kept: { readonly links: readonly string[]; readonly knows: ReadonlySet<PbxEvent> }[];
}

/** What a long call that goes into the journal brings with it; nothing certain when its own beginning is only remembered. */
export function knowledgeOf({ taken, remembered, kept }: Knowledge, links: readonly string[]): ReadonlySet<PbxEvent> {
	if (links.some((link) => remembered.has(link))) return new Set();
	const before = kept.filter((one) => one.links.some((link) => links.includes(link)));
	return new Set([...taken, ...before.flatMap(({ knows }) => [...knows])]);
}

/** Linked ids of which this event is all that has to be known of their beginning; see `beginnings` of replay.ts. */
export function beginningsIn(event: PbxEvent): readonly string[] {
	if (event.kind === "channel.created") return [event.channel.id];
	return event.kind === "call.kept" ? event.call.links : [];
}

/** See `sayings` of store.ts. */
export function sayings(entries: readonly Entry[], last: number | null): Saying[] {
	return entries.flatMap(({ event, arrival }) => {
		const at = arrival / 1000;
		if (event.kind !== "calls.stored" || at < (last ?? 0) - longest) return [];
		return [{ at, until: event.until, boot: event.boot ?? null }];
	});
}
