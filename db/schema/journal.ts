import { bigint, date, index, jsonb, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { moment } from "./columns.ts";
import { pbxs } from "./company.ts";

/**
 * What a PBX told of the lives of its calls, as it told it. Partitioned by `day` (the migration adds
 * `partition by range`); days older than DZVIN_JOURNAL_DAYS are dropped whole. No reference to the PBX: a journal
 * must take what comes.
 */
export const pbxEvents = pgTable(
	"pbx_events",
	{
		/** Day (UTC) on which it reached a server. */
		day: date("day").notNull(),
		pbxId: uuid("pbx_id").notNull(),
		/** Boot and number where the PBX numbers its events, else a hash of the content: the same event has one row. */
		key: text("key").notNull(),
		/** Order in which a server took the events: microseconds since the epoch, made unique. */
		arrival: bigint("arrival", { mode: "number" }).notNull(),
		/** The PBX's own time. */
		at: moment("at").notNull(),
		event: jsonb("event").notNull(),
	},
	(t) => [
		primaryKey({ columns: [t.day, t.pbxId, t.key] }),
		// Rows come in the order of their time: a few bytes for each hundred pages find a call's minutes.
		index("pbx_events_arrival").using("brin", t.arrival),
	],
);

/**
 * The one server that may write the calls of a PBX. Whoever gets the advisory lock counts the token up, and every write
 * names the token that it was given: a server that slept through its replacement writes nothing any more.
 */
export const pbxWriters = pgTable("pbx_writers", {
	pbxId: uuid("pbx_id")
		.primaryKey()
		.references(() => pbxs.id, { onDelete: "cascade" }),
	token: bigint("token", { mode: "number" }).notNull(),
	/** Host and process, for the person who looks for it. */
	holder: text("holder").notNull(),
	takenAt: moment("taken_at").notNull().defaultNow(),
});
