import { timeOfId } from "../../db/id.ts";
import type { Runner } from "../../db/runner.ts";
import type { Call } from "../protocol/call.ts";
import type { Candidate } from "../protocol/contact.ts";

/** A call as the outside sees it, with what only the server needs to know about it. */
export interface StoredCall {
	readonly call: Call;
	readonly pbxId: string;
	readonly withheld: boolean;
	/** The contact as a candidate of a match, when the call has one. */
	readonly client: Candidate | null;
	/** True when an agent chose the contact. */
	readonly chosen: boolean;
	/** Users on the legs. */
	readonly userIds: readonly string[];
}

interface Named {
	readonly id: string;
	readonly name: string;
}
interface CallRow {
	readonly id: string;
	readonly pbx_id: string;
	readonly pbx: string;
	readonly linked_id: string;
	readonly direction: Call["direction"];
	readonly outcome: Call["outcome"];
	readonly number: string | null;
	readonly raw_number: string;
	readonly withheld: boolean;
	readonly caller_name: string;
	readonly did: string;
	readonly queue: string | null;
	readonly ivr: string;
	readonly started_at: Date;
	readonly answered_at: Date | null;
	readonly ended_at: Date | null;
	readonly ring_ms: number;
	readonly talk_ms: number;
	readonly contact_chosen: boolean;
	readonly user_ids: readonly string[];
	readonly recovered: boolean;
	readonly interrupted: boolean;
	readonly contact: (Named & Omit<Candidate["contact"], "id" | "name">) | null;
	readonly owner: Candidate["owner"];
	readonly legs: Call["legs"] | null;
	readonly recordings: Omit<Call["recordings"][number], "url">[] | null;
	readonly disposition: NonNullable<Call["disposition"]> | null;
	readonly obligation: NonNullable<Call["obligation"]> | null;
}

/**
 * One statement for any number of calls. The bounds on the start times stand beside every join, so that the planner
 * leaves out all months but those of the calls asked for. Looked up one by one (see `callOf` in queries.ts): it must not
 * choose to read those months whole.
 */
const readCalls = {
	name: "read-calls",
	text: `
select c.*, p.name as pbx,
	case when ct.id is not null then json_build_object('id', ct.id, 'name', ct.name, 'status', ct.status, 'tags', ct.tags, 'birthday', ct.birthday,
		'company', coalesce(co.name, '')) end as contact,
	case when ow.id is not null then
		json_build_object('id', ow.id, 'name', ow.name, 'extension', coalesce(ow.extension, '')) end as owner,
	(select json_agg(json_build_object('extension', l.extension, 'outside', l.outside, 'placed', l.placed,
			'user', case when u.id is not null then json_build_object('id', u.id, 'name', u.name) end,
			'rangAt', l.rang_at, 'answeredAt', l.answered_at, 'leftAt', l.left_at, 'result', l.result) order by l.index)
		from legs l left join users u on u.id = l.user_id
		where l.call_id = k.id and l.call_started_at = k.started_at and l.call_started_at between $3 and $4) as legs,
	(select json_agg(json_build_object('state', r.state, 'seconds', r.seconds, 'bytes', r.bytes) order by r.index)
		from recordings r
		where r.call_id = k.id and r.call_started_at = k.started_at and r.call_started_at between $3 and $4) as recordings,
	(select json_build_object('id', d.id, 'status', d.status, 'comment', d.comment, 'refusalReason', d.refusal_reason,
			'amount', d.amount::text, 'currency', d.currency, 'nextContactAt', d.next_contact_at,
			'by', json_build_object('id', u.id, 'name', u.name), 'at', d.at)
		from dispositions d join users u on u.id = d.user_id
		where d.call_id = k.id order by d.at desc, d.id desc limit 1) as disposition,
	(select json_build_object('id', o.id, 'dueAt', o.due_at, 'settledAt', o.settled_at,
			'settlement', case when o.settled_at is not null then json_build_object('how', o.settled_how,
				'channel', o.settled_channel, 'comment', o.settled_comment,
				'by', case when u.id is not null then json_build_object('id', u.id, 'name', u.name) end) end)
		from obligations o left join users u on u.id = o.settled_by_id where o.call_id = k.id) as obligation
from unnest($1::uuid[], $2::timestamptz[]) as k(id, started_at)
cross join lateral (
	select * from calls where id = k.id and started_at = k.started_at and started_at between $3 and $4 limit 1) c
join pbxs p on p.id = c.pbx_id
left join contacts ct on ct.id = c.contact_id
left join contacts co on co.id = ct.company_id
left join users ow on ow.id = ct.owner_id`,
};

/** Call ids with the moments that they carry, as the values of statements that prune by month. */
export function keysOf(
	ids: readonly string[],
): [ids: readonly string[], startedAt: string[], from: string, to: string] {
	const times = ids.map(timeOfId);
	const iso = times.map((at) => new Date(at).toISOString());
	const bound = (at: number) => new Date(at).toISOString();
	return [ids, iso, bound(Math.min(...times)), bound(Math.max(...times))];
}

/** Reads calls by id in one statement; ids that are not there are missing in the answer. */
export async function readStored(db: Runner, ids: readonly string[]): Promise<Map<string, StoredCall>> {
	if (ids.length === 0) return new Map();
	const { rows } = await db.query<CallRow>({ ...readCalls, values: keysOf(ids) });
	return new Map(rows.map((row) => [row.id, storedOf(row)]));
}

const time = (at: Date | string) => new Date(at).toISOString();
const timeOrNull = (at: Date | string | null) => (at === null ? null : time(at));

function storedOf(row: CallRow): StoredCall {
	return {
		call: callOf(row),
		pbxId: row.pbx_id,
		withheld: row.withheld,
		client: row.contact && {
			contact: row.contact,
			owner: row.owner,
			reason: row.contact_chosen ? "chosen" : "exact",
			lastSpokenAt: null,
		},
		chosen: row.contact_chosen,
		userIds: row.user_ids,
	};
}

function callOf(row: CallRow): Call {
	return {
		id: row.id,
		pbx: row.pbx,
		linkedId: row.linked_id,
		direction: row.direction,
		outcome: row.outcome,
		number: row.number,
		rawNumber: row.raw_number,
		callerName: row.caller_name,
		did: row.did,
		queue: row.queue,
		ivr: row.ivr,
		startedAt: time(row.started_at),
		answeredAt: timeOrNull(row.answered_at),
		endedAt: timeOrNull(row.ended_at),
		ringSeconds: Math.round(row.ring_ms / 1000),
		talkSeconds: Math.round(row.talk_ms / 1000),
		contact: row.contact && { id: row.contact.id, name: row.contact.name },
		owner: row.owner && { id: row.owner.id, name: row.owner.name },
		legs: (row.legs ?? []).map((leg) => ({
			...leg,
			rangAt: time(leg.rangAt),
			answeredAt: timeOrNull(leg.answeredAt),
			leftAt: timeOrNull(leg.leftAt),
		})),
		recordings: (row.recordings ?? []).map((recording, n) => ({
			...recording,
			url: `/api/calls/${row.id}/recordings/${n}`,
		})),
		disposition: row.disposition && {
			...row.disposition,
			nextContactAt: timeOrNull(row.disposition.nextContactAt),
			at: time(row.disposition.at),
		},
		obligation: row.obligation && {
			...row.obligation,
			dueAt: time(row.obligation.dueAt),
			settledAt: timeOrNull(row.obligation.settledAt),
		},
		recovered: row.recovered,
		interrupted: row.interrupted,
	};
}
