import type { Runner } from "../../db/runner.ts";
import type { FloorFigures } from "../protocol/floor.ts";
import { firstOfClient } from "./list.ts";

type Figures = Pick<FloorFigures, "missed" | "escalated" | "reached" | "unprocessed" | "overdue">;

/** No figure counts further: what is beyond it is not read, however many wait. */
const most = 1_000;

/**
 * Open ones that a condition on `o` chooses, most urgent first, of missed calls one a client: the beginning of an index.
 * A machine that called thousands of times takes one place, and none of those who wait behind it.
 */
const open = (where: string, visible = (_alias: string) => "true") => `(
	select o.opened_at, o.due_at, o.assignee_id, o.kind from obligations o
	where o.settled_at is null and ${where} and ${firstOfClient(visible)} order by o.due_at, o.id limit ${most})`;
const owed = (rows: string) => `(select json_build_object('open', count(*), 'oldest', min(opened_at)) from ${rows} t)`;
const cameToSupervisor = open(
	"o.escalated_at is not null and o.escalated_to = 'supervisor'",
	(alias) => `${alias}.escalated_to = 'supervisor'`,
);

/** Overdue is a client, whoever of several people owes them a call, with the one who owes it first. */
const figures = {
	name: "owed-figures",
	text: `
with missed as materialized ${open("o.kind = 'missed'")},
calls as materialized ${open("o.kind = 'call'")}
select ${owed("missed")} as missed, ${owed(cameToSupervisor)} as escalated,
	(select json_build_object('count', count(*), 'median', percentile_cont(0.5) within group (order by seconds))
		from (select working_seconds(opened_at, settled_at, (select value from settings where id = 1)) as seconds
			from obligations where settled_at >= $1 and settled_how in ('conversation', 'other-channel')
			order by settled_at desc, id desc limit ${most}) t) as reached,
	${owed("calls")} as unprocessed,
	(select coalesce(json_agg(json_build_object('user', case when u.id is not null then
			json_build_object('id', u.id, 'name', u.name) end, 'calls', late.calls, 'missed', late.missed, 'oldest', late.oldest)
			order by late.calls + late.missed desc, late.oldest), '[]')
		from (select assignee_id, count(*) filter (where kind = 'call') as calls,
				count(*) filter (where kind = 'missed') as missed, min(due_at) as oldest
			from (select * from missed union all select * from calls) t where due_at < now() group by assignee_id) late
		left join users u on u.id = late.assignee_id) as overdue`,
};

interface Row {
	readonly missed: { open: number; oldest: string | null };
	readonly escalated: { open: number; oldest: string | null };
	readonly reached: { count: number; median: number | null };
	readonly unprocessed: { open: number; oldest: string | null };
	readonly overdue: { user: { id: string; name: string } | null; calls: number; missed: number; oldest: string }[];
}

/**
 * What is owed to clients now: missed calls that nobody answered yet (one a client), those of them that came to the
 * supervisors, calls without a status, and what is overdue by person; and how quickly missed clients were reached since
 * `today`. One statement that reads the beginnings of indexes.
 */
export async function owedFigures(db: Runner, today: Date): Promise<Figures> {
	const { rows } = await db.query<Row>({ ...figures, values: [today] });
	const [row] = rows;
	if (row === undefined) throw new Error("A statement without rows");
	const utc = (at: string) => new Date(at).toISOString();
	const since = ({ open: count, oldest }: Row["missed"]) => ({ open: count, oldest: oldest && utc(oldest) });
	return {
		missed: since(row.missed),
		escalated: since(row.escalated),
		reached: row.reached,
		unprocessed: since(row.unprocessed),
		overdue: row.overdue.map((one) => ({ ...one, oldest: utc(one.oldest) })),
	};
}
