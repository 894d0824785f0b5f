import type { Runner } from "../../db/runner.ts";
import type { FloorFigures } from "../protocol/floor.ts";

type Figures = Pick<FloorFigures, "missed" | "escalated" | "reached" | "unprocessed" | "overdue">;

/** No figure counts further: what is beyond it is not read, however much is owed. */
const most = 1_000;

/** Open ones of a kind that are due before `until`, most urgent first: the beginning of one index. */
const open = (kind: "call" | "missed", columns: string, until = "") =>
	`(select ${columns} from obligations where settled_at is null and kind = '${kind}' ${until}
		order by due_at, id limit ${most})`;

const figures = {
	name: "owed-figures",
	text: `select
	(select json_build_object('open', count(distinct coalesce(contact_id::text, number, id::text)), 'oldest', min(opened_at))
		from ${open("missed", "id, contact_id, number, opened_at")} t) as missed,
	(select json_build_object('open', count(distinct coalesce(contact_id::text, number, id::text)), 'oldest', min(opened_at))
		from (select id, contact_id, number, opened_at from obligations
			where settled_at is null and escalated_at is not null and escalated_to = 'supervisor'
			order by due_at, id limit ${most}) t) as escalated,
	(select json_build_object('count', count(*), 'median', percentile_cont(0.5) within group (order by seconds))
		from (select working_seconds(opened_at, settled_at, (select value from settings where id = 1)) as seconds
			from obligations where settled_at >= $1 and settled_how = 'conversation'
			order by settled_at desc, id desc limit ${most}) t) as reached,
	(select json_build_object('open', count(*), 'oldest', min(opened_at)) from ${open("call", "opened_at")} t) as unprocessed,
	(select coalesce(json_agg(json_build_object('user', case when u.id is not null then
			json_build_object('id', u.id, 'name', u.name) end, 'calls', late.calls, 'missed', late.missed, 'oldest', late.oldest)
			order by late.calls + late.missed desc, late.oldest), '[]')
		from (select assignee_id, count(distinct client) filter (where kind = 'call') as calls,
				count(distinct client) filter (where kind = 'missed') as missed, min(due_at) as oldest from (
				select * from ${open("call", "kind, assignee_id, due_at, id::text as client", "and due_at < now()")} c
				union all
				select * from ${open("missed", "kind, assignee_id, due_at, coalesce(contact_id::text, number, id::text)", "and due_at < now()")} m
			) owed group by assignee_id) late
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
