import type { Runner } from "../../db/runner.ts";
import type { ObligationCounts } from "../protocol/obligation.ts";
import { firstOfClient, type Viewer } from "./list.ts";

/** Figures for the tabs; none counts further than 99. */
export async function countObligations(db: Runner, person: Viewer): Promise<ObligationCounts> {
	return (await countsOfPeople(db, [person])).get(person.id) ?? nothingOwed;
}

export const nothingOwed: ObligationCounts = { mine: 0, team: 0, missed: 0, overdue: 0, escalated: 0 };

/** The figures of several people; a statement for agents, and one for those who see everything. */
export async function countsOfPeople(db: Runner, people: readonly Viewer[]): Promise<Map<string, ObligationCounts>> {
	const counts = new Map<string, ObligationCounts>();
	for (const kind of ["agents", "leads"] as const) {
		const ids = people.filter(({ role }) => (role === "agent") === (kind === "agents")).map(({ id }) => id);
		if (ids.length === 0) continue;
		const { rows } = await db.query<ObligationCounts & { id: string }>({ ...counting[kind], values: [ids] });
		for (const { id, ...figures } of rows) counts.set(id, figures);
	}
	return counts;
}

const most = 99;
const open = (where: string) => `obligations o where o.settled_at is null and ${where}`;
const count = (from: string) => `(select count(*)::integer from (select 1 from ${from} limit ${most}) t)`;

/** Those who see everything have the same figures, but for what is their own. */
const leads = (() => {
	const first = firstOfClient(() => "true");
	return `select person.id,
	${count(open("o.kind = 'call' and o.assignee_id = person.id"))} as mine,
	${count(open("o.kind = 'call'"))} as team,
	${count(open(`o.kind = 'missed' and ${first}`))} as missed,
	${count(open(`o.due_at < now() and ${first}`))} as overdue,
	${count(open(`o.escalated_at is not null and o.escalated_to = 'supervisor' and ${first}`))} as escalated
from unnest($1::uuid[]) as person(id)`;
})();

/**
 * What is nobody's and what went to the team is everybody's: it is counted once for all who are asked for, and each
 * person's own is added, clients that stand there already left out. A machine that called thousands of times costs as
 * much for forty people as for one.
 */
const agents = (() => {
	const everybodys = (alias: string) => `(${alias}.assignee_id is null or ${alias}.escalated_at is not null)`;
	const own = (alias: string) => `(${alias}.assignee_id = person.id and ${alias}.escalated_at is null)`;
	const client = "coalesce(o.contact_id::text, o.number, o.id::text)";
	const shared = firstOfClient(everybodys);
	const ofEverybody = (where: string) => open(`${everybodys("o")} and ${where}`);
	const ofPerson = (where: string) => open(`${own("o")} and ${where}`);
	const missed = `o.kind = 'missed' and ${firstOfClient(own)}`;
	const ownBefore = (ofClient: string) =>
		ofPerson(`o.kind = 'missed' and ${ofClient} and (o.due_at, o.id) < (s.due_at, s.id)`);
	return `with
missed as materialized (
	select ${client} as client, o.due_at < now() as late from ${ofEverybody(`o.kind = 'missed' and ${shared}`)}
	order by o.due_at, o.id limit ${most}
),
escalated as materialized (
	select o.contact_id, o.number, o.due_at, o.id from ${open(`o.escalated_at is not null and ${shared}`)}
	order by o.due_at, o.id limit ${2 * most}
),
shared as materialized (
	select (select count(*)::integer from missed) as missed,
		${count(ofEverybody("o.kind = 'call'"))} as calls,
		(select count(*)::integer from missed where late) + ${count(ofEverybody("o.kind = 'call' and o.due_at < now()"))} as late
)
select person.id,
	${count(open("o.kind = 'call' and o.assignee_id = person.id"))} as mine,
	least(${most}, shared.calls + ${count(ofPerson("o.kind = 'call'"))}) as team,
	least(${most}, shared.missed + ${count(ofPerson(`${missed} and ${client} not in (select client from missed)`))}) as missed,
	least(${most}, shared.late + ${count(ofPerson("o.kind = 'call' and o.due_at < now()"))}
		+ ${count(ofPerson(`o.due_at < now() and ${missed} and ${client} not in (select client from missed where late)`))}) as overdue,
	-- Where the own one is due before, the client stands on the list as the person's, not as the team's.
	least(${most}, (select count(*)::integer from escalated s where not exists (
		select 1 from ${ownBefore("o.contact_id = s.contact_id")}) and not exists (
		select 1 from ${ownBefore("s.contact_id is null and o.contact_id is null and o.number = s.number")}))) as escalated
from unnest($1::uuid[]) as person(id) cross join shared`;
})();

const counting = {
	agents: { name: "count-obligations-agents", text: agents },
	leads: { name: "count-obligations-leads", text: leads },
};
