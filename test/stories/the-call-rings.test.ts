import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Office, openOffice, until } from "./office.ts";
import { words } from "./words.ts";

let office: Office;
beforeAll(async () => {
	office = await openOffice();
});
afterAll(() => office?.close());

test("the call rings, the card says who and whose, and the call is closed from the keyboard", async () => {
	const { olena, petro } = office.people;
	const birthday = new Date(Date.now() + 86_400_000).toISOString().replace(/^\d+(-\d+-\d+).*/, "1988$1");
	const firm = await office.contact({ kind: "company", name: "ТОВ «Степ»", ownerId: petro.id });
	const client = await office.contact({
		name: "Іваненко Олена Петрівна",
		companyId: firm.id,
		ownerId: petro.id,
		tags: ["VIP"],
		// Tomorrow or, before midnight somewhere, today: the card says the day.
		birthday,
		source: "сайт",
		numbers: [{ raw: "067 123 45 67", label: "мобільний" }],
	});
	for (const [name, number] of [
		["Шевченко Тарас", "0501112233"],
		["Ковальчук Ірина", "0631234500"],
	] as const) {
		await office.contact({ name, ownerId: olena.id, numbers: [{ raw: number }] });
		await office.past("direct-answered", { number });
	}
	await office.past("direct-answered", { number: "0671234567" });
	const earlier = await office.read(`/api/calls?contact=${client.id}`, olena);
	await office.post(
		`/api/calls/${earlier.items[0].id}/disposition`,
		{ status: "in_work", comment: "Передзвонити щодо договору" },
		olena.cookie,
	);

	const { page, problems } = await office.sit(olena);
	// A slow machine paints late; whoever types does not wait for it.
	await page.evaluate("window.requestAnimationFrame = (work) => setTimeout(() => work(performance.now()), 60)");
	await office.sit(petro);
	const search = page.getByRole("button", { name: words["search.hint"] });
	await search.focus();

	// It rings: one card, which takes the focus from nobody.
	const call = await office.stage("direct-answered", { number: "0671234567" });
	await call.ring();
	const card = page.locator(".card.ringing");
	await card.waitFor();
	expect(await page.locator(".card").count()).toBe(1);
	expect(await card.getByRole("heading").innerText()).toBe(client.name);
	const text = await card.innerText();
	for (const part of [
		"Петро Гудзь",
		"102",
		words["agent.available"],
		"VIP",
		birthday.split("-").slice(1).reverse().join("."),
		"ТОВ «Степ»",
		"+380 67 123-45-67",
		"Передзвонити щодо договору",
	]) {
		expect(text).toContain(part);
	}
	expect(await page.evaluate("document.activeElement.className")).toBe("search-button");
	expect(await page.locator("[data-announce]").innerText()).toContain(client.name);
	const box = await card.boundingBox();
	expect(box?.width).toBeLessThanOrEqual(360);
	expect(box?.height).toBeLessThanOrEqual(280);
	await takePicture(page);

	// One click opens the whole history.
	await card.getByRole("button", { name: words["card.open"] }).click();
	await page.getByRole("heading", { level: 1, name: client.name }).waitFor();
	await page.getByText("Передзвонити щодо договору").first().waitFor();

	await call.answer();
	await page.locator(".card.talking").waitFor();
	await call.end();
	const wrapUp = page.locator(".card.wrap-up");
	await wrapUp.waitFor();

	// Five seconds, no mouse: jump, status, comment, save.
	const owed = await office.read("/api/obligations?kind=call&assignee=me", olena);
	await page.keyboard.press("Alt+c");
	await until(() => page.evaluate<boolean>("document.querySelector('.card.wrap-up').contains(document.activeElement)"));
	await page.keyboard.press("2");
	await page.keyboard.press("Tab");
	await page.keyboard.type("12500");
	await page.keyboard.press("Tab");
	await page.keyboard.press("Control+Enter");
	await wrapUp.getByText(words["problem.comment-missing"]).waitFor();
	await page.keyboard.type("Оплатила рахунок");
	await page.keyboard.press("Control+Enter");
	await wrapUp.waitFor({ state: "detached" });
	await until(async () => {
		const left = await office.read("/api/obligations?kind=call&assignee=me", olena);
		return left.items.length === owed.items.length - 1;
	});

	// The history has it, with the recording to hear.
	const newest = page.locator(".event.call").first();
	await newest.getByText("Оплатила рахунок").waitFor();
	await until(async () => (await newest.getByRole("button", { name: words["recording.play"] }).count()) > 0);
	await newest.getByRole("button", { name: words["recording.play"] }).click();
	await until(() => page.evaluate<boolean>("document.querySelector('audio').currentTime > 0.3"));
	await page.getByRole("button", { name: "2×" }).click();
	expect(await page.evaluate("document.querySelector('audio').playbackRate")).toBe(2);
	await page.locator(".player-wave > div").waitFor({ state: "attached" });
	expect(problems).toEqual([]);
}, 60_000);

/** The picture of the README. */
async function takePicture(page: import("playwright-core").Page): Promise<void> {
	const folder = join(import.meta.dirname, "../../docs/pictures");
	await mkdir(folder, { recursive: true });
	await page.screenshot({ path: join(folder, "pop-up.png") });
}
