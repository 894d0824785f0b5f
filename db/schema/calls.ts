import { sql } from "drizzle-orm";
import {
	bigint,
	boolean,
	index,
	integer,
	pgTable,
	primaryKey,
	smallint,
	text,
	uniqueIndex,
	uuid,
} from "drizzle-orm/pg-core";
import { moment } from "./columns.ts";
import { pbxs } from "./company.ts";

/**
 * One row a business call, partitioned by month of `started_at` (the migration adds
 * `partition by range`). The id carries `started_at` in its first 48 bits (UUID version 7)
 * and a hash of (pbx, linked id) in the rest: the same call gets the same id however often and
 * by whichever road it is recorded, and a read by id touches one partition.
 */
export const calls = pgTable(
	"calls",
	{
		id: uuid("id").notNull(),
		startedAt: moment("started_at").notNull(),
		pbxId: uuid("pbx_id")
			.notNull()
			.references(() => pbxs.id),
		linkedId: text("linked_id").notNull(),
		direction: text("direction", { enum: ["inbound", "outbound", "internal"] }).notNull(),
		outcome: text("outcome", {
			enum: ["ringing", "talking", "answered", "missed", "no-answer", "busy", "failed"],
		}).notNull(),
		number: text("number"),
		rawNumber: text("raw_number").notNull(),
		withheld: boolean("withheld").notNull().default(false),
		callerName: text("caller_name").notNull(),
		did: text("did").notNull(),
		queue: text("queue"),
		ivr: text("ivr").notNull().default(""),
		answeredAt: moment("answered_at"),
		endedAt: moment("ended_at"),
		ringMs: integer("ring_ms").notNull().default(0),
		talkMs: integer("talk_ms").notNull().default(0),
		/** The person this call belongs to: matched at the time, attached later, or chosen. */
		contactId: uuid("contact_id"),
		/** True when an agent chose; then matching never overwrites it. */
		contactChosen: boolean("contact_chosen").notNull().default(false),
		/** Users on the legs, to judge who may see a call. Not indexed: a ringing phone would touch every index of its call. */
		userIds: uuid("user_ids").array().notNull().default(sql`'{}'`),
		recovered: boolean("recovered").notNull().default(false),
		interrupted: boolean("interrupted").notNull().default(false),
		/** How far the call had come in the facts recorded last: older facts that arrive late change nothing. */
		progress: bigint("progress", { mode: "number" }).notNull().default(0),
	},
	(t) => [
		primaryKey({ columns: [t.id, t.startedAt] }),
		uniqueIndex("calls_key").on(t.pbxId, t.linkedId, t.startedAt),
		index("calls_contact").on(t.contactId, t.startedAt),
		index("calls_number").on(t.number, t.startedAt),
		index("calls_started").on(t.startedAt, t.id),
		index("calls_live").on(t.pbxId).where(sql`${t.endedAt} is null`),
		index("calls_number_fragment").using("gin", sql`${t.number} gin_trgm_ops`),
	],
);

/**
 * Calls that turned out to be part of another one: their rows are gone, their ids still lead to the call that
 * took them in, and late facts about them are not recorded again.
 */
export const mergedCalls = pgTable(
	"merged_calls",
	{
		callId: uuid("call_id").primaryKey(),
		intoCallId: uuid("into_call_id").notNull(),
		at: moment("at").notNull().defaultNow(),
	},
	(t) => [index("merged_calls_into").on(t.intoCallId)],
);

/** One row a person and run of attempts. Partitioned with its call. */
export const legs = pgTable(
	"legs",
	{
		callId: uuid("call_id").notNull(),
		callStartedAt: moment("call_started_at").notNull(),
		index: smallint("index").notNull(),
		extension: text("extension").notNull(),
		outside: boolean("outside").notNull().default(false),
		/** The person dialled: the phone never rang. */
		placed: boolean("placed").notNull().default(false),
		/** Who had this extension at that time. */
		userId: uuid("user_id"),
		rangAt: moment("rang_at").notNull(),
		answeredAt: moment("answered_at"),
		leftAt: moment("left_at"),
		result: text("result", {
			enum: ["answered", "no-answer", "busy", "rejected", "elsewhere", "cancelled", "transferred"],
		}),
	},
	(t) => [
		primaryKey({ columns: [t.callId, t.callStartedAt, t.index] }),
		/** A person's calls, newest first. */
		index("legs_user").on(t.userId, t.callStartedAt, t.callId).where(sql`${t.userId} is not null`),
	],
);

export const recordings = pgTable(
	"recordings",
	{
		callId: uuid("call_id").notNull(),
		callStartedAt: moment("call_started_at").notNull(),
		index: smallint("index").notNull(),
		/** As the PBX names it. Never leaves the server. */
		path: text("path").notNull(),
		startedAt: moment("started_at").notNull(),
		closed: boolean("closed").notNull().default(false),
		state: text("state", { enum: ["expected", "ready", "empty", "missing", "denied", "unplayable"] })
			.notNull()
			.default("expected"),
		seconds: integer("seconds"),
		bytes: bigint("bytes", { mode: "number" }),
		checkedAt: moment("checked_at"),
	},
	(t) => [
		primaryKey({ columns: [t.callId, t.callStartedAt, t.index] }),
		index("recordings_expected").on(t.callStartedAt).where(sql`${t.state} in ('expected', 'missing', 'denied')`),
	],
);
