import type { Runner } from "../../db/runner.ts";
import type { Call } from "../protocol/call.ts";
import type { Obligation } from "../protocol/obligation.ts";
import { claimEnds } from "./store.ts";

/** Reads calls by id in a bounded number of statements; handed over by the calls feature. */
export type ReadCalls = (db: Runner, ids: readonly string[]) => Promise<ReadonlyMap<string, Call>>;

type Row = Omit<
	Obligation,
	"call" | "claimedAt" | "claimedUntil" | "openedAt" | "dueAt" | "settledAt" | "escalatedAt"
> & {
	readonly callId: string;
	readonly claimedAt: Date | null;
	readonly claimedUntil: Date | null;
	readonly escalatedAt: Date | null;
	readonly openedAt: Date;
	readonly dueAt: Date;
	readonly settledAt: Date | null;
};

const named = (alias: string) =>
	`case when ${alias}.id is not null then json_build_object('id', ${alias}.id, 'name', ${alias}.name) end`;

/** Whether something is overdue is the database's to say: its clock is the one that all servers share. */
const columns = `
select o.id, o.kind, o.call_id as "callId", o.number, o.attempts, o.opened_at as "openedAt", o.due_at as "dueAt",
	case when k.id is not null then o.claimed_at end as "claimedAt",
	case when k.id is not null then ${claimEnds} end as "claimedUntil",
	o.escalated_to as "escalatedTo", o.escalated_at as "escalatedAt", o.settled_at as "settledAt", o.settled_how as "settledHow",
	o.settled_channel as "settledChannel", o.settled_comment as "settledComment",
	case when o.settled_how = 'conversation' then (
		select d.direction from calls d where d.id = o.settled_by_call_id
			and d.started_at between o.call_started_at - interval '1 day' and o.settled_at
	) end as "settledDirection",
	o.settled_at is null and o.due_at < now() as overdue,
	case when o.settled_at is null then floor(working_seconds(now(), o.due_at, company.value)) end as "leftSeconds",
	case when o.settled_how in ('conversation', 'other-channel') then floor(working_seconds(o.opened_at, o.settled_at, company.value)) end
		as "reachedSeconds",
	${named("c")} as contact, ${named("a")} as assignee, ${named("k")} as "claimedBy", ${named("s")} as "settledBy",
	case when o.kind = 'missed' and o.settled_at is null then (
		select greatest(count(*), 1)::integer from (
			select 1 from obligations e where e.contact_id = o.contact_id and e.settled_at is null and e.kind = 'missed'
			union all
			select 1 from obligations e where o.contact_id is null and e.contact_id is null
				and e.number = o.number and e.settled_at is null and e.kind = 'missed'
			limit 999
		) times) else 1 end as times
from obligations o
left join contacts c on c.id = o.contact_id
left join users a on a.id = o.assignee_id
left join users k on k.id = o.claimed_by_id and (o.settled_at is not null or ${claimEnds} > now())
left join settings company on company.id = 1
left join users s on s.id = o.settled_by_id`;

const byId = { name: "obligations-by-id", text: `${columns}\nwhere o.id = any($1::uuid[])` };
const byCall = { name: "obligations-by-call", text: `${columns}\nwhere o.call_id = any($1::uuid[])` };

/** Obligations as the outside sees them, in the order of `ids`; two statements. */
export async function readObligations(db: Runner, readCalls: ReadCalls, ids: readonly string[]): Promise<Obligation[]> {
	if (ids.length === 0) return [];
	const { rows } = await db.query<Row>({ ...byId, values: [ids] });
	const found = new Map((await complete(db, readCalls, rows)).map((obligation) => [obligation.id, obligation]));
	return ids.flatMap((id) => found.get(id) ?? []);
}

/** The obligations of these calls; one statement, and a second for the calls that are not `known`. */
export async function obligationsOfCalls(
	db: Runner,
	readCalls: ReadCalls,
	callIds: readonly string[],
	known: ReadonlyMap<string, Call> = new Map(),
): Promise<Obligation[]> {
	if (callIds.length === 0) return [];
	const { rows } = await db.query<Row>({ ...byCall, values: [callIds] });
	const unknown: ReadCalls = async (runner, ids) => {
		const asked = ids.filter((id) => !known.has(id));
		return asked.length === 0 ? known : new Map([...known, ...(await readCalls(runner, asked))]);
	};
	return complete(db, unknown, rows);
}

async function complete(db: Runner, readCalls: ReadCalls, rows: readonly Row[]): Promise<Obligation[]> {
	const calls = await readCalls(
		db,
		rows.map((row) => row.callId),
	);
	const iso = (at: Date | null) => at?.toISOString() ?? null;
	return rows.flatMap(({ callId, claimedAt, claimedUntil, escalatedAt, openedAt, dueAt, settledAt, ...row }) => {
		const call = calls.get(callId);
		if (!call) return [];
		return {
			id: row.id,
			kind: row.kind,
			call,
			contact: row.contact,
			number: row.number,
			assignee: row.assignee,
			claimedBy: row.claimedBy,
			claimedAt: iso(claimedAt),
			claimedUntil: iso(claimedUntil),
			attempts: row.attempts,
			times: row.times,
			openedAt: openedAt.toISOString(),
			dueAt: dueAt.toISOString(),
			overdue: row.overdue,
			leftSeconds: row.leftSeconds,
			escalatedTo: row.escalatedTo,
			escalatedAt: iso(escalatedAt),
			settledAt: iso(settledAt),
			settledBy: row.settledBy,
			settledHow: row.settledHow,
			settledChannel: row.settledChannel,
			settledComment: row.settledComment,
			settledDirection: row.settledDirection,
			reachedSeconds: row.reachedSeconds,
		};
	});
}
