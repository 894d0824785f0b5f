import type { CallFacts } from "../../server/calls/call-change.ts";
import { isKept } from "../../server/calls/journal/entry.ts";
import type { PbxEvent } from "../../server/pbx-event.ts";
import { type Trace, traces } from "../calls/expected.ts";
import { fold } from "../calls/fold.ts";

/** What happens on the PBX of one schedule, and what it comes to. */
export interface Pbx {
	/** Names of the traces, for whoever looks at a failure. */
	readonly names: readonly string[];
	/** In the order of the PBX; the first two are its boot and its list of channels. */
	readonly events: readonly PbxEvent[];
	/** It was killed before the event of this index, with all that lived, and came back as another boot; null: it never was. */
	readonly killedAt: number | null;
	/** What it calls its boot at each event, and at the end. */
	bootAt(index: number): string;
	/** The calls, each as its trace alone comes out. */
	readonly calls: ReadonlyMap<string, CallFacts>;
	/** Of every linked id that ever was, the call that it ended in. */
	readonly callOf: ReadonlyMap<string, string>;
	/** The call that an event belongs to. */
	readonly callOfEvent: ReadonlyMap<PbxEvent, string>;
}

interface Piece {
	readonly events: readonly PbxEvent[];
	/** Beside the events, the call of each; null: of none. */
	readonly owners: readonly (string | null)[];
	readonly calls: readonly CallFacts[];
	readonly callOf: ReadonlyMap<string, string>;
}

/** Noon, so that no schedule sees midnight: the journal's key has the day in it, and the stand-in keeps no days. */
const noon = 1_800_014_400;
/** How much longer than recorded everything takes: calls of seconds, of a minute, and longer than what a start replays. */
const stretches = [1, 20, 200] as const;
/** How often the PBX is killed in a schedule, and how long (ms) it is away then. */
const [killed, away] = [0.2, 3_000] as const;
/** Whole (stretched) seconds by which a trace may begin after the first. */
const latest = 2;

const all = traces();
const isNumbered = ({ name }: Trace) => !name.endsWith(".unnumbered");
/** Begins with live calls, which only a first list of channels can tell. */
const isMidway = ({ name }: Trace) => name.startsWith("server-starts");
const pieces = new Map<string, Piece>();

/** One to three traces at once, on one clock and with one numbering. */
export function drawPbx(chance: () => number): Pbx {
	const pick = <T>(from: readonly T[]) => from[Math.floor(chance() * from.length)] as T;
	const first = pick(all);
	// A PBX numbers its events or does not.
	const others = all.filter((trace) => isNumbered(trace) === isNumbered(first) && !isMidway(trace) && trace !== first);
	const stretch = pick(stretches);
	const chosen = [first];
	// A list that shows calls is the moment at which they are known: beside others it would stand in their midst.
	while (!isMidway(first) && chosen.length < 3 && chance() < 0.5) {
		const other = pick(others);
		if (!chosen.includes(other)) chosen.push(other);
	}
	const parts = chosen.map((trace, slot) =>
		pieceOf(trace, slot, stretch, slot === 0 ? 0 : Math.floor(chance() * (latest + 1))),
	);
	const kill = chance() < killed ? drawKill(parts, chance) : null;
	const names = chosen.map(({ name }) => `${name} ×${stretch}`);
	return together(names, parts, kill);
}

/** One trace alone, as it was recorded; `isTold` of its events, in their order. */
export const pbxOf = (trace: Trace): Pbx => together([trace.name], [pieceOf(trace, 0, 1, 0)], null);

/** Four events in five tell the tracker nothing; steps of the dialplan show at least that a channel lives. */
export const isTold = (event: PbxEvent) => isKept(event) || event.kind === "channel.step";

/** `kill`: when the PBX is killed; null: never. */
function together(names: readonly string[], parts: readonly Piece[], kill: number | null): Pbx {
	const lived = kill === null ? parts : parts.map((piece) => survivor(piece, kill));
	const begin: { event: PbxEvent; owner: string | null }[] = [];
	const rest: { event: PbxEvent; owner: string | null }[] = [];
	for (const [slot, { events, owners }] of lived.entries()) {
		for (const [index, event] of events.entries()) {
			const isBegin = event.kind === "booted" || event.kind === "snapshot";
			if (isBegin && slot > 0) continue;
			(isBegin ? begin : rest).push({ event, owner: owners[index] ?? null });
		}
	}
	rest.sort((a, b) => a.event.at - b.event.at);
	// Nothing is older than the list with which the PBX is first seen.
	const start = rest[0]?.event.at ?? 0;
	let boot = "";
	const callOfEvent = new Map<PbxEvent, string>();
	const events = [...begin, ...rest].map(({ event, owner }, index) => {
		if (event.kind === "booted" || event.kind === "snapshot") boot = event.boot;
		const at = index < begin.length ? Math.min(event.at, start) : event.at;
		const own: PbxEvent = event.seq === undefined ? { ...event, at } : { ...event, at, seq: index + 1 };
		if (owner !== null) callOfEvent.set(own, owner);
		return own;
	});
	const killedAt = kill === null ? null : indexFrom(events, kill);
	return {
		names: kill === null ? names : [...names, `killed at ${killedAt}`],
		events,
		killedAt,
		bootAt: (index) => (killedAt !== null && index >= killedAt ? nextBoot : boot),
		calls: new Map(lived.flatMap(({ calls }) => calls.map((call) => [call.family, call] as const))),
		callOf: new Map(lived.flatMap(({ callOf }) => [...callOf])),
		callOfEvent,
	};
}

const nextBoot = "after the kill";

/** The first event from that moment on; behind the last one when there is none. */
function indexFrom(events: readonly PbxEvent[], moment: number): number {
	const found = events.findIndex((event, index) => index > 1 && event.at >= moment);
	return found < 0 ? events.length : found;
}

/** A moment at which something lives. */
function drawKill(parts: readonly Piece[], chance: () => number): number | null {
	const moments = parts.flatMap(({ events }) => events.slice(3).map(({ at }) => at));
	const at = moments[Math.floor(chance() * moments.length)];
	return at === undefined ? null : at;
}

/** What is left of a piece when the PBX is killed at that moment: nothing when it would have begun before it is back. */
function survivor(piece: Piece, kill: number): Piece {
	const isMark = ({ kind }: PbxEvent) => kind === "booted" || kind === "snapshot";
	const { events, callOf: links } = piece;
	const first = events.find((event) => !isMark(event))?.at ?? 0;
	const last = events.at(-1)?.at ?? 0;
	if (last < kill || first >= kill + away) return piece;
	// The boot and the list with which the PBX is first seen are those of all traces.
	const isLeft = (event: PbxEvent) => isMark(event) || event.at < kill;
	const left = events.filter(isLeft);
	const { state, facts } = fold([...left, { kind: "booted", at: kill, boot: nextBoot }]);
	const callOf = new Map(
		[...links.keys()].map((link) => [link, state.families.byLink.get(link)?.told?.family ?? link] as const),
	);
	// Calls that would have become one later are two.
	const channels = new Map<string, string>();
	const owners = left.map((event) => ownerOf(event, channels, callOf));
	return { events: left, owners, calls: facts, callOf };
}

/** A trace with ids and times of its own; kept, because the same ones come again and again. */
function pieceOf(trace: Trace, slot: number, stretch: number, offset: number): Piece {
	const key = `${trace.name} ${slot} ${stretch} ${offset}`;
	const known = pieces.get(key);
	if (known) return known;
	const told = trace.events.filter(isTold);
	const epoch = Math.floor((told[0]?.at ?? 0) / 1000);
	const base = noon + offset * stretch;
	const id = (text: string) =>
		text.replace(
			/(?<!\d)(1\d{9})\.(\d+)/g,
			(_, seconds, number) => `${base + (Number(seconds) - epoch) * stretch}.${Number(number) + slot * 1000}`,
		);
	const { byLink } = fold(told).state.families;
	const callOf = new Map([...byLink].map(([link, family]) => [id(link), id(family.told?.family ?? link)]));
	const events = told.map((event): PbxEvent => {
		const own: PbxEvent = JSON.parse(id(JSON.stringify(event)));
		const at = base * 1000 + (event.at - epoch * 1000) * stretch;
		if (own.kind !== "snapshot") return { ...own, at };
		return { ...own, at, channels: own.channels.map((one) => ({ ...one, seconds: one.seconds * stretch })) };
	});
	const channels = new Map<string, string>();
	const owners = events.map((event) => ownerOf(event, channels, callOf));
	const piece = { events, owners, calls: fold(events).facts, callOf };
	pieces.set(key, piece);
	return piece;
}

function ownerOf(event: PbxEvent, channels: Map<string, string>, callOf: ReadonlyMap<string, string>): string | null {
	if (event.kind === "channel.renamed") return channels.get(event.channelId) ?? null;
	// The first list of a trace that begins midway is the beginning of its call.
	const told = event.kind === "snapshot" ? event.channels.map(({ channel }) => channel) : Object.values(event);
	for (const value of told) {
		if (typeof value !== "object" || value === null || !("family" in value)) continue;
		const family: unknown = value.family;
		const call = typeof family === "string" ? callOf.get(family) : undefined;
		if (call === undefined) continue;
		if ("id" in value && typeof value.id === "string") channels.set(value.id, call);
		return call;
	}
	return null;
}
