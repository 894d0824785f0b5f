import { sql } from "drizzle-orm";
import { boolean, index, integer, jsonb, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { id, moment } from "./columns.ts";
import { pbxs } from "./company.ts";

/** Minutes in which the server did not see a PBX, or not everything of it. */
export const blindWindows = pgTable(
	"blind_windows",
	{
		id: id(),
		pbxId: uuid("pbx_id")
			.notNull()
			.references(() => pbxs.id, { onDelete: "cascade" }),
		from: moment("from_at").notNull(),
		/** Null while it lasts. */
		to: moment("to_at"),
		cause: text("cause", { enum: ["link-lost", "events-lost", "server-stopped"] }).notNull(),
		/** Calls of that time that were found in the PBX's own journal. */
		recovered: integer("recovered").notNull().default(0),
		/** When the journal was read for it; null: not yet. */
		reconciledAt: moment("reconciled_at"),
		/** The journal has a hole there: it cannot be looked into. */
		torn: boolean("torn").notNull().default(false),
	},
	(t) => [
		index("blind_windows_pbx").on(t.pbxId, t.from),
		index("blind_windows_open").on(t.pbxId).where(sql`${t.to} is null`),
	],
);

/** One row a PBX: until when it was seen, and what its own journal says. */
export const observations = pgTable("observations", {
	pbxId: uuid("pbx_id")
		.primaryKey()
		.references(() => pbxs.id, { onDelete: "cascade" }),
	/** When the server first listened; older calls are not looked for. */
	since: moment("since_at").notNull(),
	/** Kept up every few seconds: across a restart it tells when the server went blind. */
	until: moment("until_at").notNull(),
	/** Everything in the journal up to here was compared. */
	reconciledUntil: moment("reconciled_until"),
	journalReadAt: moment("journal_read_at"),
	/** Its newest row. */
	journalNewest: moment("journal_newest"),
	/** Which journal it is, and the row that was written last. */
	journalMark: text("journal_mark"),
	/** The last hole in the journal, by our clock, and the row before it. */
	tornFrom: moment("torn_from"),
	tornTo: moment("torn_to"),
	tornMark: text("torn_mark"),
	/** Why it could not be read or trusted the last time; null when all is well. */
	journalProblem: text("journal_problem"),
	/** The same by the codes of its sentences. */
	journalSaid: jsonb("journal_said"),
	/** The daily figure: when it was taken, calls in the journal of the day before, of them known, external and owed. */
	countedAt: moment("counted_at"),
	families: integer("families").notNull().default(0),
	calls: integer("calls").notNull().default(0),
	external: integer("external").notNull().default(0),
	obligations: integer("obligations").notNull().default(0),
	/** Calls that only a poor journal (CDR) tells, of a time in which everything was seen. */
	unmatched: integer("unmatched").notNull().default(0),
	/** Calls of the journal that this database refuses. */
	refused: integer("refused").notNull().default(0),
});
