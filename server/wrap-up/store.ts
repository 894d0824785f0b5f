import type { Runner } from "../../db/runner.ts";
import type { WrapUpRules } from "../protocol/wrap-up.ts";

/** A person who takes no calls from the queues of one PBX now. */
export interface Held {
	readonly obligationId: string;
	readonly callId: string;
	readonly pbxId: string;
	readonly userId: string;
	readonly userName: string;
	readonly extension: string | null;
	readonly queue: string | null;
	readonly mode: "mandatory" | "box" | "box-strict";
	readonly since: Date;
	readonly until: Date | null;
	readonly saved: boolean;
	readonly extended: number;
}

const ruleOf = `
	left join unnest($3::text[], $4::text[], $5::integer[]) as r(queue, mode, seconds) on r.queue = c.queue
	cross join lateral (select coalesce(r.mode, $1::text) as mode, coalesce(r.seconds, $2::integer) as seconds) m`;

/**
 * A row for each call that ended within the last hour, is owed by the person who had it, and whose mode is strict. Boxes
 * count from the call's end, so that an outage of ours makes none longer; a box that is over is not opened any more.
 * Under the mode without early exit a call counts also when its disposition was saved in mid-call.
 */
const open = {
	name: "open-wrap-ups",
	text: `
with owed as (
	select id, call_id, call_started_at, assignee_id, settled_at from obligations
	where settled_at is null and kind = 'call' and call_started_at > now() - interval '12 hours'
	union all
	select id, call_id, call_started_at, settled_by_id, settled_at from obligations
	where settled_at > now() - interval '1 hour' and kind = 'call' and settled_how = 'disposition'
)
insert into wrap_ups (obligation_id, user_id, call_id, pbx_id, queue, mode, since, until)
select o.id, o.assignee_id, o.call_id, c.pbx_id, c.queue, m.mode, least(c.ended_at, now()), box.until
from owed o
join calls c on c.id = o.call_id and c.started_at = o.call_started_at${ruleOf}
cross join lateral (
	select case when m.mode <> 'mandatory' then least(c.ended_at, now()) + make_interval(secs => m.seconds) end as until
) box
where m.mode <> 'optional' and c.ended_at > now() - interval '1 hour'
	and (o.settled_at is null or m.mode = 'box-strict') and (box.until is null or box.until > now())
	and exists (
		select 1 from legs l where l.call_id = c.id and l.call_started_at = c.started_at and l.user_id = o.assignee_id
			and (l.answered_at is not null or l.placed)
	)
on conflict do nothing
returning obligation_id as id`,
};

/** Ends what holds nobody any more. A box that is over ends the pause only: the obligation is not touched. */
const close = {
	name: "close-wrap-ups",
	text: `
with over as (
	select w.obligation_id, w.user_id, case
		when m.mode = 'optional' then 'mode'
		when not u.active then 'not-theirs'
		when w.until <= now() then 'time'
		when w.mode <> 'box-strict' and o.settled_at is not null then 'saved'
		when w.mode <> 'box-strict' and o.assignee_id is distinct from w.user_id then 'not-theirs'
	end as how
	from wrap_ups w
	join obligations o on o.id = w.obligation_id
	join users u on u.id = w.user_id
	cross join lateral (select w.queue) c${ruleOf}
	where w.ended_at is null
)
update wrap_ups w set ended_at = now(), ended_how = over.how from over
where w.obligation_id = over.obligation_id and w.user_id = over.user_id and over.how is not null and w.ended_at is null
returning w.obligation_id as id`,
};

const list = {
	name: "list-wrap-ups",
	text: `
select w.obligation_id as "obligationId", w.call_id as "callId", w.pbx_id as "pbxId", w.user_id as "userId",
	u.name as "userName", u.extension, w.queue, w.mode, w.since, w.until, w.extended, o.settled_at is not null as saved
from wrap_ups w join users u on u.id = w.user_id join obligations o on o.id = w.obligation_id
where w.ended_at is null order by w.since, w.obligation_id`,
};

/** What the last look found: whom something holds, and whose obligations should be told anew. */
export interface Look {
	readonly held: readonly Held[];
	readonly changed: readonly string[];
}

/** Opens and ends rows as calls, dispositions, rules and the database's clock say; the same however often it is asked. */
export async function lookAtWrapUps(db: Runner, rules: WrapUpRules): Promise<Look> {
	const { mode, seconds, queues } = rules;
	const values = [
		...[mode, seconds],
		queues.map((one) => one.queue),
		queues.map((one) => one.mode),
		queues.map((one) => one.seconds),
	];
	const strict = [rules, ...queues].some((one) => one.mode !== "optional");
	const opened = strict ? (await db.query<{ id: string }>({ ...open, values })).rows : [];
	const closed = (await db.query<{ id: string }>({ ...close, values })).rows;
	const { rows } = await db.query<Held>(list);
	return { held: rows, changed: [...opened, ...closed].map(({ id }) => id) };
}

/** Ends the pause of whoever owes this, by a supervisor's word. False when nothing holds anybody for it. */
export async function releaseWrapUp(db: Runner, id: string, byId: string, reason: string): Promise<boolean> {
	const { rows } = await db.query({
		name: "release-wrap-up",
		text: `update wrap_ups set ended_at = now(), ended_how = 'released', released_by_id = $2, release_reason = $3
where obligation_id = $1 and ended_at is null returning 1`,
		values: [id, byId, reason],
	});
	return rows.length > 0;
}

/** What became of the wish for more time. */
export type MoreTime = "added" | "limit" | "over";

/**
 * Adds to the end of a person's own box while it runs and its call is not saved. `seen`: how often the person saw it
 * extended; whoever asks the same twice, or from two browsers at once, is given it once.
 */
export async function extendWrapUp(
	db: Runner,
	wish: { id: string; userId: string; seen: number; limit: number; seconds: number },
): Promise<MoreTime> {
	const { id, userId, seen, limit, seconds } = wish;
	const added = await db.query({
		name: "extend-wrap-up",
		text: `update wrap_ups w set until = until + make_interval(secs => $5), extended = extended + 1
from obligations o where o.id = w.obligation_id and w.obligation_id = $1 and w.user_id = $2 and o.settled_at is null
	and w.ended_at is null and w.until > now() and w.extended = $3 and w.extended < $4 returning 1`,
		values: [id, userId, seen, limit, seconds],
	});
	if (added.rows.length > 0) return "added";
	const { rows } = await db.query<{ extended: number }>({
		name: "running-wrap-up",
		text: `select w.extended from wrap_ups w join obligations o on o.id = w.obligation_id
where w.obligation_id = $1 and w.user_id = $2 and o.settled_at is null and w.ended_at is null and w.until > now()`,
		values: [id, userId],
	});
	const [row] = rows;
	if (row === undefined) return "over";
	return row.extended > seen ? "added" : "limit";
}
