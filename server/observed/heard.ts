import type { PbxEvent } from "../pbx-event.ts";

/** Numbers may change places, so that some are missing is known for certain only so long (ms) after it at the latest. */
const certainAfter = 3_000;
/** For so long (ms) a channel counts as live after its end was heard, and after its birth whatever a list says. */
const remembered = 15_000;

/** Milliseconds. */
const latenessPeriod = 10 * 60_000;
const clockJump = 60_000;

/** What some events say of our hearing. */
export interface Hearing {
	/** The PBX said which channels it has: something may have happened before. */
	readonly listed: boolean;
	/** Since when events may be missing, by our clock, once for every loss. */
	readonly lostSince: readonly number[];
}

/** What was heard of one PBX so far: when, of which channels, and how its clock goes. Times are epoch milliseconds. */
export function createHeard(at: number) {
	/** When each channel was heard to begin, and to end (null: it lives). */
	const channels = new Map<string, { born: number; ended: number | null }>();
	let last = at;
	/** The newest moment of which the PBX told, by its own clock. */
	let toldUntil: number | null = null;
	/** When the PBX's list of live channels came last, by our clock. */
	let listedAt: number | null = null;
	const lateness = createLateness();

	/** The list replaces what was known, but for channels that were born while it was drawn up, or ended just now. */
	function list(alive: readonly { channel: { id: string } }[], receivedAt: number): void {
		for (const [id, { born, ended }] of channels) {
			if (ended === null && born < receivedAt - remembered) channels.delete(id);
		}
		for (const { channel } of alive) {
			if (!channels.has(channel.id)) channels.set(channel.id, { born: receivedAt, ended: null });
		}
		listedAt = receivedAt;
	}

	return {
		/** When anything was heard last. */
		last: () => last,
		/** By how much our clock is ahead of the PBX's, at most. */
		skew: () => lateness.least() ?? 0,
		/** The channels that live, and when that was told last, by the PBX's clock; null before it was told. */
		live: () =>
			listedAt === null
				? null
				: { at: listedAt - (lateness.least() ?? 0), channels: new Set(channels.keys()) as ReadonlySet<string> },
		take(events: readonly PbxEvent[], receivedAt: number): Hearing {
			const before = last;
			last = receivedAt;
			let listed = false;
			const lostSince: number[] = [];
			for (const event of events) {
				if (event.kind !== "gap" && event.kind !== "snapshot" && event.kind !== "booted") {
					toldUntil = Math.max(toldUntil ?? event.at, event.at);
				}
				if (event.kind === "channel.created") {
					lateness.note(receivedAt - event.at, receivedAt);
					channels.set(event.channel.id, { born: receivedAt, ended: null });
				} else if (event.kind === "channel.ended") {
					const known = channels.get(event.channel.id);
					if (known) known.ended = receivedAt;
				} else if (event.kind === "snapshot") {
					list(event.channels, receivedAt);
					listed = true;
				} else if (event.kind === "gap" && event.cause !== "reconnect") {
					// A reader that stalls hears late: then what came before the loss was sent long ago.
					const sent = toldUntil === null ? before : toldUntil + (lateness.least() ?? 0);
					lostSince.push(Math.min(before, sent) - certainAfter);
				}
			}
			return { listed, lostSince };
		},
		/** Channels that ended long ago count as live no more. */
		forget(now: number): void {
			for (const [id, { ended }] of channels) {
				if (ended !== null && ended < now - remembered) channels.delete(id);
			}
		},
	};
}

/**
 * By how much events were late at least, over the last ten to twenty minutes: events take time, and a busy server reads
 * them seconds later, those of a new connection above all. A PBX's clock that was set shows at once when it jumped far.
 */
function createLateness() {
	let seen: { readonly least: number; readonly before: number; readonly since: number } | null = null;
	const least = () => (seen === null ? null : Math.min(seen.least, seen.before));
	return {
		least,
		note(late: number, at: number): void {
			const known = least();
			const isNew = seen === null || known === null || Math.abs(late - known) > clockJump;
			if (isNew || seen === null) seen = { least: late, before: Number.POSITIVE_INFINITY, since: at };
			else if (at - seen.since > latenessPeriod) seen = { least: late, before: seen.least, since: at };
			else seen = { ...seen, least: Math.min(seen.least, late) };
		},
	};
}

export type Heard = ReturnType<typeof createHeard>;
