import type { Runner } from "../../db/runner.ts";

/** What changed hands: `id` of an obligation that nobody has now. */
export interface Orphan {
	readonly id: string;
}

/**
 * Open obligations of people who do not work here any more become nobody's: the team sees them, and whoever leads it.
 * A claim of theirs falls with it. Repeating it changes nothing.
 */
export async function orphanObligations(db: Runner): Promise<Orphan[]> {
	const { rows } = await db.query<Orphan>({
		name: "orphan-obligations",
		text: `
with gone as (select id from users where not active),
owed as (
	select o.id from gone g join obligations o on o.assignee_id = g.id where o.settled_at is null
	union
	select o.id from obligations o join gone g on g.id = o.claimed_by_id where o.settled_at is null
)
update obligations o set
	assignee_id = case when a.active then o.assignee_id end,
	claimed_by_id = case when c.active then o.claimed_by_id end,
	claimed_at = case when c.active then o.claimed_at end
from owed
join obligations before on before.id = owed.id
left join users a on a.id = before.assignee_id
left join users c on c.id = before.claimed_by_id
where o.id = owed.id and o.settled_at is null
returning o.id`,
	});
	return rows;
}
