import type { Pool } from "pg";
import { z } from "zod";
import { CursorMoment, readCursor, writeCursor } from "../cursor.ts";
import type { Person } from "../http.ts";
import { Id } from "../protocol/basics.ts";
import type { Task, TaskListQuery, TaskPage } from "../protocol/task.ts";

type Row = Omit<Task, "dueAt" | "doneAt"> & { readonly dueAt: Date; readonly doneAt: Date | null };

const columns = `
select t.id, t.title, t.number, t.call_id as "callId", t.due_at as "dueAt", t.done_at as "doneAt",
	t.done_at is null and t.due_at < now() as overdue,
	case when c.id is not null then json_build_object('id', c.id, 'name', c.name) end as contact,
	json_build_object('id', u.id, 'name', u.name) as assignee
from tasks t join users u on u.id = t.assignee_id left join contacts c on c.id = t.contact_id`;

/** Where a page ended: when the task is due, and its id. */
const Place = z.tuple([CursorMoment, Id]);

/** The person's own tasks. */
export async function listTasks(pool: Pool, userId: string, query: z.infer<typeof TaskListQuery>): Promise<TaskPage> {
	const [order, beyond] = query.done ? ["desc", "<"] : ["asc", ">"];
	const after = query.after === undefined ? null : readCursor(Place, query.after);
	const { rows } = await pool.query<Row>(
		`${columns}
where t.assignee_id = $1 and t.done_at is ${query.done ? "not null" : "null"}
	and ($2::timestamptz is null or (t.due_at, t.id) ${beyond} ($2, $3::uuid))
order by t.due_at ${order}, t.id ${order} limit $4`,
		[userId, after && new Date(after[0]).toISOString(), after?.[1] ?? null, query.limit + 1],
	);
	const page = rows.slice(0, query.limit);
	const last = page.at(-1);
	const more = rows.length > query.limit && last !== undefined;
	return { items: page.map(taskOf), next: more ? writeCursor([last.dueAt.getTime(), last.id]) : null };
}

/** Marks a task done; doing it twice changes nothing. Supervisors may do it for others. */
export async function finishTask(
	pool: Pool,
	person: Pick<Person, "id" | "role">,
	id: string,
): Promise<Task | "not-found" | "forbidden"> {
	const { rows } = await pool.query<Row>(`${columns} where t.id = $1`, [id]);
	const task = rows[0];
	if (!task) return "not-found";
	if (person.role === "agent" && task.assignee.id !== person.id) return "forbidden";
	const done = await pool.query<{ done_at: Date }>(
		"update tasks set done_at = coalesce(done_at, now()) where id = $1 returning done_at",
		[id],
	);
	return taskOf({ ...task, overdue: false, doneAt: done.rows[0]?.done_at ?? null });
}

function taskOf(row: Row): Task {
	return { ...row, dueAt: row.dueAt.toISOString(), doneAt: row.doneAt?.toISOString() ?? null };
}
