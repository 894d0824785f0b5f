import { sql } from "drizzle-orm";
import { bigint, boolean, customType, index, jsonb, pgTable, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { createdAt, id, moment } from "./columns.ts";

/** People who sign in. Names and shapes of the first columns are what better-auth expects. */
export const users = pgTable(
	"users",
	{
		id: id(),
		name: text("name").notNull(),
		email: text("email").notNull().unique(),
		emailVerified: boolean("email_verified").notNull().default(false),
		image: text("image"),
		role: text("role", { enum: ["agent", "supervisor", "admin"] })
			.notNull()
			.default("agent"),
		extension: text("extension"),
		active: boolean("active").notNull().default(true),
		preferences: jsonb("preferences").notNull().default({}),
		demo: boolean("demo").notNull().default(false),
		createdAt: createdAt(),
		updatedAt: moment("updated_at").notNull().defaultNow(),
	},
	(t) => [uniqueIndex("users_extension").on(t.extension).where(sql`${t.active} and ${t.extension} is not null`)],
);

export const sessions = pgTable(
	"sessions",
	{
		id: id(),
		userId: uuid("user_id")
			.notNull()
			.references(() => users.id, { onDelete: "cascade" }),
		token: text("token").notNull().unique(),
		expiresAt: moment("expires_at").notNull(),
		ipAddress: text("ip_address"),
		userAgent: text("user_agent"),
		createdAt: createdAt(),
		updatedAt: moment("updated_at").notNull().defaultNow(),
	},
	(t) => [index("sessions_user").on(t.userId)],
);

export const accounts = pgTable(
	"accounts",
	{
		id: id(),
		userId: uuid("user_id")
			.notNull()
			.references(() => users.id, { onDelete: "cascade" }),
		accountId: text("account_id").notNull(),
		providerId: text("provider_id").notNull(),
		accessToken: text("access_token"),
		refreshToken: text("refresh_token"),
		idToken: text("id_token"),
		accessTokenExpiresAt: moment("access_token_expires_at"),
		refreshTokenExpiresAt: moment("refresh_token_expires_at"),
		scope: text("scope"),
		password: text("password"),
		createdAt: createdAt(),
		updatedAt: moment("updated_at").notNull().defaultNow(),
	},
	(t) => [index("accounts_user").on(t.userId)],
);

export const verifications = pgTable("verifications", {
	id: id(),
	identifier: text("identifier").notNull(),
	value: text("value").notNull(),
	expiresAt: moment("expires_at").notNull(),
	createdAt: createdAt(),
	updatedAt: moment("updated_at").notNull().defaultNow(),
});

/** Who did what: sign-ins, plays of recordings, changes of users and PBXs. Append-only. */
export const audit = pgTable(
	"audit",
	{
		id: id(),
		at: moment("at").notNull().defaultNow(),
		userId: uuid("user_id"),
		action: text("action").notNull(),
		subject: text("subject").notNull(),
		detail: jsonb("detail").notNull().default({}),
		ipAddress: text("ip_address"),
	},
	(t) => [index("audit_at").on(t.at), index("audit_user").on(t.userId, t.at)],
);

const bytes = customType<{ data: Buffer }>({ dataType: () => "bytea" });

/**
 * One row per row of `audit`, in the order in which they were committed: the SHA-256 of the hash before and of what the
 * row says. A trigger writes it at the commit; nothing changes or removes it.
 */
export const auditChain = pgTable("audit_chain", {
	position: bigint("position", { mode: "number" }).primaryKey(),
	auditId: uuid("audit_id").notNull().unique(),
	hash: bytes("hash").notNull(),
});
