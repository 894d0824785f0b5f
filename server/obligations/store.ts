import { timeOfId } from "../../db/id.ts";
import type { Runner } from "../../db/runner.ts";
import type { AnswerChannel } from "../protocol/settled.ts";

/** An obligation as the rules need it. */
export interface Owed {
	readonly id: string;
	readonly kind: "call" | "missed";
	readonly callId: string;
	readonly contactId: string | null;
	readonly number: string | null;
	readonly assigneeId: string | null;
	readonly claimedById: string | null;
	/** It went to the team or further. */
	readonly escalated: boolean;
	readonly settledAt: Date | null;
	readonly userIds: readonly string[];
}

/** When the claim of `o` falls: after the company's minutes, so that a colleague who went home holds nothing back. */
export const claimEnds = `o.claimed_at + make_interval(mins => coalesce(
	(select (value ->> 'claimMinutes')::integer from settings where id = 1), 15))`;

const claim = `o.claimed_by_id as "claimedById", coalesce(${claimEnds} > now(), false) as "claimHolds",
	${claimEnds} as "claimedUntil", (select u.name from users u where u.id = o.claimed_by_id) as "claimedByName"`;

const columns = `
select o.id, o.kind, o.call_id as "callId", o.contact_id as "contactId", o.number, o.assignee_id as "assigneeId",
	o.claimed_by_id as "claimedById", o.settled_at as "settledAt",
	o.escalated_at is not null as escalated,
	coalesce((select c.user_ids from calls c where c.id = o.call_id and c.started_at = o.call_started_at), '{}') as "userIds"
from obligations o`;

/** The obligation with this id. */
export async function owedById(db: Runner, id: string): Promise<Owed | null> {
	const { rows } = await db.query<Owed>({ name: "owed-by-id", text: `${columns} where o.id = $1`, values: [id] });
	return rows[0] ?? null;
}

/** The obligation of this call. */
export async function owedByCall(db: Runner, callId: string): Promise<Owed | null> {
	const { rows } = await db.query<Owed>({
		name: "owed-by-call",
		text: `${columns} where o.call_id = $1`,
		values: [callId],
	});
	return rows[0] ?? null;
}

/** An obligation that the caller's transaction now holds. */
export interface Held {
	readonly id: string;
	readonly callId: string;
	readonly assigneeId: string | null;
	readonly settledAt: Date | null;
	readonly escalated: boolean;
	readonly claimedById: string | null;
	/** True while the claim holds back everybody else. */
	readonly claimHolds: boolean;
	readonly claimedUntil: Date | null;
	readonly claimedByName: string | null;
}

/**
 * Locks the obligation and, when it is a missed call, the client's other open missed calls: in the lists they are one
 * entry. In the order of their ids, so that two people who act at once never wait for each other in a circle.
 */
export async function holdWithSiblings(db: Runner, { id, kind, contactId, number }: Owed): Promise<Held[]> {
	const { rows } = await db.query<Held>({
		name: "hold-siblings",
		text: `
select o.id, o.call_id as "callId", o.assignee_id as "assigneeId", o.settled_at as "settledAt",
	o.escalated_at is not null as escalated, ${claim}
from obligations o
where o.id in (
	select $1::uuid
	union
	select e.id from obligations e where $2 and e.contact_id = $3::uuid and e.settled_at is null and e.kind = 'missed'
	union
	select e.id from obligations e where $2 and $3::uuid is null and e.contact_id is null and e.number = $4::text
		and e.settled_at is null and e.kind = 'missed'
)
order by o.id for update`,
		values: [id, kind === "missed", contactId, number],
	});
	return rows;
}

/** What settles an obligation by a person's act. */
export interface Settlement {
	readonly how: "disposition" | "dismissed" | "other-channel";
	readonly userId: string;
	readonly comment: string | null;
	/** Of `other-channel`. */
	readonly channel?: AnswerChannel;
	/** The call that a person spoke about. */
	readonly callId: string;
}

/** Settles those of the held ones that are open; says which. */
export async function settle(db: Runner, held: readonly Held[], by: Settlement): Promise<Held[]> {
	const open = held.filter((one) => one.settledAt === null);
	await db.query({
		name: "settle-obligations",
		text: `update obligations set settled_at = clock_timestamp(), settled_by_id = $2, settled_how = $3,
	settled_comment = $4, settled_by_call_id = $5, settled_channel = $6 where id = any($1::uuid[]) and settled_at is null`,
		values: [open.map(({ id }) => id), by.userId, by.how, by.comment, by.callId, by.channel ?? null],
	});
	return open;
}

/** What a disposition needs to know of its call. */
export interface DisposedCall {
	readonly id: string;
	readonly contactId: string | null;
	readonly number: string | null;
}

/** The call with this id, or the one that took it in. */
export async function callToDispose(db: Runner, id: string): Promise<DisposedCall | null> {
	const merged = await db.query<{ into_call_id: string }>({
		name: "merged-call",
		text: "select into_call_id from merged_calls where call_id = $1",
		values: [id],
	});
	const callId = merged.rows[0]?.into_call_id ?? id;
	const { rows } = await db.query<DisposedCall>({
		name: "call-to-dispose",
		text: `select id, contact_id as "contactId", number from calls where id = $1 and started_at = $2`,
		values: [callId, new Date(timeOfId(callId)).toISOString()],
	});
	return rows[0] ?? null;
}
