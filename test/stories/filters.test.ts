import { afterAll, beforeAll, expect, test } from "vitest";
import { type Office, openOffice } from "./office.ts";
import { words } from "./words.ts";

let office: Office;
beforeAll(async () => {
	office = await openOffice();
});
afterAll(() => office?.close());

test("the desk finds what it looks for: a neighbour of an unknown number, a client by queue, a sentence in a history", async () => {
	const { olena } = office.people;
	const reception = await office.contact({ name: "Приймальня Степ", numbers: [{ raw: "0443330010" }] });
	const client = await office.contact({ name: "Гончар Марія", numbers: [{ raw: "0931234567" }] });
	await office.post(`/api/contacts/${client.id}/notes`, { text: "Чекає на рахунок із ПДВ" });
	await office.past("queue-given-up", { number: "0931234567" });
	await office.past("direct-given-up", { number: "0939999999" });
	const { page, problems } = await office.sit(olena);

	// The card of an unknown number names its neighbour; the caller stays unknown.
	const call = await office.stage("direct-given-up", { number: "0443330042" });
	await call.ring();
	const card = page.locator(".card.ringing");
	await card.locator(".similar").waitFor();
	expect(await card.getByRole("heading").innerText()).toBe("+380 44 333-00-42");
	await card.getByRole("link", { name: "Приймальня Степ" }).click();
	await page.getByRole("heading", { level: 1, name: "Приймальня Степ" }).waitFor();
	expect(new URL(page.url()).pathname).toBe(`/contacts/${reception.id}`);
	await call.end();

	// Every tab says how many it lists, and a queue leaves those who called there.
	await page.goto(`${office.server.base}/call-back`);
	const rows = page.locator(".back-row");
	const open = page.locator('[data-scope="open"] .count');
	await expect.poll(() => rows.count()).toBe(3);
	await expect.poll(() => open.innerText()).toBe("3");
	const queue = page.getByLabel(words["filter.queue"], { exact: true });
	const { queues } = await office.read("/api/calls/ways", olena);
	expect(queues).toHaveLength(1);
	await queue.selectOption(queues[0]);
	await expect.poll(() => rows.count()).toBe(1);
	await expect.poll(() => open.innerText()).toBe("1");
	await rows.getByText("Гончар Марія").waitFor();
	expect(new URL(page.url()).searchParams.get("queue")).toBe(queues[0]);
	await page.locator('[data-scope="closed"]').click();
	await page.getByRole("button", { name: words["filter.clear"] }).click();
	await page.getByText(words["call-back.none-closed"]).waitFor();

	// A sentence in a history; the address shows the same to a colleague, and one button shows everything again.
	await page.goto(`${office.server.base}/contacts/${client.id}`);
	const events = page.locator(".event");
	await expect.poll(() => events.count()).toBe(3);
	const search = page.getByLabel(words["filter.written"]);
	await search.fill("рахунок пдв");
	await expect.poll(() => events.count()).toBe(1);
	await page.reload();
	await expect.poll(() => events.count()).toBe(1);
	expect(await search.inputValue()).toBe("рахунок пдв");
	await page.getByRole("button", { name: words["filter.clear"] }).click();
	await expect.poll(() => events.count()).toBe(3);
	await page.getByLabel(words["filter.period"]).selectOption("own");
	await page.getByLabel(words["filter.to"]).fill("01.02.2020");
	await page.getByText(words["timeline.none-in-period"]).waitFor();
	await page.locator(".nothing").getByRole("button", { name: words["filter.clear"] }).click();
	await expect.poll(() => events.count()).toBe(3);
	expect(new URL(page.url()).search).toBe("");
	expect(problems).toEqual([]);
}, 90_000);
