import { type SQL, sql } from "drizzle-orm";
import type { z } from "zod";
import type { TimelineKind, TimelineQuery } from "../protocol/contact.ts";

type Kind = z.infer<typeof TimelineKind>;
type Query = z.infer<typeof TimelineQuery>;

/** More words than anybody types; each is one more look at every text. */
const mostWords = 8;

/**
 * What narrows a contact's history, as conditions on the rows of one kind: the period, who spoke or wrote, and what was
 * written. All of them stand beside `contact_id = …`, so that no more than this contact's own rows are looked at.
 */
export function timelineFilter(kind: Kind, at: SQL, { from, to, by, q, statuses }: Query): SQL {
	const conditions: SQL[] = [];
	if (from !== undefined) conditions.push(sql`${at} >= ${from}::timestamptz`);
	if (to !== undefined) conditions.push(sql`${at} < ${to}::timestamptz`);
	if (by !== undefined) conditions.push(byWhom(kind, by));
	const words = (q ?? "").split(/\s+/).filter(Boolean).slice(0, mostWords);
	if (words.length > 0) conditions.push(written(kind, words, statuses?.split(",") ?? []));
	return conditions.length === 0 ? sql`` : sql`and ${sql.join(conditions, sql` and `)}`;
}

/** A call is of the people who spoke or dialled, not of everybody whose phone rang. */
function byWhom(kind: Kind, userId: string): SQL {
	switch (kind) {
		case "call":
			return sql`calls.user_ids @> array[${userId}::uuid] and exists (
				select from legs l where l.call_id = calls.id and l.call_started_at = calls.started_at
					and l.user_id = ${userId} and (l.placed or l.answered_at is not null))`;
		case "note":
		case "change":
			return sql`user_id = ${userId}`;
		case "task":
			return sql`assignee_id = ${userId}`;
	}
}

/** Every word stands in the text; a call is searched by the disposition that it shows: the newest. */
function written(kind: Kind, words: readonly string[], statuses: readonly string[]): SQL {
	const has = (text: SQL) =>
		sql.join(
			words.map((word) => sql`strpos(${levelled(text)}, ${levelled(sql`${word}::text`)}) > 0`),
			sql` and `,
		);
	switch (kind) {
		case "call":
			return sql`(
				select d.status = any(${sql.param([...statuses])}::text[])
					or (${has(sql`d.comment || ' ' || coalesce(d.refusal_reason, '')`)})
				from dispositions d where d.call_id = calls.id order by d.at desc, d.id desc limit 1)`;
		case "note":
			return has(sql`notes.text`);
		case "task":
			return has(sql`tasks.title`);
		case "change":
			// Nobody wrote anything.
			return sql`false`;
	}
}

/** Letters that people write for one another in Ukrainian and Russian become one; apostrophes and soft signs go. */
const levelled = (text: SQL) => sql`translate(lower(${text}), 'ёєэїіґыйъь''’ʼ', 'еееиигии')`;
