import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { nearly, similarContacts } from "../../server/contacts/similar.ts";
import { type Company, openCompany } from "./company.ts";

let company: Company;
beforeAll(async () => {
	company = await openCompany();
});
afterAll(() => company.drop());

const like = async (e164: string) => (await similarContacts(company.database.ui, e164)).map(({ name }) => name);

test("one slip of the finger is another digit or two neighbours swapped, behind country and area", () => {
	const slips = nearly("+380671234567");
	expect(slips).toContain("+380671234568");
	expect(slips).toContain("+380671234657");
	expect(slips).not.toContain("+380671234567");
	expect(slips).not.toContain("+381671234567");
	expect(slips.every((slip) => slip.length === 13)).toBe(true);
	expect(slips.length).toBeLessThan(100);
});

test("an unknown number brings those whose number is nearest, and at most three", async () => {
	await company.meet("Приймальня", "0443330010");
	await company.meet("Бухгалтерія", "0443330017");
	await company.meet("Склад", "0443330028", "0443330029");
	await company.meet("Хтось інший", "0443331010");
	// One digit; then the same exchange; a contact once, whichever of his numbers is near.
	expect(await like("+380443330019")).toEqual(["Приймальня", "Бухгалтерія", "Склад"]);
	expect(await like("+380443330091")).toEqual(["Приймальня", "Бухгалтерія", "Склад"]);
	expect(await like("+380443331001")).toEqual(["Хтось інший"]);
	expect(await like("+380509999999")).toEqual([]);
});

test("a number that was given up, and a block of which half is known, say nothing", async () => {
	const gone = await company.meet("Віддав номер", "0443340001");
	await company.keep(gone.id, "0509990001");
	expect(await like("+380443340002")).toEqual([]);
	for (const n of [10, 11, 12, 13, 14, 20, 21, 22, 23, 24, 30, 31]) await company.meet(`Абонент ${n}`, `06733500${n}`);
	expect(await like("+380673350099")).toEqual([]);
	// A single slip still counts there.
	expect(await like("+380673350093")).toEqual(["Абонент 13", "Абонент 23"]);
});

test("a hint is no match: who calls stays unknown", async () => {
	await company.meet("Сусіда", "0443360001");
	expect((await company.whoCalls("0443360002")).match).toEqual({ state: "unknown", candidates: [] });
	const { rows } = await company.database.ui.execute(sql`select 1 from calls where contact_id is not null`);
	expect(rows).toEqual([]);
});
