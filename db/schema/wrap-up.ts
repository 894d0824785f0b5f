import { sql } from "drizzle-orm";
import { index, integer, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { users } from "./access.ts";
import { moment } from "./columns.ts";
import { pbxs } from "./company.ts";
import { obligations } from "./obligations.ts";

/**
 * Why a person takes no calls from the queues: one row for a call that is owed under a strict mode. An open row pauses;
 * it says nothing of the obligation, which only a disposition settles.
 */
export const wrapUps = pgTable(
	"wrap_ups",
	{
		obligationId: uuid("obligation_id")
			.notNull()
			.references(() => obligations.id, { onDelete: "cascade" }),
		userId: uuid("user_id")
			.notNull()
			.references(() => users.id),
		callId: uuid("call_id").notNull(),
		pbxId: uuid("pbx_id")
			.notNull()
			.references(() => pbxs.id),
		queue: text("queue"),
		mode: text("mode", { enum: ["mandatory", "box", "box-strict"] }).notNull(),
		since: moment("since").notNull(),
		/** End of the box; null where only the disposition ends it. */
		until: moment("until"),
		/** How often the person has added time to the box. */
		extended: integer("extended").notNull().default(0),
		endedAt: moment("ended_at"),
		endedHow: text("ended_how", { enum: ["saved", "time", "released", "not-theirs", "mode"] }),
		releasedById: uuid("released_by_id").references(() => users.id),
		releaseReason: text("release_reason"),
	},
	(t) => [
		primaryKey({ columns: [t.obligationId, t.userId] }),
		index("wrap_ups_open").on(t.userId).where(sql`${t.endedAt} is null`),
	],
);
