import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Visitor } from "../access/running.ts";
import { type Office, openOffice } from "./office.ts";
import { words } from "./words.ts";

let office: Office;
let boss: Visitor;
const open: { close(): Promise<void> }[] = [];
beforeAll(async () => {
	office = await openOffice();
	boss = await office.server.hire("supervisor", null, "Керівник");
});
afterEach(async () => {
	for (const context of open.splice(0)) await context.close();
});
afterAll(() => office?.close());

async function floorOf(): Promise<{ page: Page; problems: string[] }> {
	const { page, context, problems } = await office.sit(boss);
	open.push(context);
	await page.getByRole("link", { name: words["nav.floor"], exact: true }).click();
	await page.getByRole("heading", { level: 1, name: words["floor.title"] }).waitFor();
	await page.locator("[data-agent]").first().waitFor();
	return { page, problems };
}
const figure = (page: Page, key: keyof typeof words) =>
	page.locator(".figure", { has: page.getByRole("link", { name: words[key], exact: true }) }).locator("dd");
const agent = (page: Page, who: Visitor) => page.locator(`[data-agent="${who.id}"]`);
/** Hides the page of a person, as another window would: nothing is painted any more. */
const cover = (page: Page) => page.evaluate("globalThis.requestAnimationFrame = () => 0");

test("the supervisor sees a call while it goes on, and what the agent does", async () => {
	const { olena } = office.people;
	await office.contact({ name: "Бондар Ірина", numbers: [{ raw: "0671110001" }] });
	const { page, problems } = await floorOf();
	const call = await office.stage("direct-answered", { number: "0671110001" });
	await call.ring();
	const row = page.getByRole("region", { name: words["floor.calls"] }).locator("[data-call]");
	await row.filter({ hasText: "Бондар Ірина" }).filter({ hasText: "Олена Ткаченко" }).waitFor();
	await agent(page, olena).getByText(words["agent.ringing"]).waitFor();
	await call.answer();
	await agent(page, olena).getByText(words["agent.in-call"]).waitFor();
	await call.end();
	await row.waitFor({ state: "detached" });
	// The figure opens the rows behind it.
	await expect.poll(() => figure(page, "floor.unprocessed").innerText(), { timeout: 10_000 }).toMatch(/^1/);
	await page.locator(".figure").getByRole("link", { name: words["floor.unprocessed"] }).click();
	await page.locator(".duty-row", { hasText: "Бондар Ірина" }).waitFor();
	expect(problems).toEqual([]);
}, 60_000);

test("a missed call is counted, and no more once somebody has spoken with the client", async () => {
	const { page, problems } = await floorOf();
	await office.past("direct-given-up", { number: "0671110002" });
	await expect.poll(() => figure(page, "floor.missed").innerText(), { timeout: 10_000 }).toMatch(/^1/);
	await office.past("outbound-answered", { number: "0671110002" });
	await expect.poll(() => figure(page, "floor.missed").innerText(), { timeout: 10_000 }).toMatch(/^0/);
	expect(problems).toEqual([]);
}, 60_000);

test("a card that nobody sees is told to the supervisor and the client's owner within ten seconds, and who sees it is kept", async () => {
	const { olena, petro } = office.people;
	await office.contact({ name: "Шевчук Ігор", ownerId: petro.id, numbers: [{ raw: "0671110003" }] });
	const { page, problems } = await floorOf();
	const asleep = await office.sit(olena);
	const owner = await office.sit(petro);
	open.push(asleep.context, owner.context);
	await cover(asleep.page);
	const call = await office.stage("direct-answered", { number: "0671110003" });
	await call.ring();
	const began = Date.now();
	const bar = owner.page.locator("[data-not-seen]", { hasText: "Олена Ткаченко" });
	const row = page.locator("#not-seen [data-call]", { hasText: "Шевчук Ігор" });
	await Promise.all([bar.waitFor(), row.getByText(words["unseen.not-seen"]).waitFor()]);
	expect(Date.now() - began).toBeLessThan(10_000);
	await bar.getByRole("button", { name: words["unseen.i-see"] }).click();
	await bar.waitFor({ state: "detached" });
	await row.filter({ hasText: "Петро Гудзь" }).waitFor();
	await call.end();
	expect(problems).toEqual([]);
}, 60_000);

test("a PBX that goes away is seen within five seconds, by the supervisor and by an agent", async () => {
	const { page, problems } = await floorOf();
	const seat = await office.sit(office.people.oleh);
	open.push(seat.context);
	const link = page.locator("[data-pbx]");
	await link.getByText(words["pbx.state.connected"], { exact: true }).waitFor();
	const away = [page, seat.page].map((one) => one.locator(".bar.warn", { hasText: "Office" }).waitFor());
	const began = Date.now();
	await office.pbx.stop();
	await Promise.all([
		...away,
		link.getByText(words["pbx.state.connected"], { exact: true }).waitFor({ state: "detached" }),
	]);
	expect(Date.now() - began).toBeLessThan(5_000);
	expect(problems).toEqual([]);
}, 60_000);
