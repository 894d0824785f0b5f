import { z } from "zod";
import type { Runner } from "../../db/runner.ts";
import { CursorMoment, readCursor, writeCursor } from "../cursor.ts";
import { DzvinError } from "../errors.ts";
import type { Person } from "../http.ts";
import { Id } from "../protocol/basics.ts";
import type { ObligationListQuery } from "../protocol/obligation.ts";
import { say } from "../protocol/sentences.ts";

type Query = z.infer<typeof ObligationListQuery>;
export type Viewer = Pick<Person, "id" | "role">;

/** Ids of a page in order, and where the next one begins. */
export interface Listed {
	readonly ids: readonly string[];
	readonly next: string | null;
}

/** Whose: one branch reads one index from its beginning. */
interface Branch {
	readonly where: (alias: string) => string;
}

/** Settled ones of one line or queue are looked for so far back. */
const settledByLineDays = 92;

/** Where a page ended: the moment that orders the list, and the id. */
const Place = z.tuple([CursorMoment, Id]);

/**
 * Which obligations, most urgent first (settled ones: newest first). Missed calls of one client are one entry, the one
 * that is due first. Agents get their own, nobody's and what went to the team, whatever they ask for.
 */
export async function listObligations(db: Runner, person: Viewer, query: Query): Promise<Listed> {
	const { rows } = await db.query<{ id: string; at: Date }>(pageStatement(person, query));
	const page = rows.slice(0, query.limit);
	const last = page.at(-1);
	return {
		ids: page.map(({ id }) => id),
		next:
			last && rows.length > query.limit
				? writeCursor([last.at.getTime(), last.id] satisfies z.infer<typeof Place>)
				: null,
	};
}

/** How many rows this list has, told no further than 99: its own statement, counted. */
export async function countListed(db: Runner, person: Viewer, query: Omit<Query, "limit" | "after">): Promise<number> {
	const { text, values } = pageStatement(person, { ...query, limit: 98 });
	const { rows } = await db.query<{ count: number }>({
		text: `select count(*)::integer as count from (${text}) listed`,
		values,
	});
	return rows[0]?.count ?? 0;
}

/** One row more than the page has, which says whether there is a next one. */
function pageStatement(person: Viewer, query: Query): { text: string; values: unknown[] } {
	const values: unknown[] = [];
	const value = (of: unknown) => `$${values.push(of)}`;
	const moment = query.settled ? "settled_at" : "due_at";
	const direction = query.settled ? "desc" : "asc";
	const limit = value(query.limit + 1);
	const common = [query.settled ? "o.settled_at is not null" : "o.settled_at is null"];
	if (query.overdue) common.push("o.due_at < now()", "o.settled_at is null");
	if (query.escalated) common.push("o.escalated_at is not null");
	if (query.escalated === "supervisor") common.push("o.escalated_to = 'supervisor'");
	if (query.after) {
		const [at, id] = readCursor(Place, query.after);
		const bound = `(${value(new Date(at).toISOString())}::timestamptz, ${value(id)}::uuid)`;
		common.push(`(o.${moment}, o.id) ${query.settled ? "<" : ">"} ${bound}`);
	}
	const cameBy = query.settled && query.kind === "missed" ? missedOn(query, value) : cameByOf(query, value);
	// Open ones are few; settled ones of a line on which nobody calls would be looked for through all the years.
	if (cameBy && query.settled) common.push(`o.settled_at > now() - interval '${settledByLineDays} days'`);
	const branches = branchesOf(person, query.assignee, value);
	// The index of open ones begins with the kind.
	const kinds = query.kind ? [query.kind] : query.settled ? [] : ["call", "missed"];
	const ofKinds = kinds.length === 0 ? ["true"] : kinds.map((kind) => `o.kind = ${value(kind)}`);
	// A client who called on two lines stands on the list of either.
	const visible = (alias: string) =>
		`(${branches.map(({ where }) => where(alias)).join(" or ")})${cameBy ? ` and ${cameBy(alias)}` : ""}`;
	const one = ({ where }: Branch, ofKind: string) => `(
	select o.id, o.${moment} as at from obligations o
	where ${[...common, ofKind, where("o"), ...(cameBy ? [cameBy("o")] : [])].join(" and ")}${query.settled ? "" : ` and ${firstOfClient(visible)}`}
	order by o.${moment} ${direction}, o.id ${direction} limit ${limit})`;
	const parts = branches.flatMap((branch) => ofKinds.map((ofKind) => one(branch, ofKind)));
	return {
		text: `select * from (${parts.join(" union all ")}) page order by at ${direction}, id ${direction} limit ${limit}`,
		values,
	};
}

/** Through which line and queue the call of an obligation came; null when it does not matter. */
function cameByOf({ did, queue }: Query, value: (of: unknown) => string): ((alias: string) => string) | null {
	const conditions: string[] = [];
	if (did) conditions.push(`c.did = ${value(did)}`);
	if (queue) conditions.push(`c.queue = ${value(queue)}`);
	if (conditions.length === 0) return null;
	// Row by row through the key, and never the other way round from all calls of a line.
	return (alias) => `(select ${conditions.join(" and ")} from calls c
		where c.id = ${alias}.call_id and c.started_at = ${alias}.call_started_at)`;
}

/** The same of missed calls that are over, which keep it themselves: among settled ones an index finds those of a line. */
function missedOn({ did, queue }: Query, value: (of: unknown) => string): ((alias: string) => string) | null {
	const [line, waited] = [did && value(did), queue && value(queue)];
	const on = (alias: string) => [
		...(line ? [`${alias}.did = ${line}`] : []),
		...(waited ? [`${alias}.queue = ${waited}`] : []),
	];
	return line || waited ? (alias) => on(alias).join(" and ") : null;
}

/** The first open ones of each of these people, most urgent first, as their own list shows them; one statement. */
export async function ownObligations(
	db: Runner,
	userIds: readonly string[],
	limit: number,
): Promise<Map<string, string[]>> {
	const own = (alias: string) => `${alias}.assignee_id = person.id`;
	const { rows } = await db.query<{ user_id: string; ids: string[] }>({
		name: "own-obligations",
		text: `select person.id as user_id, (
	select array_agg(id order by due_at, id) from (
		select o.id, o.due_at from obligations o
		where o.settled_at is null and ${own("o")} and ${firstOfClient(own)}
		order by o.due_at, o.id limit $2) page) as ids
from unnest($1::uuid[]) as person(id)`,
		values: [userIds, limit],
	});
	return new Map(rows.map(({ user_id, ids }) => [user_id, ids ?? []]));
}

function branchesOf(person: Viewer, assignee: Query["assignee"], value: (of: unknown) => string): Branch[] {
	const of = (id: string): Branch => {
		const parameter = value(id);
		return { where: (alias) => `${alias}.assignee_id = ${parameter}` };
	};
	const nobodys: Branch = { where: (alias) => `${alias}.assignee_id is null` };
	if (assignee === "me" || assignee === person.id) return [of(person.id)];
	if (assignee === "nobody") return [nobodys];
	if (person.role === "agent") {
		if (assignee) throw new DzvinError("forbidden", say("refused.colleagues-list"));
		const own = of(person.id);
		const teams: Branch = {
			where: (alias) =>
				`${alias}.escalated_at is not null and ${alias}.assignee_id is not null and not ${own.where(alias)}`,
		};
		return [own, nobodys, teams];
	}
	return assignee ? [of(assignee)] : [{ where: () => "true" }];
}

/**
 * True for the missed call of a client that is due first among those that the viewer sees, and for everything else. Which
 * one that is, is the beginning of a range of an index. Whether there is an earlier one would be quickly known of few; of
 * a machine that called thousands of times PostgreSQL reads them all for each of them.
 */
export function firstOfClient(visible: (alias: string) => string): string {
	const first = (ofClient: string) => `(select e.id from obligations e
			where ${ofClient} and e.settled_at is null and e.kind = 'missed' and ${visible("e")}
			order by e.due_at, e.id limit 1)`;
	return `(o.kind <> 'missed' or o.id = coalesce(
		${first("e.contact_id = o.contact_id")},
		${first("o.contact_id is null and e.contact_id is null and e.number = o.number")},
		o.id))`;
}
