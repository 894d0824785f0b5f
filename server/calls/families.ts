import { type Bridge, type Channel, isWaitingRoom } from "../pbx-event.ts";
import { compareIds, earlier, type Family, insertByTime, newFamily, newTrack, type Track } from "./family.ts";
import { limits } from "./limits.ts";
import type { Memory } from "./memory.ts";

/** All families in the tracker's memory, found by channel, by linked id and by bridge. */
export interface Families {
	readonly byChannel: Map<string, Family>;
	readonly byLink: Map<string, Family>;
	readonly byBridge: Map<string, Family>;
	/** Calls of an earlier run of the server that wait for the first list of live channels. */
	readonly remembered: Set<Family>;
	/** The latest moment at which a channel was seen, in an event or in a list. */
	seenAt: number;
	/** The moment of the last gap of each link, where it began included: what was seen until then may have gone unseen there. */
	readonly gapAt: Map<string, number>;
	/** What was stored of live calls before anything of them was seen: until when they lived, and their start, by linked id. */
	readonly stored: Map<string, { readonly until: number; readonly startedAt: number }>;
	/** Linked ids of calls that are over and forgotten, with the time of their end. */
	readonly forgotten: Map<string, number>;
	/** Families that another one swallowed since they were last told about. */
	readonly swallowed: { family: Family; by: Family }[];
	/** Families to look at when the event is through. */
	readonly touched: Set<Family>;
	/** How often something was beyond the `limits` and therefore not seen. */
	beyond: number;
}

export function newFamilies(): Families {
	return {
		byChannel: new Map(),
		byLink: new Map(),
		byBridge: new Map(),
		remembered: new Set(),
		seenAt: Number.NEGATIVE_INFINITY,
		gapAt: new Map(),
		stored: new Map(),
		forgotten: new Map(),
		swallowed: [],
		touched: new Set(),
		beyond: 0,
	};
}

/** The family's key: the linked id of its oldest part. */
export function keyOf(family: Family): string {
	let oldest: string | null = null;
	for (const link of family.links) {
		if (oldest === null || compareIds(link, oldest) < 0) oldest = link;
	}
	return oldest ?? "";
}

/** One sight of a channel: finds or founds its family and keeps what is new. Null when the call is long over. */
export function see(all: Families, at: number, channel: Channel, created = false): Track | null {
	const link = channel.family || channel.id;
	let family = all.byChannel.get(channel.id);
	const linked = all.byLink.get(link);
	if (!family && !linked) {
		if (all.forgotten.has(link) || all.forgotten.has(channel.id)) return null;
		if (isBeyond(all, all.byChannel.size >= limits.channels)) return null;
		family = newFamily(link);
		takeStored(all, family, link);
		all.byLink.set(link, family);
	} else if (family && linked) {
		if (family !== linked) family = join(all, family, linked);
	} else {
		family = family ?? linked;
	}
	if (!family || family.settled.ids.has(channel.id)) return null;
	const isKnown = family.channels.has(channel.id);
	const isFull = all.byChannel.size >= limits.channels || family.channels.size >= limits.channelsOfCall;
	if (isBeyond(all, !isKnown && isFull)) return null;
	if (!linked && all.byLink.get(link) !== family) {
		if (isBeyond(all, family.links.size >= limits.linksOfCall)) return null;
		family.links.add(link);
		takeStored(all, family, link);
		all.byLink.set(link, family);
		family.dirty = true;
	}
	let track = family.channels.get(channel.id);
	if (!track) {
		track = newTrack(channel, at);
		track.first.created = created;
		if (channel.half) linkHalves(family, track);
		family.channels.set(channel.id, track);
		all.byChannel.set(channel.id, family);
		family.dirty = true;
	}
	if (note(track, at, channel, created)) family.dirty = true;
	if (at > all.seenAt) all.seenAt = at;
	all.touched.add(family);
	return track;
}

/** Takes over what is known to be stored of this linked id. */
export function takeStored({ stored }: Families, family: Family, link: string): void {
	const known = stored.get(link);
	if (!known) return;
	family.storedUntil = Math.max(family.storedUntil, known.until);
	family.storedParts.set(link, known.startedAt);
	stored.delete(link);
}

/** The halves of a Local channel know each other by name (`…;1`, `…;2`) also where the event that says so was not seen. */
function linkHalves(family: Family, track: Track): void {
	const wholeName = (name = "") => name.slice(0, name.lastIndexOf(";"));
	const name = wholeName(track.names[0]?.name);
	for (const other of family.channels.values()) {
		if (!other.first.channel.half || other.id === track.id || wholeName(other.names[0]?.name) !== name) continue;
		track.twin = other.id;
		other.twin = track.id;
	}
}

/** The family of a channel that was just seen. */
export function familyOf(all: Families, track: Track): Family {
	const family = all.byChannel.get(track.id);
	if (!family) throw new Error(`channel ${track.id} has no family`);
	return family;
}

/** Counts what the limits keep out. */
function isBeyond(all: Families, beyond: boolean): boolean {
	if (beyond) all.beyond++;
	return beyond;
}

/** From now on the two are one call. */
export function join(all: Families, one: Family, other: Family): Family {
	if (one === other) return one;
	const channels = one.channels.size + other.channels.size;
	const links = one.links.size + other.links.size;
	if (isBeyond(all, channels > limits.channelsOfCall || links > limits.linksOfCall)) return one;
	const [large, small] = one.channels.size >= other.channels.size ? [one, other] : [other, one];
	for (const link of small.links) {
		large.links.add(link);
		all.byLink.set(link, large);
	}
	for (const [id, track] of small.channels) {
		large.channels.set(id, track);
		all.byChannel.set(id, large);
	}
	for (const bridge of small.bridges) {
		large.bridges.add(bridge);
		all.byBridge.set(bridge, large);
	}
	large.settled.rang = [...large.settled.rang, ...small.settled.rang];
	large.settled.rangMs += small.settled.rangMs;
	for (const id of small.settled.ids) large.settled.ids.add(id);
	for (const bridge of small.holding) large.holding.add(bridge);
	for (const [key, transfer] of small.transfers) large.transfers.set(key, transfer);
	for (const [path, recording] of small.recordings) large.recordings.set(path, recording);
	if (small.memory) all.remembered.delete(small);
	if (small.memory?.askedAt === null) all.remembered.add(large);
	large.storedUntil = Math.max(large.storedUntil, small.storedUntil);
	for (const [link, startedAt] of small.storedParts) large.storedParts.set(link, startedAt);
	large.memory = olderOf(large.memory, small.memory);
	if (small.queue && (!large.queue || small.queue.at > large.queue.at)) large.queue = small.queue;
	if (small.didVariable) large.didVariable = earlier(large.didVariable, small.didVariable.at, small.didVariable.value);
	large.recovered ||= small.recovered;
	large.interrupted ||= small.interrupted;
	large.dirty = true;
	all.touched.delete(small);
	all.touched.add(large);
	all.swallowed.push({ family: small, by: large });
	return large;
}

function olderOf(one: Memory | null, other: Memory | null): Memory | null {
	if (!one || !other) return one ?? other;
	return compareIds(one.call.family, other.call.family) <= 0 ? one : other;
}

/** Two channels turned out to belong to one call. */
export function joinTracks(all: Families, one: Track | null, other: Track | null): void {
	if (one && other) join(all, familyOf(all, one), familyOf(all, other));
}

/** The channel goes into the bridge, or out of it; who is in one bridge is in one call, except where people only wait. */
export function move(all: Families, track: Track, bridge: Bridge, at: number, enters: boolean): void {
	if (isBeyond(all, track.moves.length >= limits.movesOfChannel)) return;
	let family = familyOf(all, track);
	if (isWaitingRoom(bridge)) {
		family.holding.add(bridge.id);
	} else {
		const known = all.byBridge.get(bridge.id);
		if (known && known !== family) family = join(all, family, known);
		family.bridges.add(bridge.id);
		all.byBridge.set(bridge.id, family);
	}
	const isNew = insertByTime(
		track.moves,
		{ at, bridge: bridge.id, enters },
		(a, b) => a.bridge === b.bridge && a.enters === b.enters,
	);
	if (isNew) family.dirty = true;
}

/** Takes over what one sight of a channel tells. Says whether anything was new. */
function note(track: Track, at: number, channel: Channel, created: boolean): boolean {
	let changed = false;
	const { first } = track;
	if (at < first.at || (at === first.at && created && !first.created)) {
		track.first = { at, created, channel };
		changed = true;
	}
	if (at > track.lastSeen) track.lastSeen = at;
	if (at > track.heardAt) track.heardAt = at;
	if (track.lostAt !== null && at >= track.lostAt) {
		track.lostAt = null;
		changed = true;
	}
	if (noteName(track, at, channel.name)) changed = true;
	if (channel.state === "up" && (track.upAt === null || at < track.upAt)) {
		track.upAt = at;
		changed = true;
	}
	if (channel.state === "ring" && !track.placed) {
		track.placed = true;
		changed = true;
	}
	if (channel.state === "ringing" && (track.ringingAt === null || at < track.ringingAt)) {
		track.ringingAt = at;
		changed = true;
	}
	for (const field of ["callerNumber", "connectedNumber"] as const) {
		const value = channel[field];
		if (value === "") continue;
		const known = track[field];
		if (known !== null && known.at < at) continue;
		const better = earlier(known, at, value);
		if (better === known) continue;
		track[field] = better;
		changed ||= known?.value !== value;
	}
	if (channel.callerName !== "") {
		const known = track.callerNames.get(channel.callerNumber) ?? null;
		if (known === null && track.callerNames.size >= limits.namesOfChannel) return changed;
		const better = earlier(known, at, channel.callerName);
		if (better !== known) {
			track.callerNames.set(channel.callerNumber, better);
			changed ||= known?.value !== better.value;
		}
	}
	return changed;
}

/** A name in force from `at` on, as far as is known. */
export function noteName(track: Track, at: number, name: string): boolean {
	const { names } = track;
	if (names.length >= limits.namesOfChannel) return false;
	let index = names.length;
	while (index > 0 && (names[index - 1]?.at ?? 0) > at) index--;
	const before = names[index - 1];
	const after = names[index];
	if (before?.name === name) return false;
	if (after?.name === name) {
		names[index] = { at, name };
	} else {
		names.splice(index, 0, { at, name });
	}
	return true;
}
