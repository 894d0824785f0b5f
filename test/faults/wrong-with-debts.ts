import type { Pool } from "pg";

interface Debt {
	readonly id: string;
	readonly settled: boolean;
	readonly how: string | null;
	readonly call: boolean;
	readonly disposed: boolean;
	readonly person: boolean;
	readonly reason: boolean;
	readonly talked: boolean;
}

/**
 * Owed: open obligations are exactly the calls that nobody has processed. What is settled was settled by a person's act or
 * by a conversation that took place, and the row of that is there; nothing is owed for a call that is not.
 */
export async function wrongWithDebts(pool: Pool): Promise<string[]> {
	const { rows } = await pool.query<Debt>(
		`select o.id, o.settled_at is not null as settled, o.settled_how as how,
			exists (select 1 from calls c where c.id = o.call_id) as call,
			exists (select 1 from dispositions d where d.call_id = by.id) as disposed,
			o.settled_by_id is not null as person, coalesce(o.settled_comment, '') <> '' as reason,
			exists (select 1 from calls c where c.id = by.id and c.talk_ms > 0) as talked
		from obligations o
		-- One status settles all that is owed to a client; the call that it was given to may have become part of another.
		left join merged_calls m on m.call_id = o.settled_by_call_id
		cross join lateral (select coalesce(m.into_call_id, o.settled_by_call_id, o.call_id) as id) by`,
	);
	return rows.flatMap((debt) => {
		const wrong = wrongWith(debt);
		return wrong === null ? [] : [`${debt.id}: ${wrong}`];
	});
}

function wrongWith({ settled, how, call, disposed, person, reason, talked }: Debt): string | null {
	if (!call) return "owed for no call";
	if (!settled) return disposed ? "processed and still open" : null;
	if (how === "disposition") return disposed && person ? null : "closed by a status that is not there";
	if (how === "dismissed") return person && reason ? null : "dismissed by nobody, or for no reason";
	if (how === "conversation") return talked ? null : "closed by a conversation that is not there";
	return `closed by ${how}`;
}
