import type { Pool } from "pg";
import { z } from "zod";
import { DzvinError } from "../errors.ts";
import type { App } from "../http.ts";
import { Id } from "../protocol/basics.ts";
import { say } from "../protocol/sentences.ts";
import { Task, TaskListQuery, TaskPage } from "../protocol/task.ts";
import { finishTask, listTasks } from "./tasks.ts";

const Params = z.strictObject({ id: Id });

/** Planned contacts: what a person has to do, and that it is done. */
export function registerTaskRoutes(app: App, { pool }: { readonly pool: Pool }): void {
	app.get("/api/tasks", { schema: { querystring: TaskListQuery, response: { 200: TaskPage } } }, (request) =>
		listTasks(pool, request.person.id, request.query),
	);
	app.post("/api/tasks/:id/done", { schema: { params: Params, response: { 200: Task } } }, async (request) => {
		const done = await finishTask(pool, request.person, request.params.id);
		if (done === "not-found") throw new DzvinError("not-found", say("refused.no-such-task"));
		if (done === "forbidden") throw new DzvinError("forbidden", say("refused.task-of-colleague"));
		return done;
	});
}
