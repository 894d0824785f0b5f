import { afterAll, beforeAll, expect, test } from "vitest";
import { type Office, openOffice, until } from "./office.ts";
import { words } from "./words.ts";

let office: Office;
beforeAll(async () => {
	office = await openOffice();
});
afterAll(() => office?.close());

test("a reload in mid-call loses neither the card nor what is typed, and the call stays owed", async () => {
	const { olena } = office.people;
	await office.contact({ name: "Бондар Іван", ownerId: olena.id, numbers: [{ raw: "0971234511" }] });
	const { page, problems } = await office.sit(olena);
	const call = await office.stage("direct-answered", { number: "0971234511" });
	await call.ring();
	await page.locator(".card.ringing").waitFor();
	await page.reload();
	await page.locator(".card.ringing").waitFor();
	await call.answer();
	await page.locator(".card.talking").waitFor();
	await page.reload();
	const talking = page.locator(".card.talking");
	await talking.waitFor();
	expect(await talking.innerText()).toContain("Бондар Іван");

	await call.end();
	const wrapUp = page.locator(".card.wrap-up");
	await wrapUp.waitFor();
	await wrapUp.getByLabel(words["wrap.comment"], { exact: true }).fill("Чекає на рахунок");
	await wrapUp.getByRole("radio", { name: words["status.in_work"] }).check();
	await page.reload();
	await wrapUp.waitFor();
	expect(await wrapUp.getByLabel(words["wrap.comment"], { exact: true }).inputValue()).toBe("Чекає на рахунок");
	expect(await wrapUp.getByRole("radio", { name: words["status.in_work"] }).isChecked()).toBe(true);

	// Closing the form is no way out: the call waits in the list, and its draft with it.
	await wrapUp.getByRole("button", { name: words["card.later"] }).click();
	await wrapUp.waitFor({ state: "detached" });
	await page.getByRole("link", { name: words["tab.process"] }).click();
	await page.locator(".duty-row", { hasText: "Бондар Іван" }).click();
	const side = page.locator(".side");
	await side.waitFor();
	expect(await side.getByLabel(words["wrap.comment"], { exact: true }).inputValue()).toBe("Чекає на рахунок");
	await page.keyboard.press("Control+Enter");
	await page.getByText(words["process.none"]).waitFor();
	await until(async () => (await office.read("/api/obligations/counts", olena)).mine === 0);
	expect(problems).toEqual([]);
}, 60_000);

test("what came while the connection was away is there when it returns", async () => {
	const { petro } = office.people;
	const { page, context } = await office.sit(petro);
	await context.setOffline(true);
	const call = await office.stage("ring-group-answered-by-second", { number: "0971234599" });
	await call.ring();
	await call.answer();
	await context.setOffline(false);
	await page.evaluate("dispatchEvent(new Event('online'))");
	await page.locator(".card.talking").waitFor();
	await call.end();
	await page.locator(".card.wrap-up").waitFor();
}, 60_000);
