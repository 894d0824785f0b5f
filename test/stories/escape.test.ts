import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Visitor } from "../access/running.ts";
import { type Office, openOffice, signIn, until } from "./office.ts";
import { words } from "./words.ts";

let office: Office;
let contexts: BrowserContext[] = [];
beforeAll(async () => {
	office = await openOffice();
	await office.post("/api/settings", { wrapUp: { mode: "mandatory", seconds: 60, queues: [] } }, office.admin, "PATCH");
});
afterAll(() => office?.close());

/** On this page, for this person: exactly these clients wait, and the bar says why no calls come until they are saved. */
async function waits(page: Page, who: Visitor, clients: readonly string[]): Promise<void> {
	await page.goto(`${office.server.base}/process`);
	for (const client of clients) await page.locator(".duty-row", { hasText: client }).waitFor();
	expect(await page.locator(".duty-row").count()).toBe(clients.length);
	if (clients.length === 0) await page.getByText(words["process.none"]).waitFor();
	const bar = page.getByText(words["held.until-saved"]);
	if (clients.length > 0) await bar.first().waitFor();
	else await bar.waitFor({ state: "detached" });
	await owedIsUnprocessed(who, clients.length);
}

/** What the server says is owed equals the calls that nobody has processed, one for one. */
async function owedIsUnprocessed(who: Visitor, count: number): Promise<void> {
	const { items } = await office.read("/api/obligations?kind=call&assignee=me", who);
	expect(items).toHaveLength(count);
	const { rows } = await office.server.dzvin.database.pools.ui.query(`
select count(*)::int as calls, count(o.id)::int as owed,
	count(*) filter (where o.settled_at is null)::int as open,
	count(*) filter (where not exists (select 1 from dispositions d where d.call_id = c.id))::int as unprocessed
from calls c left join obligations o on o.call_id = c.id where c.direction <> 'internal'`);
	const [{ calls, owed, open, unprocessed }] = rows;
	expect({ owed, open }).toEqual({ owed: calls, open: unprocessed });
}

async function signOut(page: Page): Promise<void> {
	await page.getByRole("button", { name: words["session.sign-out"] }).click();
	await page.getByRole("button", { name: words["sign-in.enter"] }).waitFor();
}

test("no way out of a call: tab, reload, device, second call, sign-out, another person", async () => {
	const { olena, petro } = office.people;
	await office.contact({ name: "Бондар Іван", ownerId: olena.id, numbers: [{ raw: "0971230001" }] });
	await office.contact({ name: "Кравець Ольга", numbers: [{ raw: "0971230002" }] });
	const seat = await office.sit(olena);
	contexts = [seat.context];
	let { page } = seat;

	// Two calls at once: the second rings while the first is talked, and is answered when the first is over.
	const first = await office.stage("direct-answered", { number: "0971230001" });
	const second = await office.stage("direct-answered", { number: "0971230002" });
	await first.ring();
	await first.answer();
	await page.locator(".card.talking", { hasText: "Бондар Іван" }).waitFor();
	await second.ring();
	await page.locator(".card.ringing", { hasText: "Кравець Ольга" }).waitFor();
	await first.end();
	const wrapUp = page.locator(".card.wrap-up", { hasText: "Бондар Іван" });
	await wrapUp.getByLabel(words["wrap.comment"], { exact: true }).fill("Чекає на рахунок");
	await waits(page, olena, ["Бондар Іван"]);
	await second.answer();
	await page.locator(".card.talking", { hasText: "Кравець Ольга" }).waitFor();
	await second.end();
	await page.locator(".card.wrap-up", { hasText: "Кравець Ольга" }).waitFor();
	const both = ["Бондар Іван", "Кравець Ольга"];
	await waits(page, olena, both);

	// Reload: the forms are there again. Close the tab: the next one has the list.
	await page.reload();
	await wrapUp.waitFor();
	await page.close();
	page = await seat.context.newPage();
	await waits(page, olena, both);

	// Another device beside it.
	const device = await office.sit(olena);
	contexts.push(device.context);
	await waits(device.page, olena, both);
	await device.context.close();

	// Out, and in as somebody else in the same browser: nothing of it is the colleague's to see or to close.
	const [owed] = (await office.read("/api/obligations?kind=call&assignee=me", olena)).items;
	await signOut(page);
	await signIn(page, petro.email);
	await waits(page, petro, []);
	expect(await page.locator(".card").count()).toBe(0);
	expect(await page.content()).not.toContain("Чекає на рахунок");
	const said = { status: "not_client", comment: "Не моє" };
	const path = `/api/calls/${owed.call.id}/disposition`;
	expect((await office.server.call("POST", path, { cookie: petro.cookie, body: said })).status).toBe(403);
	await owedIsUnprocessed(olena, 2);

	// Back as oneself: it waits. Only the word on each call ends it.
	await signOut(page);
	await signIn(page, olena.email);
	await waits(page, olena, both);
	for (const client of both) {
		await page.locator(".duty-row", { hasText: client }).click();
		const side = page.locator(".side");
		await side.getByRole("radio", { name: words["status.not_client"] }).check();
		await side.getByLabel(words["wrap.comment"], { exact: true }).fill("Помилився номером");
		await page.keyboard.press("Control+Enter");
		await page.locator(".duty-row", { hasText: client }).waitFor({ state: "detached" });
	}
	await until(async () => (await office.read("/api/obligations/counts", olena)).mine === 0);
	await waits(page, olena, []);
	expect(seat.problems).toEqual([]);
	for (const context of contexts) await context.close();
}, 90_000);
