import type { PbxEvent, SnapshotChannel } from "../pbx-event.ts";
import { type Families, familyOf, join, see } from "./families.ts";
import { endOf, type Family, insertByTime, later, type Track } from "./family.ts";
import { linkOf } from "./journal/marks.ts";
import { visitsOf } from "./talk.ts";

/**
 * The list is drawn up while events go on: what was seen of a channel so shortly before the list
 * (ms) is newer than the list.
 */
const FRESH = 2000;

/**
 * Applications in which a bridged channel waits for somebody and speaks with nobody: a guess, for lists that do not say
 * what kind of bridge it is.
 */
const WAITING = new Set(["Park", "Parked Call", "BridgeWait"]);

/** Sets what is known beside what is there: what is gone has ended unseen, what is new is a call in progress. */
export function compareSnapshot(
	all: Families,
	at: number,
	event: Extract<PbxEvent, { kind: "snapshot" }>,
	otherBoot: boolean,
): void {
	const { channels, nextAt } = event;
	const gapAt = all.gapAt.get(linkOf(event)) ?? Number.NEGATIVE_INFINITY;
	const isFresh = (track: Track) => isFreshBy(track, at, gapAt, nextAt);
	// Ages count from when the list was drawn up.
	const drawnAt = Math.max(at, event.at);
	if (otherBoot) endEverything(all, at);
	const present = new Set(channels.map((one) => one.channel.id));
	for (const family of new Set(all.byChannel.values())) {
		let lost = false;
		for (const track of family.channels.values()) {
			if (present.has(track.id) || endOf(track) !== null || isFresh(track)) continue;
			track.lostAt = at;
			lost = true;
		}
		if (!lost) continue;
		family.recovered = true;
		touch(all, family);
	}
	for (const one of channels) welcome(all, at, one, isFresh, drawnAt);
	for (const family of all.remembered) {
		if (family.memory) family.memory.askedAt = Math.floor(at);
		touch(all, family);
	}
	all.remembered.clear();
}

/** Seen so late that the list may be older. Before a gap of its link nothing is: its end may be what was not heard. */
function isFreshBy({ lastSeen }: Track, at: number, gapAt: number, nextAt = Number.POSITIVE_INFINITY): boolean {
	if (lastSeen >= nextAt) return true;
	return lastSeen > at - FRESH && Math.floor(lastSeen) > gapAt;
}

/** The PBX began anew: whatever was under way died with it. */
export function endEverything(all: Families, at: number): void {
	for (const family of new Set(all.byChannel.values())) {
		let lost = false;
		for (const track of family.channels.values()) {
			if (endOf(track) !== null) continue;
			track.lostAt = at;
			lost = true;
		}
		if (!lost) continue;
		family.interrupted = true;
		touch(all, family);
	}
}

function touch(all: Families, family: Family): void {
	family.dirty = true;
	all.touched.add(family);
}

function welcome(
	all: Families,
	at: number,
	one: SnapshotChannel,
	isFresh: (track: Track) => boolean,
	drawnAt: number,
): void {
	const known = all.byChannel.get(one.channel.id)?.channels.get(one.channel.id);
	if (known?.ended) return;
	const fresh = known !== undefined && isFresh(known);
	const heardAt = known?.heardAt;
	const track = see(all, at, one.channel);
	if (!track) return;
	const family = familyOf(all, track);
	if (heardAt !== undefined) track.heardAt = heardAt;
	if (!known) {
		bear(track, drawnAt - one.seconds * 1000, at);
		track.heardAt = track.first.at;
		// `AppDial`, `AppDial2`, `AppQueue`: what Asterisk calls the application of a channel that it made itself.
		if (/^App(Dial|Queue)/.test(one.application)) track.called = true;
		const queue = one.application === "Queue" ? one.data.split(",")[0] : "";
		if (queue) family.queue = later(family.queue, at, queue);
		touch(all, family);
	}
	if (fresh) return;
	const { waits } = one;
	const bridge = waits === undefined && WAITING.has(one.application) ? null : one.bridgeId;
	if (waits && bridge !== null) family.holding.add(bridge);
	const last = visitsOf(track).at(-1);
	const inside = last && last.to === null ? last.bridge : null;
	if (inside === bridge) return;
	if (inside !== null) addMove(track, at, inside, false);
	if (bridge !== null) addMove(track, at, bridge, true);
	// Who waits in one room is not one call.
	const shared = bridge !== null && !waits;
	const home = shared ? all.byBridge.get(bridge) : undefined;
	const together = home ? join(all, home, family) : family;
	if (shared) {
		together.bridges.add(bridge);
		all.byBridge.set(bridge, together);
	}
	touch(all, together);
}

/** A channel that was seen first in a list at `at` is older than that; since when it rings nobody knows. */
function bear(track: Track, born: number, at: number): void {
	if (born < track.first.at) track.first = { ...track.first, at: born };
	const [name] = track.names;
	if (name && born < name.at) track.names[0] = { ...name, at: born };
	if (track.ringingAt === at) track.listed = { at, born };
}

function addMove(track: Track, at: number, bridge: string, enters: boolean): void {
	insertByTime(track.moves, { at, bridge, enters }, (a, b) => a.bridge === b.bridge && a.enters === b.enters);
}
