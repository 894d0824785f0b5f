import { callId, timeOfId } from "../../db/id.ts";
import type { Runner } from "../../db/runner.ts";
import type { Folded } from "./progress.ts";

/** A call that went into another one. */
export interface Merge {
	readonly from: string;
	readonly into: string;
}

/** Linked ids end in `<seconds since the epoch>.<number>`, for example `pbx1-1763800000.42`. */
const epochOfFamily = /(?:^|-)(\d{9,11})\.\d+$/;

/**
 * Which call ids go into which. `into` names a family only: its start is in the same batch, in the database, or in the
 * linked id itself. A family whose call cannot be found stays as it is, in `unknown`.
 */
export async function mergesOf(
	db: Runner,
	pbxId: string,
	{ calls, superseded }: Folded,
): Promise<{ merges: Merge[]; unknown: string[] }> {
	const merges: Merge[] = [];
	const unknown: string[] = [];
	for (const { family, startedAt, into } of superseded) {
		const target = last(into, superseded);
		const start =
			calls.find((call) => call.family === target)?.startedAt ??
			(await storedStart(db, pbxId, target)) ??
			epochStart(target);
		if (start === null || target === family) unknown.push(family);
		else {
			const into = callId(pbxId, target, start);
			merges.push({ from: callId(pbxId, family, startedAt), into: (await mergedInto(db, into)) ?? into });
		}
	}
	return { merges, unknown };
}

/** Follows families that went into one another within the batch. */
function last(family: string, superseded: Folded["superseded"]): string {
	const seen = new Set<string>();
	let at = family;
	for (;;) {
		const next = superseded.find((change) => change.family === at);
		if (!next || seen.has(at)) return at;
		seen.add(at);
		at = next.into;
	}
}

async function storedStart(db: Runner, pbxId: string, family: string): Promise<number | null> {
	const { rows } = await db.query<{ started_at: Date }>({
		name: "start-of-family",
		text: "select started_at from calls where pbx_id = $1 and linked_id = $2 order by started_at desc limit 1",
		values: [pbxId, family],
	});
	return rows[0]?.started_at.getTime() ?? null;
}

/** Where the call with this id went, when it went into another one. */
export async function mergedInto(db: Runner, id: string): Promise<string | null> {
	const { rows } = await db.query<{ into_call_id: string }>({
		name: "merged-into",
		text: "select into_call_id from merged_calls where call_id = $1",
		values: [id],
	});
	return rows[0]?.into_call_id ?? null;
}

function epochStart(family: string): number | null {
	const seconds = epochOfFamily.exec(family)?.[1];
	return seconds === undefined ? null : Number(seconds) * 1000;
}

/**
 * Takes the rows of a call that went, inside the caller's transaction. What people did with it moves to the call that
 * took it in: who took part, dispositions, a chosen contact, and the obligation with its claim or its settlement.
 */
export async function mergeCall(db: Runner, { from, into }: Merge): Promise<void> {
	const at = (id: string) => new Date(timeOfId(id)).toISOString();
	const run = (text: string, values: unknown[]) => db.query({ text, values });
	await run(
		`with old as (update merged_calls set into_call_id = $2 where into_call_id = $1)
		insert into merged_calls (call_id, into_call_id) values ($1, $2)
		on conflict (call_id) do update set into_call_id = excluded.into_call_id`,
		[from, into],
	);
	await run("update dispositions set call_id = $2, call_started_at = $3 where call_id = $1", [from, into, at(into)]);
	await run(
		`update calls set contact_id = old.contact_id, contact_chosen = true
		from (select contact_id from calls where id = $1 and started_at = $3 and contact_chosen) old
		where id = $2 and started_at = $4 and not contact_chosen`,
		[from, into, at(from), at(into)],
	);
	// Who took part in the call that went took part in this one, even while its own legs do not say so yet.
	await run(
		`update calls set user_ids = array(select distinct unnest(calls.user_ids || old.user_ids) order by 1)
		from (select user_ids from calls where id = $1 and started_at = $3) old
		where id = $2 and started_at = $4 and not calls.user_ids @> old.user_ids`,
		[from, into, at(from), at(into)],
	);
	await run(
		`update obligations o set
			settled_at = coalesce(o.settled_at, old.settled_at), settled_by_id = coalesce(o.settled_by_id, old.settled_by_id),
			settled_how = coalesce(o.settled_how, old.settled_how),
			settled_by_call_id = coalesce(o.settled_by_call_id, old.settled_by_call_id),
			settled_comment = coalesce(o.settled_comment, old.settled_comment),
			settled_channel = coalesce(o.settled_channel, old.settled_channel),
			claimed_by_id = coalesce(o.claimed_by_id, old.claimed_by_id), claimed_at = coalesce(o.claimed_at, old.claimed_at)
		from obligations old
		where old.call_id = $1 and o.call_id = $2 and o.settled_at is null
			and (old.claimed_at is not null or old.settled_how in ('disposition', 'dismissed', 'other-channel'))`,
		[from, into],
	);
	await run(
		`with gone as (
			delete from obligations old using obligations kept
			where old.call_id = $1 and kept.call_id = $2 returning old.id
		)
		update obligations set call_id = $2, call_started_at = $3
		where call_id = $1 and not exists (select 1 from obligations where call_id = $2)`,
		[from, into, at(into)],
	);
	await run(
		"delete from owed_people p using obligations o where o.call_id = $1 and p.obligation_id = o.id and p.call_id <> $1",
		[into],
	);
	await run(
		`insert into owed_people (obligation_id, user_id, call_id, call_started_at)
		select o.id, person.id, c.id, c.started_at
		from calls c join obligations o on o.call_id = c.id and o.settled_at is null
		cross join lateral unnest(c.user_ids) as person(id)
		where c.id = $1 and c.started_at = $2 and c.ended_at is not null
		on conflict do nothing`,
		[into, at(into)],
	);
	for (const table of ["legs", "recordings"]) {
		await run(`delete from ${table} where call_id = $1 and call_started_at = $2`, [from, at(from)]);
	}
	await run("delete from calls where id = $1 and started_at = $2", [from, at(from)]);
}
