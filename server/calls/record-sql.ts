import type { QueryConfig } from "pg";
import type { Settings } from "../protocol/settings.ts";
import { callColumns, legColumns, type Resolved, recordingColumns, writeValues } from "./record-values.ts";

/** What the database says of each call that was written; calls whose stored facts are newer are not in it. */
export interface Written {
	readonly id: string;
	/** The contact that the row has, by whatever road. */
	readonly contactId: string | null;
	readonly chosen: boolean;
	/** The obligation that this write opened or changed. */
	readonly obligationId: string | null;
	readonly dueAt: Date | null;
	/** Who has that obligation. */
	readonly assigneeId: string | null;
	/** The obligation is new, and so is the call. */
	readonly opened: boolean;
	/** An open obligation that is none: the call turned out to be one among colleagues. */
	readonly waivedId: string | null;
	/** Who had it. */
	readonly waivedFrom: string | null;
	/** It had been put before the supervisor. */
	readonly waivedEscalated: boolean;
	/** Who has the extensions of the legs that were written. */
	readonly users: readonly { readonly index: number; readonly id: string; readonly name: string }[] | null;
}

/**
 * Finds the token, and keeps it as it is until the transaction ends: a server that takes over waits for this write, and a
 * write that comes behind it sees the new token, whatever its snapshot says (PostgreSQL re-reads a row that it locks).
 */
export const holdToken = {
	name: "hold-token",
	text: "select 1 from pbx_writers where pbx_id = $1 and token = $2 for share",
};

type Columns = readonly (readonly [name: string, type: string])[];
const names = (columns: Columns, prefix = "") => columns.map(([name]) => `${prefix}"${name}"`).join(", ");
const lists = (columns: Columns, from: number) => columns.map(([, type], at) => `$${from + at}::${type}[]`).join(", ");
const given = (columns: Columns, from: number) =>
	`select * from unnest(${lists(columns, from)}) as t(${names(columns)})`;

const legsFrom = callColumns.length + 1;
const pbx = legsFrom + legColumns.length;
const token = pbx + 1;
/** Not a column: whether the call's obligation is to be looked at. */
const owe = token + 1;
const recordingsFrom = owe + 1;
const processWithin = recordingsFrom + recordingColumns.length;
const [callBackWithin, toTeam, company] = [processWithin + 1, processWithin + 2, processWithin + 3];
/** Columns of a call that newer facts simply replace. */
const replaced = callColumns
	.map(([name]) => name)
	.filter((name) => !["id", "started_at", "linked_id", "contact_id"].includes(name));

/** A call that is stored already: newer facts replace older ones, a client whom an agent chose stays. */
const newerFacts = `	on conflict (id, started_at) do update set
		${replaced.map((name) => `"${name}" = excluded."${name}"`).join(", ")},
		user_ids = array(select distinct unnest(calls.user_ids || excluded.user_ids) order by 1),
		contact_id = case
			when calls.contact_chosen then calls.contact_id
			when calls.number is distinct from excluded.number then excluded.contact_id
			else coalesce(calls.contact_id, excluded.contact_id) end
	where calls.progress <= excluded.progress`;
const newerLeg = `	on conflict (call_id, call_started_at, index) do update set
		extension = excluded.extension, outside = excluded.outside, placed = excluded.placed,
		rang_at = excluded.rang_at, answered_at = excluded.answered_at, left_at = excluded.left_at, result = excluded.result,
		user_id = case when legs.extension = excluded.extension then coalesce(legs.user_id, excluded.user_id)
			else excluded.user_id end
	where (legs.extension, legs.placed, legs.rang_at, legs.answered_at, legs.left_at, legs.result, legs.user_id)
		is distinct from
		(excluded.extension, excluded.placed, excluded.rang_at, excluded.answered_at, excluded.left_at, excluded.result,
			excluded.user_id)`;

const fence = `
fence as materialized (
	select 1 from pbx_writers where pbx_id = $${pbx}::uuid and token = $${token}::bigint for share
),`;
const mayWrite = `($${token}::bigint is null or exists (select 1 from fence))`;

/** Calls with the people on their legs. */
const callsAndLegs = `
with ${fence}
given as (
	select * from unnest(${lists(callColumns, 1)}, $${owe}::boolean[]) as t(${names(callColumns)}, owe)
),
given_legs as (
	select l.*, u.id as user_id, u.name as user_name from (${given(legColumns, legsFrom)}) l
	left join users u on u.extension = l.extension and u.active and not l.outside
),
people as (
	select call_id,
		array_agg(distinct user_id) as ids,
		(array_agg(user_id order by answered_at desc) filter (where answered_at is not null))[1] as spoke,
		(array_agg(user_id order by rang_at))[1] as rang_first,
		json_agg(json_build_object('index', index, 'id', user_id, 'name', user_name)) as users
	from given_legs where user_id is not null group by call_id
),
saved as (
	insert into calls (pbx_id, ${names(callColumns)}, user_ids)
	select $${pbx}::uuid, ${names(callColumns, "g.")}, coalesce(p.ids, '{}')
	from given g left join people p on p.call_id = g.id
	where not exists (select 1 from merged_calls m where m.call_id = g.id) and ${mayWrite}
	order by g.id
${newerFacts}
	returning calls.id, calls.started_at, calls.direction, calls.outcome, calls.number, calls.contact_id, calls.contact_chosen,
		calls.ended_at, calls.user_ids, calls.did, calls.queue
),
saved_legs as (
	insert into legs (call_started_at, ${names(legColumns)}, user_id)
	select s.started_at, ${names(legColumns, "l.")}, l.user_id
	from saved s join given_legs l on l.call_id = s.id
	order by l.call_id, l.index
${newerLeg}
)`;

/**
 * What is recorded, and what is owed. Among colleagues nobody owes a client anything: where somebody dialled an outside
 * number and it led to a colleague, an obligation that no person has settled goes. No caller can bring that about: a call
 * with somebody from outside who called stays one with a client. Who took part is noted when the call is over: of running
 * calls there are few, and a ringing phone waits for no more than it must.
 */
const recordingsAndObligations = `,
given_recordings as (${given(recordingColumns, recordingsFrom)}),
saved_recordings as (
	insert into recordings (call_started_at, ${names(recordingColumns)})
	select s.started_at, ${names(recordingColumns, "r.")}
	from saved s join given_recordings r on r.call_id = s.id
	order by r.call_id, r.index
	on conflict (call_id, call_started_at, index) do update set
		path = excluded.path, started_at = excluded.started_at,
		closed = excluded.closed or (recordings.closed and recordings.path = excluded.path),
		state = case when recordings.path = excluded.path then recordings.state else 'expected' end
	where (recordings.path, recordings.closed) is distinct from
		(excluded.path, excluded.closed or (recordings.closed and recordings.path = excluded.path))
),
owed as (
	insert into obligations
		(id, kind, call_id, call_started_at, contact_id, number, did, queue, assignee_id, opened_at, due_at, escalates_at)
	select s.id, k.kind, s.id, s.started_at, s.contact_id, s.number,
		case when k.kind = 'missed' then s.did end, case when k.kind = 'missed' then s.queue end,
		case when k.kind = 'missed' then o.id
			else coalesce(p.spoke, case when s.direction = 'outbound' then p.rang_first end, o.id) end,
		s.started_at,
		due_at(coalesce(s.ended_at, s.started_at),
			case when k.kind = 'missed' then $${callBackWithin}::integer else $${processWithin}::integer end,
			$${company}::jsonb),
		case when k.kind = 'missed' then
			due_at(coalesce(s.ended_at, s.started_at), $${toTeam}::integer, $${company}::jsonb) end
	from saved s join given g on g.id = s.id and g.owe
	cross join lateral (select case when s.outcome = 'missed' then 'missed' else 'call' end as kind) k
	left join people p on p.call_id = s.id
	left join contacts c on c.id = s.contact_id
	left join users o on o.id = c.owner_id and o.active
	where s.direction <> 'internal'
	order by s.id
	on conflict (call_id) do update set
		kind = excluded.kind, contact_id = excluded.contact_id, number = excluded.number, due_at = excluded.due_at,
		did = excluded.did, queue = excluded.queue,
		assignee_id = coalesce(excluded.assignee_id, obligations.assignee_id),
		escalates_at = case when excluded.kind = 'missed' and obligations.escalated_to is not null
			then obligations.escalates_at else excluded.escalates_at end,
		escalated_to = case when excluded.kind = 'missed' then obligations.escalated_to end,
		escalated_at = case when excluded.kind = 'missed' then obligations.escalated_at end
	where obligations.settled_at is null and
		(obligations.kind, obligations.contact_id, obligations.number, obligations.due_at, obligations.did,
			obligations.queue, obligations.assignee_id)
		is distinct from (excluded.kind, excluded.contact_id, excluded.number, excluded.due_at, excluded.did,
			excluded.queue, coalesce(excluded.assignee_id, obligations.assignee_id))
	returning id, call_id, due_at, assignee_id, (xmax = 0) as opened
),
took_part as (
	insert into owed_people (obligation_id, user_id, call_id, call_started_at)
	select coalesce(o.id, s.id), person.id, s.id, s.started_at
	from saved s left join obligations o on o.call_id = s.id
	cross join lateral unnest(s.user_ids) as person(id)
	where s.ended_at is not null and s.direction <> 'internal' and o.settled_at is null
	order by 1, 2
	on conflict do nothing
),
waived as (
	delete from obligations o using saved s
	where o.call_id = s.id and s.direction = 'internal' and o.settled_at is null
	returning o.id, o.call_id, o.assignee_id, o.escalated_at is not null as escalated
)
`;

/**
 * Everything about a batch of calls in one statement, which is one transaction, one round trip and one commit: calls,
 * legs, recordings and obligations. Rows are written in the order of their ids, so that two writers never wait for each
 * other in a circle.
 */
const writeCalls = {
	name: "write-calls",
	text: `${callsAndLegs}${recordingsAndObligations}
select s.id, s.contact_id as "contactId", s.contact_chosen as chosen, w.id as "obligationId", w.due_at as "dueAt",
	w.assignee_id as "assigneeId",
	coalesce(w.opened, false) as opened, p.users, n.id as "waivedId", n.assignee_id as "waivedFrom",
	coalesce(n.escalated, false) as "waivedEscalated"
from saved s left join owed w on w.call_id = s.id left join people p on p.call_id = s.id
left join waived n on n.call_id = s.id`,
};

/**
 * The short one for a single call that goes on, of which neither a recording nor the obligation changed: a phone rings.
 * The pop-up waits for it, and without the joins between lists it costs half as much (test/bench/durable.ts).
 */
const writeRunningCall = {
	name: "write-running-call",
	text: `
with ${fence}
given_legs as materialized (
	select l.*, u.id as user_id, u.name as user_name from (${given(legColumns, legsFrom)}) l
	left join users u on u.extension = l.extension and u.active and not l.outside
),
saved as (
	insert into calls (pbx_id, ${names(callColumns)}, user_ids)
	select $${pbx}::uuid, ${callColumns.map(([, type], at) => `$${at + 1}::${type}`).join(", ")},
		array(select distinct user_id from given_legs where user_id is not null)
	where not exists (select 1 from merged_calls where call_id = $1::uuid) and ${mayWrite}
${newerFacts}
	returning calls.id, calls.started_at, calls.contact_id, calls.contact_chosen
),
saved_legs as (
	insert into legs (call_started_at, ${names(legColumns)}, user_id)
	select s.started_at, ${names(legColumns, "l.")}, l.user_id from saved s cross join given_legs l
${newerLeg}
)
select s.id, s.contact_id as "contactId", s.contact_chosen as chosen, null::uuid as "obligationId",
	null::timestamptz as "dueAt", null::uuid as "assigneeId", false as opened, null::uuid as "waivedId",
	null::uuid as "waivedFrom", false as "waivedEscalated", (
		select json_agg(json_build_object('index', index, 'id', user_id, 'name', user_name))
		from given_legs where user_id is not null
	) as users
from saved s`,
};

/** The statement that stores these calls, with its values. Calls must be distinct. */
export function writeStatement(
	pbxId: string,
	held: number | null,
	batch: readonly Resolved[],
	settings: Settings,
): QueryConfig {
	const values = writeValues(pbxId, held, batch, settings);
	const [only] = batch;
	if (batch.length !== 1 || !only || only.owe || only.recordings.length > 0) return { ...writeCalls, values };
	// The columns of the one call stand alone, those of its legs stay lists.
	const single = values
		.slice(0, token)
		.map((value, at) => (at < legsFrom - 1 && Array.isArray(value) ? value[0] : value));
	return { ...writeRunningCall, values: single };
}
