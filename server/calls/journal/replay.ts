import type { Runner } from "../../../db/runner.ts";
import type { PbxEvent, SnapshotChannel } from "../../pbx-event.ts";
import type { CallFacts } from "../call-change.ts";
import type { Arrived } from "./merge.ts";
import { clockLag, lastArrival, readEvents, type Saying, sayings } from "./store.ts";

/** What a server that begins to write the calls of a PBX has to know of what came before. */
export interface Past {
	/** When the oldest event arrived that is folded again; null: none is. */
	readonly from: number | null;
	/** What the PBX called its boot then: a kill of the PBX behind it is seen by that. Null: nobody knows. */
	readonly boot: string | null;
	/** Calls of the time that is folded again that are stored as over. */
	readonly over: readonly Pick<CallFacts, "family" | "startedAt">[];
	/** Live calls (linked ids) of which the journal has not the beginning. */
	readonly known: ReadonlySet<string>;
	/** To be folded again, in order; nothing of the `known` calls. */
	readonly events: AsyncIterable<PbxEvent>;
	/** What the journal has of the time in which this server heard the PBX itself: its own link may have had a hole. */
	readonly beside: readonly Arrived[];
	/** The journal ends before the first event that this server heard itself: something may have gone unseen. */
	readonly gap: boolean;
}

export interface PastDeps {
	readonly db: Runner;
	/** When the events of an earlier run that waited on this machine's disk began; null: there were none. */
	readonly spilledSince: () => number | null;
	/** Resolves when nothing of them waits any more. */
	readonly drained: () => Promise<void>;
	readonly now: () => number;
}

const minute = 60_000;
/** Events before the end of the journal whose calls may not have been stored: a kill loses some milliseconds. */
const unsure = minute;
/** Live calls that began longer ago are known by their facts: folding hours of a busy PBX again would take minutes. */
export const longest = 10 * minute;
/** How often (ms) it goes into the journal up to when the calls are stored. */
export const sayStoredEvery = minute;
/** Milliseconds by which the clocks of two servers, and of the PBX, may differ. */
export const blur = 1_000;

/**
 * From when on the events have to be folded again; milliseconds since the epoch, null: there is nothing. `lag`: by how much
 * (ms) the PBX's clock is behind the one by which arrivals are dated. `stored`: up to which arrival the calls are stored;
 * long ago when the database was away.
 */
export function replayFrom(
	last: number | null,
	live: readonly Pick<CallFacts, "startedAt">[],
	spilledSince: number | null,
	lag = 0,
	stored: number | null = null,
): number | null {
	if (last === null) return null;
	const oldest = Math.min(last - unsure, ...live.map((call) => startOf(call, lag)));
	const unstored = stored === null ? Number.POSITIVE_INFINITY : stored - blur;
	return Math.min(Math.max(oldest, last - longest), spilledSince ?? Number.POSITIVE_INFINITY, unstored);
}

/** Up to which arrival the calls are stored; null: nobody said. */
export const storedUntil = (said: readonly Saying[]) =>
	said.length === 0 ? null : Math.max(...said.map(({ until }) => until));

/** What the PBX called its boot at that moment; null: nobody said. */
export const bootAt = (said: readonly Saying[], moment: number) =>
	said.findLast(({ at, boot }) => at <= moment && boot !== null)?.boot ?? null;

/** Before this moment no event of the call arrived. */
const startOf = ({ startedAt }: Pick<CallFacts, "startedAt">, lag: number) => startedAt + lag - 5 * blur;

/** The live calls that only their facts tell of: they began before `from`, and nothing behind it says how (`begun`). */
export function rememberedOf<T extends Pick<CallFacts, "family" | "startedAt">>(
	live: readonly T[],
	begun: ReadonlySet<string>,
	from: number,
	lag = 0,
): T[] {
	return live.filter((call) => startOf(call, lag) < from && !begun.has(call.family));
}

/**
 * Reads what has to be folded again when this server begins to write: after a kill, or in another's place. `heardSince`:
 * from when on this server heard the PBX itself.
 */
export async function readPast(
	deps: PastDeps,
	pbxId: string,
	live: readonly CallFacts[],
	heardSince: number | null,
): Promise<Past> {
	const { db } = deps;
	const spilledSince = deps.spilledSince();
	await deps.drained();
	const last = await lastArrival(db, pbxId, deps.now());
	const lag = last === null ? 0 : await clockLag(db, pbxId, last);
	const said = last === null ? [] : await sayings(db, pbxId, last - longest, last);
	const from = replayFrom(last, live, spilledSince, lag, storedUntil(said));
	if (from === null || last === null) {
		const known = new Set(live.map(({ family }) => family));
		return { from, boot: null, over: [], known, events: nothing(), beside: [], gap: false };
	}
	const end = deps.now() + blur;
	const until = heardSince === null ? end : besideFrom(heardSince);
	const began = await beginnings(db, pbxId, live, from, end);
	const known = new Set(rememberedOf(live, began, from, lag).map(({ family }) => family));
	const beside: Arrived[] = [];
	if (heardSince !== null) for await (const one of readEvents(db, pbxId, until, end)) beside.push(one);
	return {
		from,
		boot: bootAt(said, from),
		over: await callsOver(db, pbxId, overFrom(from)),
		known,
		events: without(readEvents(db, pbxId, from, until), known),
		beside,
		gap: isGap(last, heardSince),
	};
}

/** From when on the journal and what this server heard itself are read side by side. */
export const besideFrom = (heardSince: number) => heardSince - blur;

/** Calls that began before that moment have no event of their beginning in what is folded again from `from` on. */
export const overFrom = (from: number) => from - unsure;

/** Whether the journal may end before the first event that this server heard. */
export const isGap = (last: number, heardSince: number | null) => heardSince === null || last < heardSince;

async function* nothing(): AsyncGenerator<PbxEvent> {}

/** What the facts of a remembered call say already would be counted twice. */
async function* without(events: AsyncIterable<Arrived>, known: ReadonlySet<string>): AsyncGenerator<PbxEvent> {
	for await (const { event } of events) {
		const left = leftOf(event, known);
		if (left) yield left;
	}
}

/** What an event tells of other families than these; null: nothing. */
export function leftOf(event: PbxEvent, known: ReadonlySet<string>): PbxEvent | null {
	if (known.size === 0) return event;
	if (event.kind === "snapshot") {
		// Who is in one bridge with them is a part of them, whatever his linked id says.
		const isTheirs = ({ channel }: SnapshotChannel) => known.has(channel.family || channel.id);
		const talks = event.channels.filter((one) => isTheirs(one) && !one.waits);
		const bridges = new Set(talks.map(({ bridgeId }) => bridgeId));
		const isOther = (one: SnapshotChannel) => !isTheirs(one) && (one.bridgeId === null || !bridges.has(one.bridgeId));
		return { ...event, channels: event.channels.filter(isOther) };
	}
	return familiesIn(event).some((family) => known.has(family)) ? null : event;
}

function familiesIn(event: PbxEvent): string[] {
	const found: string[] = [];
	for (const value of Object.values(event)) {
		if (typeof value !== "object" || value === null || !("family" in value)) continue;
		if (typeof value.family === "string") found.push(value.family);
	}
	return found;
}

async function callsOver(db: Runner, pbxId: string, from: number): Promise<Past["over"]> {
	const { rows } = await db.query<{ family: string; started_at: Date }>({
		name: "calls-over-since",
		text: `select linked_id as family, started_at from calls
where pbx_id = $1 and started_at >= $2 and ended_at is not null`,
		values: [pbxId, new Date(from).toISOString()],
	});
	return rows.map(({ family, started_at }) => ({ family, startedAt: started_at.getTime() }));
}

/** Linked ids of the live calls of which the journal has the first channel, or the whole call as it was once. */
async function beginnings(
	db: Runner,
	pbxId: string,
	live: readonly CallFacts[],
	from: number,
	until: number,
): Promise<Set<string>> {
	if (live.length === 0) return new Set();
	const { rows } = await db.query<{ id: string }>({
		text: `select event->'channel'->>'id' as id from pbx_events
where pbx_id = $1 and arrival between $2 and $3 and event->>'kind' = 'channel.created' and event->'channel'->>'id' = any($4)
union
select link from pbx_events cross join lateral jsonb_array_elements_text(event->'call'->'links') link
where pbx_id = $1 and arrival between $2 and $3 and event->>'kind' = 'call.kept' and link = any($4)`,
		values: [pbxId, Math.floor(from * 1000), Math.ceil(until * 1000), live.map(({ family }) => family)],
	});
	return new Set(rows.map(({ id }) => id));
}
