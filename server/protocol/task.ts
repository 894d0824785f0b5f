import { z } from "zod";
import { Id, Named, PageQuery, page, Time } from "./basics.ts";

/** A planned contact. */
export const Task = z.object({
	id: Id,
	title: z.string(),
	contact: Named.nullable(),
	/** E.164 of the client, null when not known. */
	number: z.string().nullable(),
	/** The call that it came from. */
	callId: Id.nullable(),
	assignee: Named,
	dueAt: Time,
	overdue: z.boolean(),
	doneAt: Time.nullable(),
});
export type Task = z.infer<typeof Task>;
/** One's own, next due first; done ones: due last first. */
export const TaskListQuery = PageQuery.extend({ done: z.stringbool().optional() }).strict();
export const TaskPage = page(Task);
export type TaskPage = z.infer<typeof TaskPage>;
