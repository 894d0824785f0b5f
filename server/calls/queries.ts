import type { z } from "zod";
import { timeOfId } from "../../db/id.ts";
import type { Runner } from "../../db/runner.ts";
import { DzvinError } from "../errors.ts";
import type { Person } from "../http.ts";
import { Id } from "../protocol/basics.ts";
import type { Call, CallListQuery } from "../protocol/call.ts";
import { say } from "../protocol/sentences.ts";
import { readStored, type StoredCall } from "./call-rows.ts";
import { mergedInto } from "./supersede.ts";
import { leads, listsOwnOnly } from "./visibility.ts";

type Query = z.infer<typeof CallListQuery>;
type Viewer = Pick<Person, "id" | "role">;

/** E.164 of a text that is a whole telephone number, else null; handed over by the contacts feature. */
export type ParseNumber = (raw: string) => string | null;

/** Calls of the own contacts go back this far in an agent's list; a contact's page shows all of them. */
const ownContactsDays = 92;
/** So many contacts of a person are asked one by one for their calls. */
const fewContacts = 1_000;
/** Digits of the shortest text that is taken as a whole number; shorter ones are looked for inside numbers. */
const wholeNumber = 9;

/** Calls by id, in one statement. */
export async function readCalls(db: Runner, ids: readonly string[]): Promise<Map<string, Call>> {
	const stored = await readStored(db, ids);
	return new Map([...stored].map(([id, { call }]) => [id, call]));
}

/** One call; an id whose call went into another one leads to that one. */
export async function readOne(db: Runner, id: string): Promise<StoredCall | null> {
	const found = (await readStored(db, [id])).get(id);
	if (found) return found;
	const into = await mergedInto(db, id);
	return into === null ? null : ((await readStored(db, [into])).get(into) ?? null);
}

/** A page of calls, newest first: one statement finds them, one reads them. */
export async function listCalls(
	db: Runner,
	person: Viewer,
	query: Query,
	parseNumber: ParseNumber,
): Promise<{ items: Call[]; next: string | null }> {
	const { rows } = await db.query<{ id: string }>(listStatement(person, query, parseNumber));
	const ids = rows.slice(0, query.limit).map(({ id }) => id);
	const calls = await readCalls(db, ids);
	return {
		items: ids.flatMap((id) => calls.get(id) ?? []),
		next: rows.length > query.limit ? (ids.at(-1) ?? null) : null,
	};
}

/**
 * The statement that finds the ids of a page. What drives it is what narrows most and is read in the order of the page:
 * open obligations, a person's legs, or calls. The cursor is the last id: its time is inside it.
 */
export function listStatement(
	person: Viewer,
	query: Query,
	parseNumber: ParseNumber,
): { text: string; values: unknown[] } {
	const values: unknown[] = [];
	const value = (of: unknown) => `$${values.push(of)}`;
	const limit = value(query.limit + 1);
	const filters = filtersOf(query, value, parseNumber);
	const me = leads(person) ? null : value(person.id);
	if (me) filters.push(`(c.direction <> 'internal' or c.user_ids @> array[${me}::uuid])`);

	const drive = (from: string, key: readonly [time: string, id: string], more: readonly string[]) => {
		const where = [...more, ...filters, ...boundsOf(query, key, value)];
		return `select distinct on (${key.join(", ")}) c.id, c.started_at from ${from}
	${where.length > 0 ? `where ${where.join(" and ")}` : ""}
	order by ${key.map((column) => `${column} desc`).join(", ")} limit ${limit}`;
	};
	const calls = ["c.started_at", "c.id"] as const;
	const ofPerson = (userId: string, more: readonly string[] = []) =>
		drive(`legs l${callOf("l")}`, ["l.call_started_at", "l.call_id"], [`l.user_id = ${userId}::uuid`, ...more]);
	const owned = (userId: string) =>
		`exists (select 1 from contacts k where k.id = c.contact_id and k.owner_id = ${userId}::uuid)`;

	const own = listsOwnOnly(person, query) ? me : null;
	const scope = own ? [`(c.user_ids @> array[${own}::uuid] or ${owned(own)})`] : [];
	const either = (branches: readonly string[]) => `select id, started_at from (
	${branches.map((branch) => `(${branch})`).join(" union ")}) page order by started_at desc, id desc limit ${limit}`;
	const contactsOf = (userId: string) =>
		`(select id from contacts where owner_id = ${userId}::uuid limit ${fewContacts + 1})`;
	const few = (userId: string) => `(select count(*) from ${contactsOf(userId)} k) <= ${fewContacts}`;

	if (query.unprocessed) {
		const open = ["o.call_started_at", "o.call_id"] as const;
		const owed = (from: string, more: readonly string[]) =>
			drive(`${from}${callOf("o")}`, open, ["o.settled_at is null", ...more]);
		// Who took part is noted when a call is over; those that go on are few.
		const tookPart = (userId: string, more: readonly string[] = []) => [
			drive(
				`owed_people p${stillOwed("id = p.obligation_id")}${callOf("p")}`,
				["p.call_started_at", "p.call_id"],
				[`p.user_id = ${userId}::uuid`, ...more],
			),
			drive(`${running(userId)} c${stillOwed("call_id = c.id")}`, calls, more),
		];
		if (query.agent) return { text: either(tookPart(value(query.agent), scope)), values };
		if (own) {
			const ofEach = owed(`${contactsOf(own)} k join obligations o on o.contact_id = k.id`, [few(own)]);
			const ofMany = owed("obligations o", [owned(own), `not (${few(own)})`]);
			return { text: either([...tookPart(own), ofEach, ofMany]), values };
		}
		return { text: owed("obligations o", []), values };
	}
	if (query.agent) return { text: ofPerson(value(query.agent), scope), values };
	if (own) {
		const recent = `c.started_at > now() - interval '${ownContactsDays} days'`;
		// Who has few contacts would be looked for in vain among the calls of a quarter; whose are many is found at once.
		const ofEach = `select c.id, c.started_at from ${contactsOf(own)} k
	cross join lateral (${drive("calls c", calls, ["c.contact_id = k.id", recent])}) c
	where ${few(own)} order by c.started_at desc, c.id desc limit ${limit}`;
		const ofMany = drive("calls c", calls, [owned(own), recent, `not (${few(own)})`]);
		return { text: either([ofPerson(own), ofMany, ofEach]), values };
	}
	return { text: drive("calls c", calls, []), values };
}

/**
 * The call of a leg or an obligation, looked up row by row. In a plain join PostgreSQL takes the two columns of the key
 * for independent, believes that next to no row is found, and reads years of calls rather than stop at a full page.
 */
const callOf = (alias: string) => `
	cross join lateral (
		select * from calls where id = ${alias}.call_id and started_at = ${alias}.call_started_at limit 1) c`;

/** An open obligation, likewise looked up row by row. */
const stillOwed = (key: string) => `
	cross join lateral (select 1 from obligations where ${key} and settled_at is null limit 1) owed`;

/** Read whole before anything else: PostgreSQL must not look for them from the newest call backwards. */
const running = (userId: string) =>
	`(select * from calls where ended_at is null and user_ids @> array[${userId}::uuid] offset 0)`;

/** Bounds on the time stand on the columns of the index that drives, so that whole months are left out. */
function boundsOf(query: Query, [time, id]: readonly [string, string], value: (of: unknown) => string): string[] {
	const bounds: string[] = [];
	if (query.from) bounds.push(`${time} >= ${value(query.from)}::timestamptz`);
	if (query.to) bounds.push(`${time} < ${value(query.to)}::timestamptz`);
	if (query.after) {
		const after = cursorOf(query.after);
		const at = value(new Date(timeOfId(after)).toISOString());
		bounds.push(`(${time}, ${id}) < (${at}::timestamptz, ${value(after)}::uuid)`);
	}
	return bounds;
}

function filtersOf(query: Query, value: (of: unknown) => string, parseNumber: ParseNumber): string[] {
	const filters: string[] = [];
	if (query.direction) filters.push(`c.direction = ${value(query.direction)}`);
	if (query.outcome) filters.push(`c.outcome = ${value(query.outcome)}`);
	if (query.contact) filters.push(`c.contact_id = ${value(query.contact)}::uuid`);
	if (query.did) filters.push(`c.did = ${value(query.did)}`);
	if (query.queue) filters.push(`c.queue = ${value(query.queue)}`);
	if (query.number !== undefined) {
		const digits = query.number.replace(/\D/g, "");
		const e164 = digits.length >= wholeNumber ? parseNumber(query.number) : null;
		if (digits.length < 4) {
			throw new DzvinError("validation", say("refused.four-digits"), { number: "at least four digits" });
		}
		filters.push(e164 ? `c.number = ${value(e164)}` : `c.number like ${value(`%${digits}%`)}`);
	}
	return filters;
}

function cursorOf(text: string): string {
	const id = Id.safeParse(text);
	if (!id.success) throw new DzvinError("validation", say("refused.cursor"), { after: "unknown cursor" });
	return id.data;
}

/** Calls of one person at a time that a picture shows. */
const mostLive = 20;

/** Ids of the calls in which these people's phones ring, or in which they speak, newest first; one statement. */
export async function liveCallIds(db: Runner, userIds: readonly string[]): Promise<Map<string, string[]>> {
	const { rows } = await db.query<{ id: string; user_ids: readonly string[] }>({
		name: "live-calls-of",
		text: `select c.id, c.user_ids from calls c
where c.ended_at is null and c.user_ids && $1::uuid[] and c.started_at > now() - interval '1 day'
order by c.started_at desc`,
		values: [userIds],
	});
	const found = new Map<string, string[]>(userIds.map((userId) => [userId, []]));
	for (const { id, user_ids } of rows) {
		for (const userId of user_ids) {
			const own = found.get(userId);
			if (own !== undefined && own.length < mostLive) own.push(id);
		}
	}
	return found;
}

/** Calls that go on, newest first; more than a screen can show are left out. */
export async function liveCalls(db: Runner): Promise<Call[]> {
	const { rows } = await db.query<{ id: string }>({
		name: "live-calls",
		text: `select c.id from calls c where c.ended_at is null and c.started_at > now() - interval '1 day'
order by c.started_at desc limit 500`,
		values: [],
	});
	return [
		...(
			await readCalls(
				db,
				rows.map(({ id }) => id),
			)
		).values(),
	];
}
