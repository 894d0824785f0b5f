import type { Runner } from "../../../db/runner.ts";
import type { Stored } from "./compare.ts";

/** What else the daily figure asks of a call. */
export interface StoredCall extends Stored {
	readonly external: boolean;
	readonly owed: number;
}

/** Calls within two days of the journal's window; the key of `calls` leads to them. */
const storedCalls = {
	name: "reconcile-stored",
	text: `
select c.linked_id as family, (extract(epoch from c.started_at) * 1000)::double precision as "startedAt",
	(extract(epoch from c.ended_at) * 1000)::double precision as "endedAt", c.outcome, c.talk_ms as "talkMs",
	c.recovered, c.interrupted, c.progress::double precision as progress, c.caller_name as "callerName", c.did, c.queue,
	c.ivr, c.direction <> 'internal' as external,
	(select count(*)::integer from obligations o where o.call_id = c.id) as owed
from calls c
where c.pbx_id = $1 and c.linked_id = any($2) and c.started_at between $3 and $4`,
};

/** The calls of these linked ids that began from `since` to `until` (milliseconds). */
export async function readStored(
	db: Runner,
	pbxId: string,
	links: readonly string[],
	since: number,
	until: number,
): Promise<Map<string, StoredCall>> {
	const { rows } = await db.query<StoredCall>({
		...storedCalls,
		values: [pbxId, links, new Date(since).toISOString(), new Date(until).toISOString()],
	});
	return new Map(rows.map((row) => [row.family, row]));
}

/** Of these calls (by id): the ones that went into others, which are to be looked for no more. */
export async function readMerged(db: Runner, callIds: readonly string[]): Promise<Set<string>> {
	const { rows } = await db.query<{ call_id: string }>({
		name: "reconcile-merged",
		text: "select call_id from merged_calls where call_id = any($1)",
		values: [callIds],
	});
	return new Set(rows.map((row) => row.call_id));
}
