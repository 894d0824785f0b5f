import { afterAll, beforeAll, expect, test } from "vitest";
import { type Office, openOffice } from "./office.ts";
import { words } from "./words.ts";

let office: Office;
beforeAll(async () => {
	office = await openOffice();
});
afterAll(() => office?.close());

test("three phones ring: each agent sees one card, however many tabs, and the others hear who answered", async () => {
	const { olena, petro, oleh } = office.people;
	const [first, second, third] = [await office.sit(olena), await office.sit(petro), await office.sit(oleh)];
	const otherTab = await first.context.newPage();
	await otherTab.goto(office.server.base);
	await otherTab.locator(".own-state .chip").waitFor();
	const pages = [first.page, second.page, third.page, otherTab];

	const call = await office.stage("ring-group-answered-by-second", { number: "0671234567" });
	await call.ring();
	for (const page of pages) {
		await page.locator(".card.ringing").waitFor();
		expect(await page.locator(".card").count()).toBe(1);
	}
	// Of the two tabs of one person exactly one rings: only that one offers to silence it.
	const bells = () => Promise.all([first.page, otherTab].map((page) => page.getByLabel(words["card.mute"]).count()));
	await expect.poll(bells).toHaveLength(2);
	await expect.poll(async () => (await bells()).reduce((sum, count) => sum + count, 0)).toBe(1);

	// The farewell stays for less than two seconds: whoever looks must look at once.
	const farewells = [first.page, third.page, otherTab].map((page) =>
		page.locator(".card.elsewhere", { hasText: "Петро Гудзь" }).waitFor(),
	);
	await call.answer();
	await Promise.all(farewells);
	await second.page.locator(".card.talking").waitFor();
	for (const page of [first.page, third.page, otherTab]) {
		await page.locator(".card").waitFor({ state: "detached", timeout: 3000 });
	}
	await call.end();
	await second.page.locator(".card.wrap-up").waitFor();
	for (const page of [first.page, third.page]) expect(await page.locator(".card").count()).toBe(0);
	for (const seat of [first, second, third]) expect(seat.problems).toEqual([]);
}, 60_000);
