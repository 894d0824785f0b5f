import { sql } from "drizzle-orm";
import { type AnyPgColumn, boolean, date, index, jsonb, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { users } from "./access.ts";
import { createdAt, id, moment } from "./columns.ts";

export const contacts = pgTable(
	"contacts",
	{
		id: id(),
		kind: text("kind", { enum: ["person", "company"] })
			.notNull()
			.default("person"),
		name: text("name").notNull(),
		/** Name folded for search: lower case, unaccented, е/ё, і/i, г/ґ and apostrophes levelled, transliterated. Kept by the server. */
		search: text("search").notNull(),
		companyId: uuid("company_id").references((): AnyPgColumn => contacts.id),
		ownerId: uuid("owner_id").references(() => users.id),
		status: text("status", { enum: ["new", "in_work", "client", "refused", "not_client"] })
			.notNull()
			.default("new"),
		source: text("source").notNull().default(""),
		region: text("region").notNull().default(""),
		birthday: date("birthday", { mode: "string" }),
		tags: jsonb("tags").$type<string[]>().notNull().default([]),
		custom: jsonb("custom").notNull().default({}),
		demo: boolean("demo").notNull().default(false),
		createdAt: createdAt(),
		updatedAt: moment("updated_at").notNull().defaultNow(),
	},
	(t) => [
		index("contacts_search").using("gin", sql`${t.search} gin_trgm_ops`),
		index("contacts_owner").on(t.ownerId, t.id),
		index("contacts_status").on(t.status, t.id),
		index("contacts_company").on(t.companyId),
	],
);

/** A number of a contact. Several contacts may share one; ownership has a time range. */
export const contactNumbers = pgTable(
	"contact_numbers",
	{
		id: id(),
		contactId: uuid("contact_id")
			.notNull()
			.references(() => contacts.id, { onDelete: "cascade" }),
		e164: text("e164"),
		raw: text("raw").notNull(),
		extension: text("extension").notNull().default(""),
		label: text("label").notNull().default(""),
		/** Null = since ever. */
		validFrom: moment("valid_from"),
		/** Null = until further notice. */
		validTo: moment("valid_to"),
	},
	(t) => [
		index("contact_numbers_e164").on(t.e164).where(sql`${t.e164} is not null`),
		index("contact_numbers_last_ten").on(sql`right(${t.e164}, 10)`).where(sql`${t.e164} is not null`),
		index("contact_numbers_fragment").using("gin", sql`${t.e164} gin_trgm_ops`),
		index("contact_numbers_contact").on(t.contactId),
	],
);

/** Changes of owner, status, numbers: append-only, reports read these. */
export const contactChanges = pgTable(
	"contact_changes",
	{
		id: id(),
		contactId: uuid("contact_id")
			.notNull()
			.references(() => contacts.id, { onDelete: "cascade" }),
		at: moment("at").notNull().defaultNow(),
		userId: uuid("user_id"),
		field: text("field", { enum: ["owner", "status", "created", "number", "mistaken"] }).notNull(),
		from: text("from_value"),
		to: text("to_value"),
	},
	(t) => [index("contact_changes_contact").on(t.contactId, t.at)],
);

/** Free words of colleagues about a contact. */
export const notes = pgTable(
	"notes",
	{
		id: id(),
		contactId: uuid("contact_id")
			.notNull()
			.references(() => contacts.id, { onDelete: "cascade" }),
		userId: uuid("user_id")
			.notNull()
			.references(() => users.id),
		at: moment("at").notNull().defaultNow(),
		text: text("text").notNull(),
	},
	(t) => [index("notes_contact").on(t.contactId, t.at)],
);

/** Planned contacts. */
export const tasks = pgTable(
	"tasks",
	{
		id: id(),
		contactId: uuid("contact_id").references(() => contacts.id, { onDelete: "cascade" }),
		assigneeId: uuid("assignee_id")
			.notNull()
			.references(() => users.id),
		createdById: uuid("created_by_id").references(() => users.id),
		callId: uuid("call_id"),
		number: text("number"),
		title: text("title").notNull(),
		dueAt: moment("due_at").notNull(),
		doneAt: moment("done_at"),
		createdAt: createdAt(),
	},
	(t) => [
		index("tasks_open").on(t.assigneeId, t.dueAt).where(sql`${t.doneAt} is null`),
		index("tasks_contact").on(t.contactId, t.dueAt),
		/** Planned for a caller who is no contact yet. */
		index("tasks_number").on(t.number).where(sql`${t.contactId} is null`),
	],
);
