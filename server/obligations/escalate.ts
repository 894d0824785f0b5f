import type { Pool } from "pg";
import { inTransaction, type Runner } from "../../db/runner.ts";
import type { EscalatedTo } from "../protocol/obligation.ts";
import type { Settings } from "../protocol/settings.ts";
import { auditWithin } from "./audit.ts";

type Rules = Pick<Settings, "escalateToTeamMinutes" | "escalateToSupervisorMinutes" | "workingHours" | "timeZone">;

/** One missed call that went a step further. */
export interface Raised {
	readonly id: string;
	readonly to: EscalatedTo;
}

/** Rows of one step; what is more comes with the next. */
const most = 500;

/** Any number; whoever has it is the one server that raises now. */
const turn = { name: "escalation-turn", text: "select pg_try_advisory_xact_lock(4_217_003) as mine" };

/**
 * Raises what is due by the database's clock: owner → team → supervisor. Rows that somebody holds are left for the next
 * time, so this waits for nobody and stands in nobody's circle. `first`: no other missed call of that client went there
 * before, so it is this step that people hear of in the audit.
 */
const raise = {
	name: "escalate",
	text: `
with due as materialized (
	select o.id, o.escalates_at, o.escalated_to from obligations o
	where o.settled_at is null and o.kind = 'missed' and o.escalates_at <= now()
	order by o.escalates_at, o.id limit ${most} for update skip locked
),
raised as (
	update obligations o set
		escalated_to = case when d.escalated_to is null then 'team' else 'supervisor' end,
		escalated_at = now(),
		escalates_at = case when d.escalated_to is null then due_at(d.escalates_at, $1, $2::jsonb) end
	from due d where o.id = d.id
	returning o.id, o.escalated_to, o.contact_id, o.number, o.assignee_id, o.call_id, o.attempts, o.opened_at
)
select r.id, r.escalated_to as "to", r.assignee_id as "assigneeId", r.call_id as "callId", r.attempts,
	r.opened_at as "missedAt",
	row_number() over (
		partition by r.escalated_to, coalesce(r.contact_id::text, r.number, r.id::text) order by r.opened_at, r.id
	) = 1 and not exists (
		select 1 from obligations e
		where e.settled_at is null and e.kind = 'missed' and e.id <> r.id and e.escalated_to in (r.escalated_to, 'supervisor')
			and (e.contact_id = r.contact_id or e.contact_id is null and r.contact_id is null and e.number = r.number)
	) as first
from raised r`,
};

interface Row extends Raised {
	readonly assigneeId: string | null;
	readonly callId: string;
	readonly attempts: number;
	readonly missedAt: Date;
	readonly first: boolean;
}

/**
 * Takes what is due one step further and writes it into the audit, once a client and step, in one transaction: whatever
 * stops it, it happened wholly or not at all. However many servers ask at once, one does it.
 */
export async function escalateDue(pool: Pool, rules: Rules): Promise<Raised[]> {
	const { workingHours, timeZone } = rules;
	const between = Math.max(0, rules.escalateToSupervisorMinutes - rules.escalateToTeamMinutes);
	return await inTransaction(pool, async (db) => {
		const { rows } = await db.query<{ mine: boolean }>(turn);
		if (!rows[0]?.mine) return [];
		const raised = await db.query<Row>({ ...raise, values: [between, JSON.stringify({ workingHours, timeZone })] });
		await auditWithin(
			db,
			raised.rows.flatMap(({ id, first, ...detail }) =>
				first ? [{ userId: null, action: "obligation.escalate", subject: id, detail }] : [],
			),
		);
		return raised.rows.map(({ id, to }) => ({ id, to }));
	});
}

/** What went further since then, by whichever server; `now` is the database's, for the next question. */
async function raisedSince(db: Runner, since: Date | null): Promise<{ raised: Raised[]; now: Date }> {
	const { rows } = await db.query<{ raised: Raised[]; now: Date }>({
		name: "escalated-since",
		text: `
select now() as now, coalesce((
	select json_agg(json_build_object('id', id, 'to', escalated_to)) from obligations
	where settled_at is null and escalated_at is not null and escalated_at > $1::timestamptz
), '[]') as raised`,
		values: [since],
	});
	const [row] = rows;
	if (row === undefined) throw new Error("A statement without rows");
	return row;
}

export interface EscalatorDeps {
	readonly pool: Pool;
	readonly rules: () => Rules;
	/** These obligations changed: the lists of those who see them should say so. */
	readonly tell: (obligationIds: readonly string[]) => Promise<void>;
	/** Milliseconds between two looks. */
	readonly every?: number;
	readonly log: { warn(context: object, message: string): void };
}

export interface Escalator {
	start(): void;
	/** Waits for the look that is under way. */
	stop(): Promise<void>;
}

/** What commits while a look is read may be older than the look: it is looked for again (milliseconds). */
const overlap = 30_000;

/** Looks by itself for missed calls whose time has come, and tells of those that any server raised. */
export function createEscalator({ pool, rules, tell, every = 2_000, log }: EscalatorDeps): Escalator {
	let timer: ReturnType<typeof setTimeout> | null = null;
	let working: Promise<void> = Promise.resolve();
	let ended = false;
	let trouble = false;
	let since: Date | null = null;
	let told = new Set<string>();

	async function look(): Promise<void> {
		// What was raised before this server looked stands in the first picture that it gives anybody.
		since ??= (await raisedSince(pool, null)).now;
		while ((await escalateDue(pool, rules())).length === most && !ended);
		const { raised, now } = await raisedSince(pool, since);
		const fresh = raised.filter((one) => !told.has(`${one.to} ${one.id}`));
		if (fresh.length > 0) await tell(fresh.map(({ id }) => id));
		told = new Set(raised.map((one) => `${one.to} ${one.id}`));
		since = new Date(now.getTime() - overlap);
	}
	const next = () => {
		working = look()
			.then(
				() => {
					trouble = false;
				},
				(error: unknown) => {
					if (!trouble) log.warn({ err: error }, "Missed calls could not be escalated; it is tried again.");
					trouble = true;
				},
			)
			.then(() => {
				if (!ended) timer = setTimeout(next, every).unref();
			});
	};
	return {
		start: next,
		async stop() {
			ended = true;
			if (timer) clearTimeout(timer);
			await working;
		},
	};
}
