import type { Families } from "./families.ts";
import { endOf, type Family, type Span, type Track } from "./family.ts";
import { rangAt } from "./lines.ts";
import { dialledNumber, partyOf } from "./party.ts";
import type { TrackerRules } from "./tracker-rules.ts";

/** How many channels more than were left by the last round make another round worth while. */
const STEP = 32;

/**
 * A queue may ring the same people for hours. Of each person's row of rings in vain only the first and the last matter
 * to the call; those between that were over before `until` are dropped, but for the time in which they rang.
 * So both the memory and the work per event are bounded by the people in a call, not by its length.
 */
export function settleRings(all: Families, family: Family, rules: TrackerRules, until: number): void {
	if (family.channels.size < family.settled.nextSize) return;
	const byPerson = new Map<string, Track[]>();
	for (const track of family.channels.values()) {
		const person = personOf(track, rules);
		if (person === null) continue;
		const others = byPerson.get(person);
		if (others) others.push(track);
		else byPerson.set(person, [track]);
	}
	const rang: Span[] = [...family.settled.rang];
	for (const tracks of byPerson.values()) {
		for (const track of between(tracks, until)) {
			const from = rangAt(track);
			if (from !== null) rang.push({ from, to: endOf(track) });
			drop(all, family, track);
		}
	}
	const kept = [...family.channels.values()].map((track) => ({ from: rangAt(track), to: endOf(track) }));
	family.settled.rang = union(rang).filter(({ from, to }) => {
		if (to === null || kept.some((ring) => ring.from !== null && ring.from < to && (ring.to ?? to) > from)) return true;
		// Rings after the first answer are not waited for.
		if (from < (family.told?.answeredAt ?? Number.POSITIVE_INFINITY)) family.settled.rangMs += to - from;
		return false;
	});
	family.settled.nextSize = family.channels.size + STEP;
}

function personOf(track: Track, rules: TrackerRules): string | null {
	const party = partyOf(track.names[0]?.name ?? "", rules);
	if (party.kind === "extension") return party.extension;
	return party.kind === "outside" && track.dial ? dialledNumber(track.dial.dialString) || null : null;
}

/** Rings in vain with one before and a later one after, and nothing else in between. */
function between(tracks: Track[], until: number): Track[] {
	const dropped: Track[] = [];
	tracks.sort((a, b) => a.first.at - b.first.at);
	let later = Number.NEGATIVE_INFINITY;
	for (let index = tracks.length - 1; index > 0; index--) {
		const track = tracks[index];
		const before = tracks[index - 1];
		if (!track || !before) continue;
		if (!isVain(track)) {
			later = Number.NEGATIVE_INFINITY;
			continue;
		}
		const end = endOf(track) ?? Number.POSITIVE_INFINITY;
		if (isVain(before) && end < until && end < later) dropped.push(track);
		later = Math.max(later, track.first.at);
	}
	return dropped;
}

function isVain(track: Track): boolean {
	return (
		track.dial !== null &&
		track.ended !== null &&
		track.upAt === null &&
		track.moves.length === 0 &&
		track.names.length === 1 &&
		!track.pickedUp
	);
}

/** Forgets the channel, and the Local channel that rang it. */
function drop(all: Families, family: Family, track: Track): void {
	const from = track.dial?.from ? family.channels.get(track.dial.from) : undefined;
	const twin = from?.twin ? family.channels.get(from.twin) : undefined;
	for (const one of from && twin ? [track, from, twin] : [track]) {
		if (one.ended === null || one.moves.length > 0) continue;
		family.channels.delete(one.id);
		all.byChannel.delete(one.id);
		family.settled.ids.add(one.id);
	}
}

/** The same time in as few spans as it takes. */
function union(spans: readonly Span[]): Span[] {
	const merged: Span[] = [];
	for (const span of spans.toSorted((a, b) => a.from - b.from)) {
		const last = merged.at(-1);
		if (last && last.to !== null && span.from <= last.to) {
			merged[merged.length - 1] = { from: last.from, to: Math.max(last.to, span.to ?? last.to) };
		} else merged.push(span);
	}
	return merged;
}
