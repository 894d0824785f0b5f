import type { z } from "zod";
import type { Runner } from "../../db/runner.ts";
import type { Person } from "../http.ts";
import type { CallBackTabs, CallBackTabsQuery } from "../protocol/obligation.ts";
import { countListed } from "./list.ts";

/**
 * How many rows each tab of the call-back list has for this person. Each is counted by the statement that lists it, so
 * that the figure and the list cannot differ.
 */
export async function countTabs(
	db: Runner,
	person: Pick<Person, "id" | "role">,
	{ overdue, assignee, ...cameBy }: z.infer<typeof CallBackTabsQuery>,
): Promise<CallBackTabs> {
	const all = { kind: "missed", ...cameBy } as const;
	const late = overdue ? { overdue } : {};
	const of = assignee ? { assignee } : {};
	const count = (query: Parameters<typeof countListed>[2]) => countListed(db, person, query);
	const [open, mine, escalated, closed] = await Promise.all([
		count({ ...all, ...late, ...of }),
		count({ ...all, ...late, assignee: "me" }),
		count({ ...all, ...late, ...of, escalated: person.role === "agent" ? "team" : "supervisor" }),
		count({ ...all, ...of, settled: true }),
	]);
	return { open, mine, escalated, closed };
}
