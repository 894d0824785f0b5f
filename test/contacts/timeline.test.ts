import { afterAll, beforeAll, expect, test } from "vitest";
import { newId } from "../../db/id.ts";
import { contactChanges, notes, tasks } from "../../db/schema/contacts.ts";
import { readTimeline } from "../../server/contacts/timeline.ts";
import { TimelinePage, TimelineQuery } from "../../server/protocol/contact.ts";
import { type Company, openCompany, plainCalls } from "./company.ts";

let company: Company;
beforeAll(async () => {
	company = await openCompany();
});
afterAll(() => company.drop());

const read = async (contactId: string, query: object = {}) =>
	TimelinePage.parse(await readTimeline(company.database.ui, contactId, TimelineQuery.parse(query), plainCalls));

/** A contact with something of each kind at these moments (days ago), in the order of the numbers. */
async function busy(days: readonly number[], number: string) {
	const { database, olena, ring, clock } = company;
	const contact = await company.meet("Бувала", number);
	const made = new Set((await read(contact.id)).items.map(({ id }) => id));
	const db = database.ui;
	for (const [n, ago] of days.entries()) {
		const at = new Date(clock.now - ago * 86_400_000);
		const id = newId();
		const contactId = contact.id;
		switch (n % 4) {
			case 0:
				await ring(null, at, { contactId });
				break;
			case 1:
				await db.insert(notes).values({ id, contactId, userId: olena.id, at, text: `нотатка ${n}` });
				break;
			case 2:
				await db
					.insert(contactChanges)
					.values({ id, contactId, at, userId: null, field: "status", from: "new", to: "client" });
				break;
			default:
				await db.insert(tasks).values({ id, contactId, assigneeId: olena.id, title: `план ${n}`, dueAt: at });
		}
	}
	return { id: contact.id, made };
}

test("pages go through calls, notes, changes and tasks once, newest first, whatever the page size", async () => {
	// Days repeat, so that all four kinds also meet at the same moment.
	const days = Array.from({ length: 41 }, (_, n) => [3, 1, 2, 1, 5, 2, 2, 9, 1][n % 9] ?? 0);
	const { id } = await busy(days, "0675000001");
	const whole = await read(id, { limit: 200 });
	expect(whole.items).toHaveLength(42);
	expect(whole.next).toBeNull();
	const times = whole.items.map(({ at }) => at);
	expect(times).toEqual(times.toSorted().reverse());
	expect(new Set(whole.items.map(({ kind }) => kind))).toEqual(new Set(["call", "note", "change", "task"]));
	for (const limit of [1, 2, 3, 7, 41, 42]) {
		const seen: string[] = [];
		let after: string | null = null;
		do {
			const page: TimelinePage = await read(id, { limit, ...(after === null ? {} : { after }) });
			seen.push(...page.items.map((item) => item.id));
			after = page.next;
		} while (after !== null);
		expect(seen).toEqual(whole.items.map((item) => item.id));
	}
});

test("something new on top does not shift the page behind it", async () => {
	const { id } = await busy([1, 2, 3, 4, 5, 6, 7, 8], "0675000002");
	const first = await read(id, { limit: 4 });
	const { olena, contacts } = company;
	await contacts.addNote(id, "щойно", olena);
	const second = await read(id, { limit: 200, after: first.next });
	expect(second.items).toHaveLength(5);
	expect(first.items.map((item) => item.id)).not.toContain(second.items[0]?.id);
});

test("one kind alone can be read, and a kind that does not exist is refused", async () => {
	const { id } = await busy([1, 2, 3, 4, 5], "0675000003");
	const notesOnly = await read(id, { kinds: "note" });
	expect(notesOnly.items).toMatchObject([{ kind: "note", text: "нотатка 1", by: { name: "Олена" } }]);
	expect((await read(id, { kinds: "call,task" })).items.map(({ kind }) => kind)).toEqual(["call", "task", "call"]);
	await expect(read(id, { kinds: "call,secrets" })).rejects.toMatchObject({ code: "validation" });
	await expect(read(id, { after: "bm9uc2Vuc2U" })).rejects.toMatchObject({ code: "validation" });
});

test("a change of owner names the people, also by the name that they have today", async () => {
	const { contacts, meet, hire, olena } = company;
	const petro = await hire("Петро");
	const contact = await meet("Передана");
	await contacts.patch(contact.id, { ownerId: olena.id }, olena);
	await contacts.patch(contact.id, { ownerId: petro.id }, olena);
	const { items } = await read(contact.id, { kinds: "change" });
	const owners = items.flatMap((item) =>
		item.kind === "change" && item.field === "owner" ? [[item.from, item.to]] : [],
	);
	expect(owners).toContainEqual(["Олена", "Петро"]);
	expect(owners).toContainEqual([null, "Олена"]);
});

test("a new contact's page shows the calls that its number made before", async () => {
	const { ring, meet, clock } = company;
	const at = new Date(clock.now - 86_400_000);
	const call = await ring("+380675000009", at);
	const contact = await meet("Зі спадком", "0675000009");
	const { items } = await read(contact.id, { kinds: "call" });
	expect(items).toMatchObject([{ kind: "call", id: call, at: at.toISOString() }]);
});
