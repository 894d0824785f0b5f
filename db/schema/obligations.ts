import { sql } from "drizzle-orm";
import { index, integer, numeric, pgTable, primaryKey, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { users } from "./access.ts";
import { id, moment } from "./columns.ts";

/** What we owe to a client: one row for every external call, opened in the transaction that opens the call. */
export const obligations = pgTable(
	"obligations",
	{
		id: id(),
		kind: text("kind", { enum: ["call", "missed"] }).notNull(),
		callId: uuid("call_id").notNull(),
		callStartedAt: moment("call_started_at").notNull(),
		contactId: uuid("contact_id"),
		number: text("number"),
		/** Of a missed call, through which line and queue it came: settled ones are looked for by these among years of others. */
		did: text("did"),
		queue: text("queue"),
		assigneeId: uuid("assignee_id").references(() => users.id),
		claimedById: uuid("claimed_by_id").references(() => users.id),
		claimedAt: moment("claimed_at"),
		attempts: integer("attempts").notNull().default(0),
		openedAt: moment("opened_at").notNull(),
		dueAt: moment("due_at").notNull(),
		/** When a missed call goes one step further; null when there is none. */
		escalatesAt: moment("escalates_at"),
		escalatedTo: text("escalated_to", { enum: ["team", "supervisor"] }),
		/** When it went there. */
		escalatedAt: moment("escalated_at"),
		settledAt: moment("settled_at"),
		settledById: uuid("settled_by_id").references(() => users.id),
		settledHow: text("settled_how", { enum: ["disposition", "conversation", "other-channel", "dismissed"] }),
		/** Of an answer on another channel. */
		settledChannel: text("settled_channel", { enum: ["letter", "messenger", "sms", "in-person", "other"] }),
		settledByCallId: uuid("settled_by_call_id"),
		settledComment: text("settled_comment"),
	},
	(t) => [
		uniqueIndex("obligations_call").on(t.callId),
		index("obligations_open").on(t.kind, t.dueAt, t.id).where(sql`${t.settledAt} is null`),
		index("obligations_open_assignee").on(t.assigneeId, t.dueAt, t.id).where(sql`${t.settledAt} is null`),
		/** In the order in which they are due: whether a missed call is its client's first one is the beginning of the range. */
		index("obligations_open_number").on(t.number, t.kind, t.dueAt, t.id).where(sql`${t.settledAt} is null`),
		index("obligations_open_contact").on(t.contactId, t.kind, t.dueAt, t.id).where(sql`${t.settledAt} is null`),
		/** For the list of unprocessed calls, newest first. */
		index("obligations_open_started").on(t.callStartedAt, t.callId).where(sql`${t.settledAt} is null`),
		index("obligations_escalates")
			.on(t.escalatesAt, t.id)
			.where(sql`${t.settledAt} is null and ${t.escalatesAt} is not null`),
		index("obligations_open_escalated")
			.on(t.dueAt, t.id)
			.where(sql`${t.settledAt} is null and ${t.escalatedAt} is not null`),
		index("obligations_settled").on(t.settledAt, t.id).where(sql`${t.settledAt} is not null`),
		/** One person's, and those that went to the team: few among millions. */
		index("obligations_settled_assignee").on(t.assigneeId, t.settledAt, t.id).where(sql`${t.settledAt} is not null`),
		index("obligations_settled_line")
			.on(t.did, t.settledAt, t.id)
			.where(sql`${t.settledAt} is not null and ${t.kind} = 'missed'`),
		index("obligations_settled_queue")
			.on(t.queue, t.settledAt, t.id)
			.where(sql`${t.settledAt} is not null and ${t.kind} = 'missed' and ${t.queue} is not null`),
		index("obligations_settled_escalated")
			.on(t.settledAt, t.id)
			.where(sql`${t.settledAt} is not null and ${t.escalatedAt} is not null`),
	],
);

/**
 * Who took part in calls that are over and still owed, so that the unprocessed calls of one person are found among all
 * that is owed. Written at the end of a call, never while a phone rings; a trigger takes the rows of what is settled.
 */
export const owedPeople = pgTable(
	"owed_people",
	{
		obligationId: uuid("obligation_id")
			.notNull()
			.references(() => obligations.id, { onDelete: "cascade" }),
		userId: uuid("user_id").notNull(),
		callId: uuid("call_id").notNull(),
		callStartedAt: moment("call_started_at").notNull(),
	},
	(t) => [
		primaryKey({ columns: [t.obligationId, t.userId] }),
		index("owed_people_started").on(t.userId, t.callStartedAt, t.callId),
	],
);

/** Append-only. The newest row of a call is its disposition. */
export const dispositions = pgTable(
	"dispositions",
	{
		id: id(),
		callId: uuid("call_id").notNull(),
		callStartedAt: moment("call_started_at").notNull(),
		contactId: uuid("contact_id"),
		status: text("status", { enum: ["in_work", "bought", "refused", "not_client"] }).notNull(),
		comment: text("comment").notNull(),
		refusalReason: text("refusal_reason"),
		amount: numeric("amount", { precision: 15, scale: 2 }),
		currency: text("currency"),
		nextContactAt: moment("next_contact_at"),
		userId: uuid("user_id")
			.notNull()
			.references(() => users.id),
		at: moment("at").notNull().defaultNow(),
	},
	(t) => [
		index("dispositions_call").on(t.callId, t.at),
		index("dispositions_at").on(t.at),
		index("dispositions_contact").on(t.contactId, t.at),
	],
);
