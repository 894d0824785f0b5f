import type { Channel, DialResult } from "../pbx-event.ts";
import type { CallFacts } from "./call-change.ts";
import type { Memory } from "./memory.ts";

/**
 * What was seen of the channels of one call. Everything here is a set, a minimum or a maximum over
 * the PBX's own times, so that the order of arrival and repetitions leave no mark; `facts.ts` reads
 * the business out of it.
 */
export interface Family {
	/** Linked ids that turned out to be this call. */
	readonly links: Set<string>;
	readonly channels: Map<string, Track>;
	readonly bridges: Set<string>;
	/** Of these bridges, the holding ones: parking lots, waiting rooms. Nobody talks there. */
	readonly holding: Set<string>;
	readonly transfers: Map<string, Transfer>;
	readonly recordings: Map<string, Recording>;
	queue: Latest<string> | null;
	/** What the dialplan kept as the dialled number, where the channel's extension is only `s`. */
	didVariable: Earliest<string> | null;
	/** Rings in vain that are long over and of which nothing but this is kept (see settle.ts). */
	readonly settled: {
		/** When they rang, as far as another ring may overlap, and how long otherwise (ms). */
		rang: readonly Span[];
		rangMs: number;
		readonly ids: Set<string>;
		nextSize: number;
	};
	/** What an earlier run of the server knew of it. */
	memory: Memory | null;
	/** The latest moment of what was told or stored of it before: it lived then, although we may not have seen it. */
	storedUntil: number;
	/** Linked ids, with their starts, of which a call of its own was stored before. */
	readonly storedParts: Map<string, number>;
	/** Told to the world already, as of the last change. */
	told: CallFacts | null;
	recovered: boolean;
	interrupted: boolean;
	/** Something was seen that may change the facts. */
	dirty: boolean;
}

/** One channel, by its id. */
export interface Track {
	readonly id: string;
	/** The earliest sight of it. */
	first: { at: number; created: boolean; channel: Channel };
	lastSeen: number;
	/** The latest event about it: a list of channels that shows it may be older than it says. */
	heardAt: number;
	/** Names in force, by time; the first is the name at the earliest sight. */
	readonly names: Named[];
	callerNumber: Earliest<string> | null;
	/** The name shown with each number: a dialplan that puts another number on a channel puts its own name there too. */
	readonly callerNames: Map<string, Earliest<string>>;
	connectedNumber: Earliest<string> | null;
	/** It called the PBX (state `ring`), as opposed to being called by it. */
	placed: boolean;
	/** The PBX called it. */
	called: boolean;
	dial: { at: number; from: string | null; dialString: string } | null;
	ringingAt: number | null;
	/** A list of channels showed it ringing at that moment, and how old it was. */
	listed: { readonly at: number; readonly born: number } | null;
	/** The first result counts: a queue says NOANSWER and then, for the same channel, CANCEL. */
	dialEnd: Earliest<DialResult> | null;
	/** A colleague took its ringing over. */
	pickedUp: boolean;
	upAt: number | null;
	ended: { at: number; cause: number } | null;
	/** Not in a snapshot any more, end unseen. */
	lostAt: number | null;
	/** Other half of a Local channel. */
	twin: string | null;
	readonly moves: Move[];
	readonly digits: { readonly at: number; readonly digit: string }[];
}

export interface Named {
	readonly at: number;
	readonly name: string;
}

export interface Move {
	readonly at: number;
	readonly bridge: string;
	readonly enters: boolean;
}

export interface Transfer {
	readonly at: number;
	/** Names of the lines of the one who passed the call on. */
	readonly by: readonly string[];
}

export interface Recording {
	path: string;
	startedAt: number;
	channel: string;
}

/** A span of time in milliseconds; `to` is null while it lasts. */
export interface Span {
	readonly from: number;
	readonly to: number | null;
}

export interface Earliest<T> {
	readonly at: number;
	readonly value: T;
}
export type Latest<T> = Earliest<T>;

/** A family in which nothing was seen yet. */
export function newFamily(link: string): Family {
	return {
		links: new Set([link]),
		channels: new Map(),
		bridges: new Set(),
		holding: new Set(),
		transfers: new Map(),
		recordings: new Map(),
		queue: null,
		didVariable: null,
		settled: { rang: [], rangMs: 0, ids: new Set(), nextSize: 64 },
		memory: null,
		storedUntil: Number.NEGATIVE_INFINITY,
		storedParts: new Map(),
		told: null,
		recovered: false,
		interrupted: false,
		dirty: true,
	};
}

/** A channel at its first sight. */
export function newTrack(channel: Channel, at: number): Track {
	return {
		id: channel.id,
		first: { at, created: false, channel },
		lastSeen: at,
		heardAt: at,
		names: [{ at, name: channel.name }],
		callerNumber: null,
		callerNames: new Map(),
		connectedNumber: null,
		placed: false,
		called: false,
		dial: null,
		ringingAt: null,
		listed: null,
		dialEnd: null,
		pickedUp: false,
		upAt: null,
		ended: null,
		lostAt: null,
		twin: null,
		moves: [],
		digits: [],
	};
}

/** The earlier of two observations; at the same time the greater text, so that arrival does not decide. */
export function earlier<T extends string>(known: Earliest<T> | null, at: number, value: T): Earliest<T> {
	if (known === null || at < known.at || (at === known.at && value > known.value)) return { at, value };
	return known;
}

/** The later of two observations; at the same time the greater text. */
export function later<T extends string>(known: Latest<T> | null, at: number, value: T): Latest<T> {
	if (known === null || at > known.at || (at === known.at && value > known.value)) return { at, value };
	return known;
}

/** Puts an observation into a list kept by time, once. Says whether it was new. */
export function insertByTime<T extends { readonly at: number }>(
	list: T[],
	item: T,
	same: (one: T, other: T) => boolean,
): boolean {
	let index = list.length;
	for (; index > 0; index--) {
		const before = list[index - 1];
		if (before === undefined || before.at < item.at) break;
		if (before.at === item.at && same(before, item)) return false;
	}
	while (index < list.length && list[index]?.at === item.at) index++;
	list.splice(index, 0, item);
	return true;
}

/** The name that came with the number with which the channel began; empty when there was none. */
export function callerNameOf(track: Track): string {
	return track.callerNames.get(track.callerNumber?.value ?? "")?.value ?? "";
}

/** When the channel ended, seen or unseen; null while it lives. */
export function endOf(track: Track): number | null {
	return track.ended?.at ?? track.lostAt;
}

/**
 * Order of linked ids and channel ids by age. Asterisk makes them `<epoch>.<number>` or
 * `<systemname>-<epoch>.<number>`, and the number grows within a boot.
 */
export function compareIds(one: string, other: string): number {
	const a = parseId(one);
	const b = parseId(other);
	return a.epoch - b.epoch || a.number - b.number || (one < other ? -1 : one > other ? 1 : 0);
}

/** Seconds since the epoch inside an id, or null. */
export function epochOf(id: string): number | null {
	const { epoch } = parseId(id);
	return epoch === NO_EPOCH ? null : epoch;
}

/** Ids that tell no time count as the youngest. */
const NO_EPOCH = Number.MAX_SAFE_INTEGER;

function parseId(id: string): { epoch: number; number: number } {
	const found = /(?:^|-)(\d{9,10})\.(\d+)$/.exec(id);
	if (!found) return { epoch: NO_EPOCH, number: 0 };
	return { epoch: Number(found[1]), number: Number(found[2]) };
}
