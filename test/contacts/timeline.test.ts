import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newId } from "../../db/id.ts";
import { legs } from "../../db/schema/calls.ts";
import { contactChanges, notes, tasks } from "../../db/schema/contacts.ts";
import { dispositions } from "../../db/schema/obligations.ts";
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

test("a period takes in what happened from its first moment to before its last", async () => {
	const { id } = await busy([1, 2, 3, 4, 5, 6, 7, 8], "0675000010");
	const ago = (days: number) => new Date(company.clock.now - days * 86_400_000).toISOString();
	const { items } = await read(id, { from: ago(5), to: ago(2) });
	expect(items.map(({ at }) => at)).toEqual([ago(3), ago(4), ago(5)]);
	const first = await read(id, { from: ago(5), to: ago(2), limit: 2 });
	const second = await read(id, { from: ago(5), to: ago(2), limit: 2, after: first.next });
	expect([...first.items, ...second.items].map(({ at }) => at)).toEqual([ago(3), ago(4), ago(5)]);
	await expect((async () => TimelineQuery.parse({ from: "yesterday" }))()).rejects.toThrow();
});

test("a manager's part of a history is what he spoke, dialled, wrote or plans, and not what only rang", async () => {
	const { hire, meet, ring, contacts, clock, olena } = company;
	const db = company.database.ui;
	const petro = await hire("Петро");
	const { id: contactId } = await meet("Двоє говорять", "0675000011");
	const at = (minutes: number) => new Date(clock.now - minutes * 60_000);
	const leg = async (minutes: number, answered: boolean, placed = false) => {
		const callId = await ring(null, at(minutes), { contactId });
		await db.insert(legs).values({
			...{ callId, callStartedAt: at(minutes), index: 0, extension: "102", userId: petro.id, rangAt: at(minutes) },
			...{ placed, answeredAt: answered ? at(minutes) : null, result: answered ? "answered" : "no-answer" },
		});
		await db.execute(sql`update calls set user_ids = array[${petro.id}::uuid] where id = ${callId}`);
		return callId;
	};
	await leg(40, false);
	const spoke = await leg(30, true);
	const dialled = await leg(20, false, true);
	await contacts.addNote(contactId, "від Олени", olena);
	const { id: note } = await contacts.addNote(contactId, "від Петра", petro);
	const { items } = await read(contactId, { by: petro.id });
	expect(new Set(items.map(({ id }) => id))).toEqual(new Set([spoke, dialled, note]));
});

test("a search finds what was written, whichever of the alike letters, and the present status by its name", async () => {
	const { meet, ring, contacts, clock, olena } = company;
	const db = company.database.ui;
	const { id: contactId } = await meet("Багато написано", "0675000012");
	const said = async (minutes: number, comment: string, status: "refused" | "bought", refusalReason?: string) => {
		const callStartedAt = new Date(clock.now - minutes * 60_000);
		const callId = await ring(null, callStartedAt, { contactId });
		const one = { id: newId(), callId, callStartedAt, contactId, userId: olena.id, status, comment };
		await db.insert(dispositions).values({ ...one, refusalReason: refusalReason ?? null });
		return { callId, callStartedAt };
	};
	const dear = await said(50, "Подумає до п'ятниці", "refused", "задорого");
	const bought = await said(40, "Оплачено 100 % одразу", "bought");
	const { id: note } = await contacts.addNote(contactId, "Їжак із ґанку; об’єкт 7", olena);
	const found = async (query: object) => (await read(contactId, query)).items.map(({ id }) => id);
	expect(await found({ q: "ижак ганку" })).toEqual([note]);
	expect(await found({ q: "ОБЪЕКТ" })).toEqual([note]);
	expect(await found({ q: "пятниці ЗАДОРОГО" })).toEqual([dear.callId]);
	expect(await found({ q: "100 %" })).toEqual([bought.callId]);
	expect(await found({ q: "_" })).toEqual([]);
	expect(await found({ q: "не купить", statuses: "refused" })).toEqual([dear.callId]);
	// What stands there no more is not found: the newest disposition is the call's.
	await db.insert(dispositions).values({
		...{ id: newId(), ...dear, contactId, userId: olena.id, status: "bought", comment: "Таки купив" },
		at: new Date(Date.now() + 1_000),
	});
	expect(await found({ q: "задорого" })).toEqual([]);
	expect(await found({ q: "купив", statuses: "bought" })).toEqual([bought.callId, dear.callId]);
});
