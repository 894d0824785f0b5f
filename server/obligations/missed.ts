import { timeOfId } from "../../db/id.ts";
import type { Runner } from "../../db/runner.ts";

/** An open missed call that a later call settled, or whose tries or assignee changed. */
export interface MissedChange {
	readonly id: string;
	readonly callId: string;
	readonly assigneeId: string | null;
	readonly settled: boolean;
	readonly escalated: boolean;
}

/** Two calls of one client that are stored at the same time must see each other: one waits for the other's commit. */
const lockClients = {
	name: "lock-clients",
	text: `
select pg_advisory_xact_lock(hashtextextended(key, 0)) from (
	select distinct unnest(array[c.number, c.contact_id::text]) as key
	from unnest($1::uuid[], $2::timestamptz[]) k(id, started_at)
	join calls c on c.id = k.id and c.started_at = k.started_at and c.started_at between $3 and $4
	order by 1
) clients where key is not null`,
};

/**
 * Looks at every open missed call of the clients of these calls, and derives from the stored calls what it should say.
 * Nothing is counted up: whatever is recorded again, late or in another order gives the same.
 * - settled by the first conversation of $5 seconds with the same contact or number that began after it;
 * - attempts: calls out to that client since, in which no such conversation happened;
 * - assignee, when nobody has it: who spoke with that client last, within a year.
 * A machine that calls thousands of times has thousands of debts: the calls of a client are read once and looked up in
 * order (`width_bucket` is a binary search), and each debt looks for who spoke only back to the debt before it.
 */
const reconcile = {
	name: "reconcile-missed",
	text: `
with touched as (
	select c.number, c.contact_id
	from unnest($1::uuid[], $2::timestamptz[]) k(id, started_at)
	join calls c on c.id = k.id and c.started_at = k.started_at and c.started_at between $3 and $4
	where c.direction <> 'internal'
),
open as materialized (
	select o.id, o.call_id, o.call_started_at, o.number, o.contact_id, o.assignee_id from obligations o
	where o.id in (
		select m.id from touched t join obligations m on m.number = t.number
			where m.settled_at is null and m.kind = 'missed'
		union
		select m.id from touched t join obligations m on m.contact_id = t.contact_id
			where m.settled_at is null and m.kind = 'missed'
	) and o.settled_at is null
	order by o.id for update
),
debts as materialized (
	select o.*, dense_rank() over (order by o.number, o.contact_id) as client,
		lag(o.call_started_at) over (
			partition by o.number, o.contact_id, o.assignee_id is null order by o.call_started_at, o.id
		) as before
	from open o
),
clients as materialized (
	select client, number, contact_id, min(call_started_at) - interval '1 day' as since from debts group by 1, 2, 3
),
around as materialized (
	select k.client, c.id, c.started_at, c.answered_at, c.talk_ms >= $5 * 1000 as long
	from clients k join calls c on c.number = k.number and c.started_at > k.since and c.direction <> 'internal'
	where case when c.talk_ms >= $5 * 1000 then c.answered_at is not null
		else c.direction = 'outbound' and c.ended_at is not null end
	union
	select k.client, c.id, c.started_at, c.answered_at, c.talk_ms >= $5 * 1000
	from clients k join calls c on c.contact_id = k.contact_id and c.started_at > k.since and c.direction <> 'internal'
	where case when c.talk_ms >= $5 * 1000 then c.answered_at is not null
		else c.direction = 'outbound' and c.ended_at is not null end
),
conversations as materialized (
	select client, array_agg(answered_at order by answered_at, id) as at, array_agg(id order by answered_at, id) as ids,
		array_agg(started_at order by answered_at, id) as began
	from around where long group by client
),
tries as materialized (
	select client, array_agg(started_at order by started_at) as at from around where not long group by client
),
lately as (
	select o.*, l.user_id, l.started_at,
		count(l.user_id) over (partition by o.client order by o.call_started_at, o.id) as talks
	from debts o
	left join lateral (
		select l.user_id, b.started_at
		from calls b
		join legs l on l.call_id = b.id and l.call_started_at = b.started_at
		join users u on u.id = l.user_id and u.active
		where o.assignee_id is null and b.number = o.number and b.answered_at is not null
			and b.started_at < o.call_started_at
			and b.started_at >= coalesce(o.before, o.call_started_at - interval '1 year')
			and l.answered_at is not null
		order by b.started_at desc, l.answered_at desc limit 1
	) l on true
),
spoke_before as (
	select id, client, call_started_at, assignee_id,
		case when began > call_started_at - interval '1 year' then talked end as talked_to
	from (
		select *, first_value(user_id) over talk as talked, first_value(started_at) over talk as began
		from lately window talk as (partition by client, talks order by call_started_at, id)
	) carried
),
derived as (
	select o.id, coalesce(cardinality(t.at) - width_bucket(o.call_started_at, t.at), 0) as attempts,
		coalesce(o.assignee_id, o.talked_to) as assignee_id,
		c.ids[place.first] as conversation, c.at[place.first] + make_interval(secs => $5) as real_at, spoke.user_id as spoke
	from spoke_before o
	left join tries t on t.client = o.client
	left join conversations c on c.client = o.client
	cross join lateral (select width_bucket(o.call_started_at, c.at) + 1 as first) place
	left join lateral (
		select l.user_id from legs l
		where l.call_id = c.ids[place.first] and l.call_started_at = c.began[place.first]
			and l.user_id is not null and l.answered_at is not null
		order by l.answered_at limit 1
	) spoke on true
)
update obligations o set
	attempts = d.attempts, assignee_id = d.assignee_id,
	-- Who tries acts upon what he has taken: the claim holds anew.
	claimed_at = case when d.attempts > o.attempts and o.claimed_by_id is not null then now() else o.claimed_at end,
	settled_at = d.real_at, settled_by_id = d.spoke, settled_by_call_id = d.conversation,
	settled_how = case when d.conversation is not null then 'conversation' end
from derived d
where o.id = d.id and (d.conversation is not null
	or (o.attempts, o.assignee_id) is distinct from (d.attempts, d.assignee_id))
returning o.id, o.call_id as "callId", o.assignee_id as "assigneeId", o.settled_at is not null as settled,
	o.escalated_at is not null as escalated, coalesce(o.contact_id::text, o.number) as client, o.due_at as "dueAt"`,
};

interface Row extends MissedChange {
	readonly client: string;
	readonly dueAt: Date;
}

/**
 * What people are to hear of. Each of the settled ones leaves the screens; of the open ones of a client the list of
 * anybody shows the one that is due first among those that he sees, and who sees one sees all with the same assignee
 * that went as far.
 */
function worthTelling(rows: readonly Row[]): MissedChange[] {
	const first = new Map<string, Row>();
	for (const row of rows) {
		if (row.settled) continue;
		const entry = `${row.client} ${row.assigneeId} ${row.escalated}`;
		const before = first.get(entry);
		if (!before || row.dueAt < before.dueAt || (+row.dueAt === +before.dueAt && row.id < before.id))
			first.set(entry, row);
	}
	return [...rows.filter(({ settled }) => settled), ...first.values()].map(
		({ client: _client, dueAt: _dueAt, ...change }) => change,
	);
}

/**
 * Settles, counts the tries of, and assigns the missed calls that the calls with these ids bear upon; answers those of
 * them of which people are to hear. Runs inside the transaction that stored them.
 */
export async function reconcileMissed(
	db: Runner,
	callIds: readonly string[],
	conversationSeconds: number,
): Promise<MissedChange[]> {
	const times = callIds.map(timeOfId);
	const iso = (at: number) => new Date(at).toISOString();
	const keys = [callIds, times.map(iso), iso(Math.min(...times)), iso(Math.max(...times))];
	await db.query({ ...lockClients, values: keys });
	const { rows } = await db.query<Row>({ ...reconcile, values: [...keys, conversationSeconds] });
	return worthTelling(rows);
}
