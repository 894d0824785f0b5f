import { sql } from "drizzle-orm";
import { boolean, integer, jsonb, pgTable, primaryKey, text, timestamp, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { createdAt, id, moment } from "./columns.ts";

/** One row: what the company decided. Shape: `Settings` in the protocol. */
export const settings = pgTable("settings", {
	id: integer("id").primaryKey().default(1),
	value: jsonb("value").notNull(),
	updatedAt: moment("updated_at").notNull().defaultNow(),
});

/** A PBX that we listen to. Secrets are sealed with `DZVIN_SECRET_KEY`. */
export const pbxs = pgTable(
	"pbxs",
	{
		id: id(),
		name: text("name").notNull(),
		host: text("host").notNull(),
		port: integer("port").notNull(),
		/** `{enabled, ca?, fingerprint?}` */
		tls: jsonb("tls").notNull().default({ enabled: false }),
		eventsUsername: text("events_username").notNull(),
		eventsSecretSealed: text("events_secret_sealed").notNull(),
		controlUsername: text("control_username"),
		controlSecretSealed: text("control_secret_sealed"),
		extensionPattern: text("extension_pattern").notNull(),
		recordingsRoot: text("recordings_root"),
		/** Source of the PBX's own journal, secrets sealed inside. */
		history: jsonb("history"),
		dial: jsonb("dial").notNull().default({}),
		demo: boolean("demo").notNull().default(false),
		active: boolean("active").notNull().default(true),
		createdAt: createdAt(),
		updatedAt: moment("updated_at").notNull().defaultNow(),
	},
	// A PBX that was taken away keeps its name for past calls, and frees it for another.
	(t) => [uniqueIndex("pbxs_name").on(t.name).where(sql`${t.active}`)],
);

/** Logins that a PBX refused us lately, by account: refusals are counted by whoever blocks addresses, too. */
export const refusedLogins = pgTable(
	"refused_logins",
	{
		pbxId: uuid("pbx_id")
			.notNull()
			.references(() => pbxs.id, { onDelete: "cascade" }),
		/** Its name in `manager.conf`. */
		account: text("account").notNull(),
		/** Oldest first, the last twelve. */
		refusedAt: timestamp("refused_at", { withTimezone: true }).array().notNull(),
	},
	(t) => [primaryKey({ columns: [t.pbxId, t.account] })],
);
