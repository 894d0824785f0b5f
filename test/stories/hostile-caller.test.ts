import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Office, openOffice } from "./office.ts";

let office: Office;
beforeAll(async () => {
	office = await openOffice();
});
afterAll(() => office?.close());

const markup = `<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>{{7*7}}`;
const turning = "Bank \u202egnikaerb \u2066 \u200f nothing";
const long = `${markup}${turning}${"Ж".repeat(10_000)}`;
/** The isolates that the client itself puts around a name in a sentence are not among them. */
const directional = /[\u061c\u200e\u200f\u202a-\u202e\u2066\u2067]/u;

async function isHarmless(page: Page): Promise<void> {
	expect(await page.evaluate("'hacked' in window")).toBe(false);
	expect(await page.locator("#app img:not([src='/bell.svg']), #app script").count()).toBe(0);
	const wide = await page.evaluate<number>(
		"document.documentElement.scrollWidth - document.documentElement.clientWidth",
	);
	expect(wide).toBeLessThanOrEqual(0);
}

test("a hostile name on the wire is text on the card, and the card keeps its size", async () => {
	const { olena } = office.people;
	for (const width of [360, 1280]) {
		const { page, problems, context } = await office.sit(olena, { width, height: 700 });
		const dialogs: string[] = [];
		page.on("dialog", (dialog) => {
			dialogs.push(dialog.message());
			void dialog.dismiss();
		});
		const call = await office.stage("direct-answered", { number: "0731112233", name: long });
		await call.ring();
		const card = page.locator(".card.ringing");
		await card.waitFor();
		await isHarmless(page);
		const box = await card.boundingBox();
		expect(box?.width).toBeLessThanOrEqual(360);
		expect(box?.height).toBeLessThanOrEqual(300);
		expect(await card.innerText()).not.toMatch(directional);
		await call.end();
		// The next round is the same caller again: this card must not be taken for that one.
		await card.waitFor({ state: "detached" });
		await page.goto(`${office.server.base}/calls?period=all`);
		await page.locator(".call-row").first().waitFor();
		await isHarmless(page);
		expect(dialogs).toEqual([]);
		expect(problems).toEqual([]);
		await context.close();
	}
}, 60_000);

test("a hostile contact is text on every page that shows it", async () => {
	const { olena } = office.people;
	const name = `${markup.slice(0, 150)}${turning}\r\nAction: Originate`;
	const contact = await office.contact({
		name,
		ownerId: olena.id,
		tags: ["<b>tag</b>", turning],
		source: markup.slice(0, 90),
		numbers: [{ raw: "0731112244", label: "<i>x</i>" }],
	});
	await office.post(
		`/api/contacts/${contact.id}/notes`,
		{ text: `${long.slice(0, 9000)}\r\n\u0000\u001b[31m`.replace("\u0000", "") },
		olena.cookie,
	);
	for (const width of [360, 1280]) {
		const { page, problems, context } = await office.sit(olena, { width, height: 700 });
		const call = await office.stage("direct-answered", { number: "0731112244" });
		await call.ring();
		await page.locator(".card.ringing").waitFor();
		await isHarmless(page);
		expect(await page.locator("[data-announce]").innerText()).not.toMatch(directional);
		await call.answer();
		await call.end();
		await page.locator(".card.ringing").waitFor({ state: "detached" });
		for (const path of ["/", "/calls", "/contacts", `/contacts/${contact.id}`, "/process"]) {
			await page.goto(office.server.base + path);
			await page.getByText("onerror").first().waitFor();
			await isHarmless(page);
		}
		expect(await page.title()).toBe("Dzvin");
		expect(problems).toEqual([]);
		await context.close();
	}
}, 90_000);
