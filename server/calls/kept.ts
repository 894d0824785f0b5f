import type { Families } from "./families.ts";
import { join, noteName, takeStored } from "./families.ts";
import { earlier, type Family, insertByTime, later, newFamily, newTrack, type Track } from "./family.ts";
import type { Memory } from "./memory.ts";

/** How often (ms) a long call goes into the journal as a whole: far oftener than what a start folds again is long. */
export const keepEvery = 4 * 60_000;

interface KeptTrack extends Omit<Track, "callerNames"> {
	readonly callerNames: readonly (readonly [number: string, name: { readonly at: number; readonly value: string }])[];
}

/**
 * All that was seen of one call, in a form that JSON holds. Like the events themselves it may be folded at any time, and
 * repeatedly: what is known already leaves no mark.
 */
export interface KeptCall {
	readonly links: readonly string[];
	readonly channels: readonly KeptTrack[];
	readonly bridges: readonly string[];
	readonly holding: readonly string[];
	readonly transfers: readonly (readonly [
		key: string,
		transfer: { readonly at: number; readonly by: readonly string[] },
	])[];
	readonly recordings: readonly { readonly path: string; readonly startedAt: number; readonly channel: string }[];
	readonly queue: Family["queue"];
	readonly didVariable: Family["didVariable"];
	readonly settled: {
		readonly rang: Family["settled"]["rang"];
		readonly rangMs: number;
		readonly ids: readonly string[];
	};
	readonly memory: Memory | null;
	readonly recovered: boolean;
	readonly interrupted: boolean;
}

export function keep(family: Family): KeptCall {
	const { settled, memory } = family;
	const channels = [...family.channels.values()];
	return {
		links: [...family.links],
		channels: structuredClone(channels.map((track) => ({ ...track, callerNames: [...track.callerNames] }))),
		bridges: [...family.bridges],
		holding: [...family.holding],
		transfers: [...family.transfers],
		recordings: structuredClone([...family.recordings.values()]),
		queue: family.queue,
		didVariable: family.didVariable,
		settled: { rang: settled.rang, rangMs: settled.rangMs, ids: [...settled.ids] },
		memory: memory && { ...memory },
		recovered: family.recovered,
		interrupted: family.interrupted,
	};
}

/** Adds what was seen of a call to what is known of it here. */
export function bringBack(all: Families, kept: KeptCall): void {
	if (kept.links.some((link) => all.forgotten.has(link))) return;
	const family = homeOf(all, kept);
	for (const link of kept.links) {
		family.links.add(link);
		takeStored(all, family, link);
		all.byLink.set(link, family);
	}
	for (const bridge of kept.bridges) {
		family.bridges.add(bridge);
		all.byBridge.set(bridge, family);
	}
	for (const bridge of kept.holding) family.holding.add(bridge);
	for (const [key, transfer] of kept.transfers) family.transfers.set(key, transfer);
	for (const recording of kept.recordings) {
		const known = family.recordings.get(recording.path);
		if (!known || recording.startedAt < known.startedAt) family.recordings.set(recording.path, { ...recording });
	}
	if (kept.queue) family.queue = later(family.queue, kept.queue.at, kept.queue.value);
	if (kept.didVariable) family.didVariable = earlier(family.didVariable, kept.didVariable.at, kept.didVariable.value);
	settle(all, family, kept);
	for (const channel of kept.channels) {
		if (family.settled.ids.has(channel.id)) continue;
		const track = family.channels.get(channel.id) ?? newTrack(channel.first.channel, channel.first.at);
		add(track, channel);
		family.channels.set(channel.id, track);
		all.byChannel.set(channel.id, family);
		all.seenAt = Math.max(all.seenAt, channel.lastSeen);
	}
	if (kept.memory && !family.memory) {
		family.memory = { ...kept.memory };
		if (kept.memory.askedAt === null) all.remembered.add(family);
	}
	family.recovered ||= kept.recovered;
	family.interrupted ||= kept.interrupted;
	family.dirty = true;
	all.touched.add(family);
}

/** The family that this call is here; parts that were taken for calls of their own are one. */
function homeOf(all: Families, { links, channels, bridges }: KeptCall): Family {
	const found = [
		...links.map((link) => all.byLink.get(link)),
		...channels.map(({ id }) => all.byChannel.get(id)),
		...bridges.map((bridge) => all.byBridge.get(bridge)),
	];
	let home: Family | null = null;
	for (const family of found)
		if (family) home = home ? join(all, home, all.byLink.get([...family.links][0] ?? "") ?? family) : family;
	return home ?? newFamily(links[0] ?? "");
}

/** Rings that were put together there are so here; see settle.ts. */
function settle(all: Families, family: Family, { settled }: KeptCall): void {
	if (settled.ids.length <= family.settled.ids.size) return;
	family.settled.rang = settled.rang;
	family.settled.rangMs = settled.rangMs;
	for (const id of settled.ids) {
		family.settled.ids.add(id);
		family.channels.delete(id);
		all.byChannel.delete(id);
	}
}

function add(track: Track, kept: KeptTrack): void {
	const { first } = track;
	const isEarlier = kept.first.at < first.at || (kept.first.at === first.at && kept.first.created && !first.created);
	if (isEarlier) track.first = kept.first;
	for (const { at, name } of kept.names) noteName(track, at, name);
	for (const field of ["callerNumber", "connectedNumber"] as const) {
		const value = kept[field];
		if (value) track[field] = earlier(track[field], value.at, value.value);
	}
	for (const [number, { at, value }] of kept.callerNames) {
		track.callerNames.set(number, earlier(track.callerNames.get(number) ?? null, at, value));
	}
	track.placed ||= kept.placed;
	track.called ||= kept.called;
	track.pickedUp ||= kept.pickedUp;
	if (kept.dial && (track.dial === null || kept.dial.at < track.dial.at)) track.dial = kept.dial;
	track.ringingAt = sooner(track.ringingAt, kept.ringingAt);
	track.listed ??= kept.listed;
	track.upAt = sooner(track.upAt, kept.upAt);
	if (kept.dialEnd) track.dialEnd = earlier(track.dialEnd, kept.dialEnd.at, kept.dialEnd.value);
	if (kept.ended && (track.ended === null || kept.ended.at < track.ended.at)) track.ended = kept.ended;
	track.twin ??= kept.twin;
	for (const move of kept.moves) {
		insertByTime(track.moves, move, (a, b) => a.bridge === b.bridge && a.enters === b.enters);
	}
	for (const digit of kept.digits) insertByTime(track.digits, digit, (a, b) => a.digit === b.digit);
	if (kept.lostAt !== null && track.lastSeen < kept.lostAt) track.lostAt ??= kept.lostAt;
	track.lastSeen = Math.max(track.lastSeen, kept.lastSeen);
	track.heardAt = Math.max(track.heardAt, kept.heardAt);
	if (track.lostAt !== null && track.lastSeen >= track.lostAt) track.lostAt = null;
}

const sooner = (one: number | null, other: number | null) =>
	one === null ? other : other === null ? one : Math.min(one, other);
