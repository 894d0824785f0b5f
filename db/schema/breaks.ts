import { sql } from "drizzle-orm";
import { index, pgTable, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { users } from "./access.ts";
import { id, moment } from "./columns.ts";

/** Breaks that people chose: the open row of a person keeps the queues from the phone. Another reason is another row. */
export const breaks = pgTable(
	"breaks",
	{
		id: id(),
		userId: uuid("user_id")
			.notNull()
			.references(() => users.id, { onDelete: "cascade" }),
		/** In the company's words of that day. */
		reason: text("reason").notNull(),
		since: moment("since").notNull().defaultNow(),
		endedAt: moment("ended_at"),
		endedHow: text("ended_how", { enum: ["chosen", "changed", "left"] }),
	},
	(t) => [
		uniqueIndex("breaks_open").on(t.userId).where(sql`${t.endedAt} is null`),
		index("breaks_user").on(t.userId, t.since),
	],
);
