import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ContactInput, ContactListQuery } from "../../server/protocol/contact.ts";
import { type Company, openCompany } from "./company.ts";

let company: Company;
beforeAll(async () => {
	company = await openCompany();
});
afterAll(() => company.drop());

const history = async (id: string) => {
	const { rows } = await company.database.ui.execute<{ field: string; from: string | null; to: string | null }>(sql`
		select field, from_value as from, to_value as to from contact_changes where contact_id = ${id} order by at, id`);
	return rows.map(({ field, from, to }) => [field, from, to]);
};

test("who made a contact, gave it an owner and changed its numbers stays on record", async () => {
	const { contacts, olena, keep } = company;
	const made = await contacts.create(
		ContactInput.parse({ name: "Степан", ownerId: olena.id, numbers: [{ raw: "0673000001" }] }),
		olena,
	);
	await keep(made.id, "0673000002", "044 300-00-03 доб. 5");
	await contacts.patch(made.id, { ownerId: null, name: "Степан Іванович" }, olena);
	expect(await history(made.id)).toEqual([
		["created", null, "Степан"],
		["owner", null, olena.id],
		["number", "+380673000001", null],
		["number", null, "+380673000002"],
		["number", null, "+380443000003 ext. 5"],
		["owner", olena.id, null],
	]);
});

test("everybody hears of a change after it is kept, once for each change", async () => {
	const { told, meet, keep } = company;
	told.length = 0;
	const contact = await meet("Почута");
	await keep(contact.id, "0673000004");
	expect(told).toEqual([contact.id, contact.id]);
});

test("a contact without an owner may be taken; an owner's contact is handed over by him or a supervisor only", async () => {
	const { contacts, meet, hire, olena } = company;
	const oleh = await hire("Олег");
	const boss = await hire("Ірина", "supervisor");
	const contact = await meet("Нічия");
	expect((await contacts.patch(contact.id, { ownerId: olena.id }, olena)).owner?.name).toBe("Олена");
	await expect(contacts.patch(contact.id, { ownerId: oleh.id }, oleh)).rejects.toMatchObject({ code: "forbidden" });
	await expect(contacts.patch(contact.id, { ownerId: null }, oleh)).rejects.toMatchObject({ code: "forbidden" });
	await contacts.patch(contact.id, { ownerId: olena.id, region: "Київ" }, oleh);
	expect((await contacts.patch(contact.id, { ownerId: oleh.id }, boss)).owner?.name).toBe("Олег");
	expect((await contacts.patch(contact.id, { ownerId: olena.id }, oleh)).owner?.name).toBe("Олена");
});

test("a refused change of owner changes nothing else either", async () => {
	const { contacts, meet, hire, olena } = company;
	const oleh = await hire("Олег");
	const contact = await meet("Цілісна");
	await contacts.patch(contact.id, { ownerId: olena.id }, olena);
	await expect(
		contacts.patch(contact.id, { ownerId: oleh.id, name: "Інша", numbers: [{ raw: "0673000005" }] }, oleh),
	).rejects.toMatchObject({ code: "forbidden" });
	expect(await contacts.get(contact.id)).toMatchObject({ name: "Цілісна", numbers: [] });
});

test("an owner must be an active user, a company must be a company and not the contact itself", async () => {
	const { contacts, meet, olena, database, hire } = company;
	const contact = await meet("Вимоглива");
	const gone = await hire("Звільнена");
	await database.ui.execute(sql`update users set active = false where id = ${gone.id}`);
	for (const wrong of [{ ownerId: gone.id }, { ownerId: contact.id }, { companyId: contact.id }]) {
		await expect(contacts.patch(contact.id, wrong, olena)).rejects.toMatchObject({ code: "validation" });
	}
});

test("a contact that is not there is not found", async () => {
	const { contacts, olena } = company;
	await expect(contacts.get(olena.id)).rejects.toMatchObject({ code: "not-found" });
	await expect(contacts.patch(olena.id, { name: "x" }, olena)).rejects.toMatchObject({ code: "not-found" });
});

test("pages of the list go through everybody once, newest first, also by owner and status", async () => {
	const { contacts, meet, olena } = company;
	for (let n = 0; n < 7; n += 1) {
		const { id } = await meet(`Сторінка ${n}`);
		await contacts.patch(id, { ownerId: olena.id }, olena);
	}
	const seen: string[] = [];
	let after: string | null = null;
	do {
		const page: { items: { id: string }[]; next: string | null } = await contacts.list(
			ContactListQuery.parse({ owner: olena.id, status: "new", limit: 3, ...(after === null ? {} : { after }) }),
		);
		expect(page.items.length).toBeLessThanOrEqual(3);
		seen.push(...page.items.map(({ id }) => id));
		after = page.next;
	} while (after !== null);
	expect(seen).toEqual([...new Set(seen)].sort().reverse());
	expect(seen.length).toBeGreaterThanOrEqual(7);
	await expect(contacts.list(ContactListQuery.parse({ after: "nonsense" }))).rejects.toMatchObject({
		code: "validation",
	});
});

test("what a caller or a colleague writes is kept as text, letter for letter", async () => {
	const { contacts, olena } = company;
	const name = `<img src=x onerror=alert(1)> '; drop table contacts; -- \u202eolena\n👩‍💼 ${"ы".repeat(200)}`;
	const contact = await contacts.create(ContactInput.parse({ name, source: "=1+1", tags: ["<b>", "<b>"] }), olena);
	expect(await contacts.get(contact.id)).toMatchObject({ name, source: "=1+1", tags: ["<b>"] });
	expect(ContactInput.safeParse({ name: "a\u0000b" }).success).toBe(false);
});
