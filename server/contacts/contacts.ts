import { eq, sql } from "drizzle-orm";
import type { FastifyBaseLogger } from "fastify";
import type { z } from "zod";
import type { Database, Queryable, Transaction } from "../../db/connect.ts";
import { newId } from "../../db/id.ts";
import { isDeadlock } from "../../db/runner.ts";
import { users } from "../../db/schema/access.ts";
import { contactChanges, notes, contacts as table } from "../../db/schema/contacts.ts";
import { readCursor, writeCursor } from "../cursor.ts";
import { DzvinError } from "../errors.ts";
import type { EventBus } from "../events.ts";
import type { Person } from "../http.ts";
import { Id } from "../protocol/basics.ts";
import type { Contact, ContactInput, ContactListQuery, ContactPage, ContactPatch } from "../protocol/contact.ts";
import { say } from "../protocol/sentences.ts";
import type { Settings } from "../protocol/settings.ts";
import { attachCalls } from "./attach.ts";
import { fold } from "./fold.ts";
import { giveBack } from "./give-back.ts";
import { parse } from "./number.ts";
import { type NumbersChange, replaceNumbers } from "./numbers.ts";
import { searchContactIds } from "./search.ts";
import { contactsByIds, listContactIds } from "./store.ts";

type Who = Pick<Person, "id" | "role">;
type Row = typeof table.$inferSelect;
type Change = Pick<typeof contactChanges.$inferInsert, "field" | "from" | "to">;

export interface Contacts {
	create(input: z.infer<typeof ContactInput>, by: Who): Promise<Contact>;
	/** Throws `not-found`, `validation`, and `forbidden` when the owner is not this person's to change. */
	patch(id: string, patch: z.infer<typeof ContactPatch>, by: Who): Promise<Contact>;
	get(id: string): Promise<Contact>;
	/** With `q` the best matches on one page, without it all contacts, newest first. */
	list(query: z.infer<typeof ContactListQuery>): Promise<ContactPage>;
	addNote(contactId: string, text: string, by: Person): Promise<{ id: string; at: Date }>;
}

export interface ContactsDeps {
	readonly database: Database;
	readonly settings: () => Settings;
	readonly bus: EventBus;
	readonly now: () => number;
	readonly log: Pick<FastifyBaseLogger, "warn">;
}

interface Saved {
	readonly id: string;
	readonly numbers: NumbersChange;
}

/** A call recorded while its contact was being saved may have looked the number up just before: so far back we look again. */
const recordingTakes = 60 * 60_000;

/** People and companies: made, changed, found. Every change tells `contact.changed` after its commit. */
export function createContacts({ database, settings, bus, now, log }: ContactsDeps): Contacts {
	const db = database.ui;

	async function save(work: (tx: Transaction, at: Date) => Promise<Saved>): Promise<Contact> {
		const at = new Date(now());
		const saved = await patiently(() => db.transaction((tx) => work(tx, at)));
		if (saved.numbers.gained.length > 0) await attachLate(saved, at);
		bus.emit("contact.changed", { contactId: saved.id });
		return get(saved.id);
	}

	/** What a person asked for is committed by then, so a failure here must not look like one of his. */
	async function attachLate({ id, numbers }: Saved, at: Date): Promise<void> {
		const since = new Date(at.getTime() - recordingTakes);
		try {
			await patiently(() => db.transaction((tx) => attachCalls(tx, id, numbers.gained, since)));
		} catch (error) {
			log.warn({ contactId: id, err: error }, "calls recorded while the contact was saved may lack it");
		}
	}

	/** Throws `validation` for a number that the contact still has. */
	async function giveBackAll(tx: Transaction, id: string, raws: readonly string[]): Promise<Change[]> {
		const changes: Change[] = [];
		for (const raw of new Set(raws)) {
			const parsed = parse(raw, settings());
			if (parsed.kind !== "number") continue;
			const { rows } = await tx.execute(
				sql`select 1 from contact_numbers where contact_id = ${id} and e164 = ${parsed.e164} and valid_to is null`,
			);
			if (rows.length > 0)
				throw new DzvinError("validation", say("refused.fields"), { mistaken: "still a number here" });
			const calls = await giveBack(tx, id, parsed.e164);
			changes.push({ field: "mistaken", from: parsed.e164, to: String(calls) });
		}
		return changes;
	}

	async function get(id: string): Promise<Contact> {
		const [contact] = await contactsByIds(db, [id]);
		if (contact === undefined) throw new DzvinError("not-found", say("refused.no-such-contact"));
		return contact;
	}

	return {
		get,

		create(input, by) {
			return save(async (tx, at) => {
				const id = newId();
				await requireKnown(tx, id, input);
				const { numbers: given, ...fields } = input;
				await tx.insert(table).values({
					...present(fields),
					id,
					name: input.name,
					search: fold(input.name),
					tags: [...new Set(input.tags ?? [])],
					createdAt: at,
					updatedAt: at,
				});
				const numbers = await replaceNumbers(tx, id, given, settings(), at);
				await attachCalls(tx, id, numbers.gained);
				const changes: Change[] = [{ field: "created", from: null, to: input.name }];
				if (input.ownerId) changes.push({ field: "owner", from: null, to: input.ownerId });
				await remember(tx, id, changes, by, at);
				return { id, numbers };
			});
		},

		patch(id, patch, by) {
			return save(async (tx, at) => {
				const [row] = await tx.select().from(table).where(eq(table.id, id)).for("update");
				if (row === undefined) throw new DzvinError("not-found", say("refused.no-such-contact"));
				requireOwnerChangeAllowed(row, patch.ownerId, by);
				await requireKnown(tx, id, {
					ownerId: patch.ownerId === row.ownerId ? null : patch.ownerId,
					companyId: patch.companyId === row.companyId ? null : patch.companyId,
				});
				const { numbers: wanted, mistaken = [], ...fields } = patch;
				await tx
					.update(table)
					.set({
						...present(fields),
						...(fields.name === undefined ? {} : { search: fold(fields.name) }),
						...(fields.tags === undefined ? {} : { tags: [...new Set(fields.tags)] }),
						updatedAt: at,
					})
					.where(eq(table.id, id));
				const numbers: NumbersChange =
					wanted === undefined
						? { added: [], removed: [], gained: [] }
						: await replaceNumbers(tx, id, wanted, settings(), at);
				await attachCalls(tx, id, numbers.gained);
				const changes: Change[] = [
					...numbers.removed.map((from): Change => ({ field: "number", from, to: null })),
					...numbers.added.map((to): Change => ({ field: "number", from: null, to })),
				];
				if (patch.ownerId !== undefined && patch.ownerId !== row.ownerId) {
					changes.push({ field: "owner", from: row.ownerId, to: patch.ownerId });
				}
				changes.push(...(await giveBackAll(tx, id, mistaken)));
				await remember(tx, id, changes, by, at);
				return { id, numbers };
			});
		},

		async list({ q, owner, status, after, limit }) {
			const filter = { owner, status };
			if (q !== undefined && q.trim() !== "") {
				const ids = await searchContactIds(db, q, settings(), filter, limit);
				return { items: await contactsByIds(db, ids), next: null };
			}
			const before = after === undefined ? null : readCursor(Id, after);
			const ids = await listContactIds(db, filter, before, limit + 1);
			const shown = ids.slice(0, limit);
			const last = shown.at(-1);
			const next = ids.length > limit && last !== undefined ? writeCursor(last) : null;
			return { items: await contactsByIds(db, shown), next };
		},

		async addNote(contactId, text, by) {
			const id = newId();
			const at = new Date(now());
			await get(contactId);
			await db.insert(notes).values({ id, contactId, userId: by.id, at, text });
			bus.emit("contact.changed", { contactId });
			return { id, at };
		},
	};
}

/** Without the keys whose value is undefined: drizzle and `exactOptionalPropertyTypes` want them gone. */
function present<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
	return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}

/** A contact without an owner may be taken by anybody; else the present owner hands it over, or a supervisor does. */
function requireOwnerChangeAllowed(row: Row, ownerId: string | null | undefined, by: Who): void {
	if (ownerId === undefined || ownerId === row.ownerId || row.ownerId === null) return;
	if (by.role !== "agent" || row.ownerId === by.id) return;
	throw new DzvinError("forbidden", say("refused.hand-over"));
}

async function requireKnown(
	db: Queryable,
	id: string,
	given: { ownerId?: string | null | undefined; companyId?: string | null | undefined },
): Promise<void> {
	if (given.ownerId) {
		const [owner] = await db.select({ active: users.active }).from(users).where(eq(users.id, given.ownerId));
		if (!owner?.active)
			throw new DzvinError("validation", say("refused.no-such-owner"), { ownerId: "not an active user" });
	}
	if (given.companyId) {
		const [company] = await db.select({ kind: table.kind }).from(table).where(eq(table.id, given.companyId));
		if (company?.kind !== "company" || given.companyId === id) {
			throw new DzvinError("validation", say("refused.no-such-company"), { companyId: "not a company" });
		}
	}
}

async function remember(tx: Transaction, contactId: string, changes: readonly Change[], by: Who, at: Date) {
	if (changes.length === 0) return;
	await tx
		.insert(contactChanges)
		.values(changes.map((change) => ({ id: newId(), contactId, at, userId: by.id, ...change })));
}

/** The recorder of calls writes the same rows: of two that wait for each other PostgreSQL ends one (40P01), which then goes again. */
async function patiently<T>(work: () => Promise<T>, tries = 3): Promise<T> {
	try {
		return await work();
	} catch (error) {
		if (tries <= 1 || !isDeadlock(error)) throw error;
		return patiently(work, tries - 1);
	}
}
