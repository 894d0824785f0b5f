import { eq, inArray, type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import type { Queryable } from "../../db/connect.ts";
import { users } from "../../db/schema/access.ts";
import { contactChanges, notes, tasks } from "../../db/schema/contacts.ts";
import { CursorMoment, readCursor, writeCursor } from "../cursor.ts";
import { DzvinError } from "../errors.ts";
import { Id } from "../protocol/basics.ts";
import type { Call } from "../protocol/call.ts";
import { type TimelineItem, TimelineKind, type TimelinePage, type TimelineQuery } from "../protocol/contact.ts";
import { say } from "../protocol/sentences.ts";
import { timelineFilter } from "./timeline-filter.ts";

/** Reads calls as people see them; handed over by the feature that owns them. */
export type CallsByIds = (db: Queryable, ids: readonly string[]) => Promise<readonly Call[]>;

type Kind = z.infer<typeof TimelineKind>;
type Query = z.infer<typeof TimelineQuery>;

/** Where each kind lies, and its place among kinds of the same moment. Each has an index on (contact_id, time). */
const sources: Readonly<Record<Kind, { rank: number; table: SQL; at: SQL }>> = {
	call: { rank: 1, table: sql`calls`, at: sql`started_at` },
	note: { rank: 2, table: sql`notes`, at: sql`at` },
	change: { rank: 3, table: sql`contact_changes`, at: sql`at` },
	task: { rank: 4, table: sql`tasks`, at: sql`due_at` },
};

/** A place in the order (time, rank of the kind, id), newest first. Milliseconds, as the columns keep them. */
const Place = z.tuple([CursorMoment, z.int(), Id]);
type Place = z.infer<typeof Place>;

/** `kinds` of the query: names with commas between; none = all. Throws `validation` for others. */
function timelineKinds(text: string | undefined): Kind[] {
	if (text === undefined || text === "") return TimelineKind.options;
	const kinds = z.array(TimelineKind).safeParse(text.split(","));
	if (!kinds.success)
		throw new DzvinError("validation", say("refused.no-such-kind"), { kinds: TimelineKind.options.join(", ") });
	return [...new Set(kinds.data)];
}

/**
 * Everything that happened with a contact, or what of it the query asks for, as one list, newest first. Without a search
 * the cost does not grow with the history; a search looks at no more than this contact's own rows.
 */
export async function readTimeline(
	db: Queryable,
	contactId: string,
	query: Query,
	callsByIds: CallsByIds,
): Promise<TimelinePage> {
	const after = query.after === undefined ? null : readCursor(Place, query.after);
	const { rows } = await db.execute<{ kind: Kind; rank: number; id: string; at: string }>(
		timelinePlaces(contactId, query, after),
	);
	const places = rows.slice(0, query.limit);
	const items = await readItems(db, places, callsByIds);
	const last = places.at(-1);
	const more = rows.length > query.limit && last !== undefined;
	return {
		// A call may have been joined with another since its id was read.
		items: places.flatMap(({ id }) => items.get(id) ?? []),
		next: more ? writeCursor([new Date(last.at).getTime(), last.rank, last.id] satisfies Place) : null,
	};
}

/** Ids in order: each kind gives at most one page from its own index, and the pages are merged. */
export function timelinePlaces(contactId: string, query: Query, after: Place | null): SQL {
	const limit = query.limit + 1;
	const parts = timelineKinds(query.kinds).map((kind) => page(kind, contactId, query, after));
	return sql`select * from (${sql.join(parts, sql` union all `)}) as everything
		order by at desc, rank desc, id desc limit ${limit}`;
}

function page(kind: Kind, contactId: string, query: Query, after: Place | null): SQL {
	const { rank, table, at } = sources[kind];
	return sql`(select ${kind}::text as kind, ${rank}::int as rank, id, ${at} as at from ${table}
		where contact_id = ${contactId} ${timelineFilter(kind, at, query)} ${after === null ? sql`` : behind(at, rank, after)}
		order by ${at} desc, id desc limit ${query.limit + 1})`;
}

function behind(at: SQL, rank: number, [time, lastRank, lastId]: Place): SQL {
	const moment = new Date(time).toISOString();
	if (rank > lastRank) return sql`and ${at} < ${moment}`;
	if (rank < lastRank) return sql`and ${at} <= ${moment}`;
	return sql`and ${at} <= ${moment} and (${at}, id) < (${moment}, ${lastId})`;
}

async function readItems(
	db: Queryable,
	places: readonly { kind: Kind; id: string }[],
	callsByIds: CallsByIds,
): Promise<Map<string, TimelineItem>> {
	const idsOf = (kind: Kind) => places.filter((place) => place.kind === kind).map(({ id }) => id);
	const read = await Promise.all([
		whenAny(idsOf("call"), async (ids) =>
			(await callsByIds(db, ids)).map(
				(call): TimelineItem => ({ kind: "call", id: call.id, at: call.startedAt, call }),
			),
		),
		whenAny(idsOf("note"), (ids) => readNotes(db, ids)),
		whenAny(idsOf("change"), (ids) => readChanges(db, ids)),
		whenAny(idsOf("task"), (ids) => readTasks(db, ids)),
	]);
	return new Map(read.flat().map((item) => [item.id, item]));
}

async function whenAny<T>(ids: string[], read: (ids: string[]) => Promise<T[]>): Promise<T[]> {
	return ids.length === 0 ? [] : read(ids);
}

async function readNotes(db: Queryable, ids: string[]): Promise<TimelineItem[]> {
	const rows = await db
		.select({ id: notes.id, at: notes.at, text: notes.text, by: { id: users.id, name: users.name } })
		.from(notes)
		.innerJoin(users, eq(users.id, notes.userId))
		.where(inArray(notes.id, ids));
	return rows.map((row) => ({ ...row, kind: "note", at: row.at.toISOString() }));
}

async function readChanges(db: Queryable, ids: string[]): Promise<TimelineItem[]> {
	const rows = await db
		.select({ row: contactChanges, by: { id: users.id, name: users.name } })
		.from(contactChanges)
		.leftJoin(users, eq(users.id, contactChanges.userId))
		.where(inArray(contactChanges.id, ids));
	const owners = rows.flatMap(({ row }) => (row.field === "owner" ? [row.from, row.to] : []));
	const names = await namesOf(db, owners);
	return rows.map(({ row, by }) => {
		const shown = (value: string | null) =>
			row.field === "owner" && value !== null ? (names.get(value) ?? value) : value;
		return {
			kind: "change",
			id: row.id,
			at: row.at.toISOString(),
			by,
			field: row.field,
			from: shown(row.from),
			to: shown(row.to),
		};
	});
}

/** History keeps who it was, not what he was called then. */
async function namesOf(db: Queryable, values: readonly (string | null)[]): Promise<Map<string, string>> {
	const ids = [...new Set(values)].filter((value) => Id.safeParse(value).success).flatMap((value) => value ?? []);
	if (ids.length === 0) return new Map();
	const rows = await db.select({ id: users.id, name: users.name }).from(users).where(inArray(users.id, ids));
	return new Map(rows.map(({ id, name }) => [id, name]));
}

async function readTasks(db: Queryable, ids: string[]): Promise<TimelineItem[]> {
	const rows = await db
		.select({
			id: tasks.id,
			at: tasks.dueAt,
			title: tasks.title,
			doneAt: tasks.doneAt,
			by: { id: users.id, name: users.name },
		})
		.from(tasks)
		.leftJoin(users, eq(users.id, tasks.assigneeId))
		.where(inArray(tasks.id, ids));
	return rows.map((row) => ({
		...row,
		kind: "task",
		at: row.at.toISOString(),
		doneAt: row.doneAt?.toISOString() ?? null,
	}));
}
