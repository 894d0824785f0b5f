import { afterAll, beforeAll, expect, test } from "vitest";
import { type Office, openOffice } from "./office.ts";
import { words } from "./words.ts";

let office: Office;
beforeAll(async () => {
	office = await openOffice();
});
afterAll(() => office?.close());

test("an unknown number gets a name with one field and Enter, and brings its whole history", async () => {
	const { olena } = office.people;
	await office.past("direct-answered", { number: "0931234567" });
	await office.past("direct-given-up", { number: "0931234567" });
	const { page, problems } = await office.sit(olena);

	const call = await office.stage("direct-answered", { number: "0931234567" });
	await call.ring();
	const card = page.locator(".card.ringing");
	await card.waitFor();
	expect(await card.getByRole("heading").innerText()).toBe("+380 93 123-45-67");
	await card.getByText("Україна").waitFor();
	// Nothing is created unasked.
	expect((await office.read("/api/contacts", olena)).items).toEqual([]);
	await call.answer();
	const talking = page.locator(".card.talking");
	await talking.waitFor();
	const name = talking.getByLabel(words["contact.name"]);
	await name.press("Enter");
	await talking.getByText(words["problem.name-missing"]).waitFor();
	await name.fill("Гончар Марія");
	await name.press("Enter");
	await talking.getByRole("heading", { name: "Гончар Марія" }).waitFor();

	await talking.getByRole("button", { name: words["card.open"] }).click();
	await page.getByRole("heading", { level: 1, name: "Гончар Марія" }).waitFor();
	const calls = page.locator(".event.call");
	await expect.poll(() => calls.count()).toBe(3);
	await calls.getByText(words["call.missed"]).first().waitFor();
	await call.end();
	await page.locator(".card.wrap-up").waitFor();
	expect(problems).toEqual([]);
}, 60_000);

test("a withheld number says so and matches nobody", async () => {
	const { olena } = office.people;
	const { page } = await office.sit(olena);
	const call = await office.stage("number-withheld", { number: "" });
	await call.ring();
	const card = page.locator(".card.ringing");
	await card.waitFor();
	expect(await card.getByRole("heading").innerText()).toBe(words["caller.withheld"]);
	expect(await card.getByLabel(words["contact.name"]).count()).toBe(0);
	await call.end();
	await card.waitFor({ state: "detached" });
}, 60_000);

test("several people on one number are all offered; the choice can be taken back", async () => {
	const { olena, petro } = office.people;
	await office.contact({ name: "Коваль Ігор", ownerId: petro.id, numbers: [{ raw: "0443334455" }] });
	await office.contact({ name: "Коваль Надія", ownerId: olena.id, numbers: [{ raw: "0443334455" }] });
	const { page } = await office.sit(olena);
	const call = await office.stage("direct-answered", { number: "0443334455" });
	await call.ring();
	const card = page.locator(".card.ringing", { hasText: "Коваль" });
	await expect.poll(() => card.locator(".candidate").count()).toBe(2);
	await card.getByRole("button", { name: /Коваль Надія/ }).click();
	await card.getByRole("heading", { name: "Коваль Надія" }).waitFor();
	await card.getByText(words["card.yours"]).waitFor();
	await card.getByRole("button", { name: words["card.undo-choice"] }).click();
	await expect.poll(() => card.locator(".candidate").count()).toBe(2);
	await call.end();
	await card.waitFor({ state: "detached" });
}, 60_000);
