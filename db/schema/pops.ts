import { date, index, integer, pgTable, primaryKey, smallint, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { users } from "./access.ts";
import { id, moment } from "./columns.ts";

/**
 * Phones that rang while nobody saw the pop-up: the proof of it, with when and by whom it was seen after all. What the
 * call was is kept as it was then. Append-only but for `seen_at` and `seen_by_id`, which are set once.
 */
export const unseenPops = pgTable(
	"unseen_pops",
	{
		id: id(),
		callId: uuid("call_id").notNull(),
		callStartedAt: moment("call_started_at").notNull(),
		userId: uuid("user_id")
			.notNull()
			.references(() => users.id),
		extension: text("extension"),
		contactId: uuid("contact_id"),
		number: text("number"),
		queue: text("queue"),
		cause: text("cause", { enum: ["not-acknowledged", "not-connected"] }).notNull(),
		rangAt: moment("rang_at").notNull(),
		noticedAt: moment("noticed_at").notNull(),
		seenAt: moment("seen_at"),
		seenById: uuid("seen_by_id").references(() => users.id),
	},
	(t) => [uniqueIndex("unseen_pops_key").on(t.callId, t.userId), index("unseen_pops_noticed").on(t.noticedAt, t.id)],
);

/** How many pop-ups took about so long to the screen, by day: a few hundred rows a day, however many calls. */
export const paintTimes = pgTable(
	"paint_times",
	{
		/** Of the company's calendar. */
		day: date("day").notNull(),
		/** Times grow by a twentieth from one to the next (server/live/paint-times.ts). */
		bucket: smallint("bucket").notNull(),
		count: integer("count").notNull(),
	},
	(t) => [primaryKey({ columns: [t.day, t.bucket] })],
);
