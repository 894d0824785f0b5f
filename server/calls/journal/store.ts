import type { Runner } from "../../../db/runner.ts";
import type { PbxEvent } from "../../pbx-event.ts";
import type { Entry } from "./entry.ts";
import type { Arrived } from "./merge.ts";

/** An event that is in the journal already stays as it is. */
const insert = {
	name: "journal-insert",
	text: `insert into pbx_events (pbx_id, day, key, arrival, at, event)
select * from unnest($1::uuid[], $2::date[], $3::text[], $4::bigint[], $5::timestamptz[], $6::jsonb[])
on conflict do nothing`,
};

export async function insertEntries(db: Runner, entries: readonly Entry[]): Promise<void> {
	const of = <T>(pick: (entry: Entry) => T) => entries.map(pick);
	await db.query({
		...insert,
		values: [
			of(({ pbxId }) => pbxId),
			of(({ day }) => day),
			of(({ key }) => key.replaceAll("\0", "")),
			of(({ arrival }) => arrival),
			of(({ at }) => new Date(at).toISOString()),
			of(({ event }) => textOf(event)),
		],
	});
}

/** PostgreSQL's JSON holds no NUL, and no half of a surrogate pair; a caller's name may have both. */
export function textOf(event: object): string {
	// An even number of backslashes before it is text about an escape, not an escape.
	return JSON.stringify(event)
		.replace(/(?<!\\)((?:\\\\)*)\\u0000/g, "$1")
		.replace(/(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g, "$1\ufffd");
}

/** What a server heard; the others are what a PBX's own journal told later: see `keepRecovered`. */
const heard = "key not like 'recovered/%'";

/** Milliseconds before the end of the journal in which an event of the PBX is looked for. */
const lookBack = 60_000;

const page = {
	name: "journal-page",
	text: `select arrival, event from pbx_events
where pbx_id = $1 and arrival > $2 and arrival < $3 and day between $4 and $5 and ${heard}
order by arrival limit 500`,
};

/** The events of one PBX that arrived in [`from`, `to`) (milliseconds), in their order; a page at a time. */
export async function* readEvents(db: Runner, pbxId: string, from: number, to: number): AsyncGenerator<Arrived> {
	let after = Math.floor(from * 1000) - 1;
	const until = Math.ceil(to * 1000);
	for (;;) {
		const { rows } = await db.query<{ arrival: string; event: PbxEvent }>({
			...page,
			values: [pbxId, after, until, dayOf(from), dayOf(to)],
		});
		for (const { event, arrival } of rows) yield { event, arrival: Number(arrival) / 1000 };
		const last = rows.at(-1);
		if (!last) return;
		after = Number(last.arrival);
	}
}

/** When the last event of this PBX arrived, in milliseconds since the epoch; null: never, or days ago. */
export async function lastArrival(db: Runner, pbxId: string, now: number): Promise<number | null> {
	const { rows } = await db.query<{ arrival: string | null }>({
		name: "journal-last",
		text: `select max(arrival) as arrival from pbx_events where pbx_id = $1 and day >= $2 and ${heard}`,
		values: [pbxId, dayOf(now - 24 * 3_600_000)],
	});
	const arrival = rows[0]?.arrival ?? null;
	return arrival === null ? null : Number(arrival) / 1000;
}

/**
 * By how much (ms) the PBX's own time of its last event is behind the arrival of that event, near the end of the journal
 * (`last`). What servers say themselves tells nothing.
 */
export async function clockLag(db: Runner, pbxId: string, last: number): Promise<number> {
	const { rows } = await db.query<{ lag: number }>({
		name: "journal-clock",
		text: `select (arrival / 1000.0 - extract(epoch from at) * 1000)::double precision as lag from pbx_events
where pbx_id = $1 and day >= $2 and arrival >= $3 and ${heard} and event->>'kind' not in ('snapshot', 'gap', 'booted', 'call.kept', 'calls.stored')
order by arrival desc limit 1`,
		values: [pbxId, dayOf(last - lookBack), Math.floor((last - lookBack) * 1000)],
	});
	return rows[0]?.lag ?? 0;
}

/** What a server says of itself in the journal, once a minute. */
export interface Saying {
	/** When it was said, and up to which arrival the calls were stored then; milliseconds since the epoch. */
	readonly at: number;
	readonly until: number;
	/** What the PBX called its boot then; null: nobody knew. */
	readonly boot: string | null;
}

/** What servers said of themselves in [`from`, `to`] (milliseconds), in order. */
export async function sayings(db: Runner, pbxId: string, from: number, to: number): Promise<readonly Saying[]> {
	const { rows } = await db.query<Saying>({
		name: "journal-stored",
		text: `select (arrival / 1000.0)::double precision as at, (event->>'until')::double precision as until, event->>'boot' as boot
from pbx_events where pbx_id = $1 and day >= $2 and arrival between $3 and $4 and event->>'kind' = 'calls.stored'
order by arrival`,
		values: [pbxId, dayOf(from), Math.floor(from * 1000), Math.ceil(to * 1000)],
	});
	return rows;
}

export const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10);
