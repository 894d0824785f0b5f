import { and, desc, eq, inArray, lt, type SQL, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import type { Queryable } from "../../db/connect.ts";
import { users } from "../../db/schema/access.ts";
import { contactNumbers, contacts } from "../../db/schema/contacts.ts";
import type { Contact, ContactNumber, ContactStatus } from "../protocol/contact.ts";

export interface ContactFilter {
	readonly owner?: string | undefined;
	readonly status?: ContactStatus | undefined;
}

const company = alias(contacts, "company");

/** Contacts in the order of `ids`; ids of nobody are left out. Numbers: present ones first, then former ones. */
export async function contactsByIds(db: Queryable, ids: readonly string[]): Promise<Contact[]> {
	if (ids.length === 0) return [];
	const rows = await db
		.select({
			row: contacts,
			company: { id: company.id, name: company.name },
			owner: { id: users.id, name: users.name },
		})
		.from(contacts)
		.leftJoin(company, eq(company.id, contacts.companyId))
		.leftJoin(users, eq(users.id, contacts.ownerId))
		.where(inArray(contacts.id, [...ids]));
	const numbers = await db
		.select()
		.from(contactNumbers)
		.where(inArray(contactNumbers.contactId, [...ids]))
		.orderBy(sql`${contactNumbers.validTo} is not null`, contactNumbers.id);
	const found = new Map<string, Contact>();
	for (const { row, ...named } of rows) {
		found.set(row.id, {
			id: row.id,
			kind: row.kind,
			name: row.name,
			company: named.company,
			status: row.status,
			owner: named.owner,
			source: row.source,
			region: row.region,
			birthday: row.birthday,
			tags: row.tags,
			numbers: numbers.filter(({ contactId }) => contactId === row.id).map(shownNumber),
			createdAt: row.createdAt.toISOString(),
			updatedAt: row.updatedAt.toISOString(),
		});
	}
	return ids.flatMap((id) => found.get(id) ?? []);
}

function shownNumber(row: typeof contactNumbers.$inferSelect): ContactNumber {
	return {
		id: row.id,
		e164: row.e164,
		raw: row.raw,
		extension: row.extension,
		label: row.label,
		validFrom: row.validFrom?.toISOString() ?? null,
		validTo: row.validTo?.toISOString() ?? null,
	};
}

/** Ids of contacts, newest first, older than `before`; one index walk whatever the filter. */
export async function listContactIds(
	db: Queryable,
	filter: ContactFilter,
	before: string | null,
	limit: number,
): Promise<string[]> {
	const conditions: (SQL | undefined)[] = [
		filter.owner === undefined ? undefined : eq(contacts.ownerId, filter.owner),
		filter.status === undefined ? undefined : eq(contacts.status, filter.status),
		before === null ? undefined : lt(contacts.id, before),
	];
	const rows = await db
		.select({ id: contacts.id })
		.from(contacts)
		.where(and(...conditions))
		.orderBy(desc(contacts.id))
		.limit(limit);
	return rows.map(({ id }) => id);
}
