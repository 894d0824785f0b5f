import axe from "axe-core";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { call, contact, idOf, iso, olena, pop } from "../../agent-client/src/model/fixtures.ts";
import { startBrowser, type TestBrowser } from "../support/browser.ts";
import { type ClientBackend, startClientBackend } from "../support/client-backend.ts";
import { misfits } from "./layout.ts";
import { signIn } from "./office.ts";
import { words } from "./words.ts";

let browser: TestBrowser;
const backends: ClientBackend[] = [];
beforeAll(async () => {
	browser = await startBrowser();
});
afterEach(async () => {
	for (const backend of backends.splice(0)) await backend.close();
});
afterAll(() => browser?.close());

async function sit(
	part: Parameters<typeof startClientBackend>[0],
	options: Parameters<TestBrowser["open"]>[0],
	empty = false,
) {
	const backend = await startClientBackend(part, empty);
	backends.push(backend);
	const seat = await browser.open(options);
	await seat.page.goto(backend.url);
	await signIn(seat.page, "olena@example.com");
	return { ...seat, backend };
}

/** WCAG 2.2 AA by axe; the answer names what is wrong and where. */
async function complaints(page: Page): Promise<string[]> {
	await page.evaluate(axe.source);
	const found = await page.evaluate<{ id: string; nodes: { target: string[]; failureSummary: string }[] }[]>(
		`axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }).then((all) => all.violations)`,
	);
	return found.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target} ${node.failureSummary}`));
}
async function overflow(page: Page): Promise<number> {
	return await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
}

const screens = [
	["/", ".call-row"],
	["/process", ".duty-row"],
	[`/process?call=${idOf(1001)}`, ".side form"],
	["/call-back", ".back-row"],
	["/plans", ".plan-row"],
	["/calls?period=all", ".call-row"],
	["/contacts", ".contact-row"],
	["/contacts/new", "form"],
	[`/contacts/${idOf(2001)}`, ".event"],
	["/settings", "form"],
	["/admin/users", ".user-row"],
	["/admin/pbx", ".panel"],
	[`/pbx/${idOf(7001)}/observed`, ".panel"],
	["/floor", ".floor-row"],
	["/admin/company", "form"],
	["/nowhere", ".nothing"],
] as const;

for (const dark of [false, true]) {
	for (const width of [360, 1280]) {
		test(`every screen is accessible and fits: ${dark ? "dark" : "light"}, ${width} px`, async () => {
			const { page, problems, backend } = await sit({ role: "admin" }, { width, dark });
			for (const [path, ready] of screens) {
				await page.goto(backend.url + path);
				await page.locator(ready).first().waitFor();
				expect({ path, found: await complaints(page) }).toEqual({ path, found: [] });
				expect({ path, overflow: await overflow(page) }).toEqual({ path, overflow: 0 });
			}
			await page.goto(`${backend.url}/admin/pbx`);
			await page.getByRole("button", { name: words["pbx.check"], exact: true }).click();
			await page.locator(".findings").waitFor();
			await page.getByRole("button", { name: words["pbx.add"] }).click();
			expect(await complaints(page)).toEqual([]);
			const known = contact(1);
			const first = call(90, { contact: { id: known.id, name: known.name } });
			backend.ring(pop(first, [known], olena.id));
			backend.ring(pop(call(91, { number: "+380930000001" }), [], olena.id));
			backend.ring(pop(call(92, { number: "+380930000002" }), [known, contact(2)], olena.id));
			await page.locator(".card .candidate").first().waitFor();
			expect(await complaints(page)).toEqual([]);
			backend.say({ type: "call.talking", call: { ...first, answeredAt: iso(Date.now()) }, by: olena, pop: null });
			backend.say({ type: "call.ended", call: { ...first, endedAt: iso(Date.now()) }, elsewhere: false, by: null });
			await page.locator(".card.wrap-up").waitFor();
			expect(await complaints(page)).toEqual([]);
			expect(await overflow(page)).toBe(0);
			expect(problems).toEqual([]);
			await page.context().close();
		}, 120_000);
	}
}

/** With DZVIN_SCREENS=<folder> each screen is kept as a picture there, to be looked at. */
const pictures = process.env.DZVIN_SCREENS;

for (const language of ["uk"] as const) {
	for (const width of [360, 768, 1280, 1920]) {
		test(`every screen fits in ${language}: ${width} px`, async () => {
			const found: string[] = [];
			for (const dark of [false, true]) {
				const { page, problems, backend } = await sit(
					{ role: "admin", preferences: { language } },
					{ width, height: width < 700 ? 780 : 900, dark },
				);
				const fits = async (name: string) => {
					if (pictures)
						await page.screenshot({ path: `${pictures}/${name}-${language}-${width}-${dark ? "dark" : "light"}.png` });
					found.push(...(await misfits(page)).map((misfit) => `${name}${dark ? " (dark)" : ""}: ${misfit}`));
				};
				for (const [path, ready] of screens) {
					await page.goto(backend.url + path);
					await page.locator(ready).first().waitFor();
					await fits(path.replace(/[^a-z]+/g, "-"));
				}
				await page.goto(`${backend.url}/admin/pbx`);
				await page.locator(".panel button").first().click();
				await page.locator(".findings").waitFor();
				await fits("doctor");
				const known = contact(1);
				const first = call(90, { contact: { id: known.id, name: known.name } });
				backend.ring(pop(first, [known], olena.id));
				backend.ring(pop(call(91, { number: "+380930000001" }), [], olena.id));
				backend.ring(pop(call(92, { number: "+380930000002" }), [known, contact(2)], olena.id));
				await page.locator(".card .candidate").first().waitFor();
				await fits("cards");
				expect(problems).toEqual([]);
				await page.context().close();
			}
			expect(found).toEqual([]);
		}, 120_000);
	}
}

test("a text that is cut says all of it to whoever points at it", async () => {
	const { page, backend } = await sit({ role: "admin" }, { width: 360 });
	await page.goto(`${backend.url}/contacts`);
	const cut = page.locator(".cut").filter({ visible: true });
	await cut.first().waitFor();
	const short = await cut.evaluateAll((nodes: { scrollWidth: number; clientWidth: number; title: string }[]) =>
		nodes.findIndex((node) => node.scrollWidth > node.clientWidth && !node.title),
	);
	expect(short).toBeGreaterThanOrEqual(0);
	const text = await cut.nth(short).innerText();
	await cut.nth(short).hover();
	expect(await cut.nth(short).getAttribute("title")).toBe(text);
}, 60_000);

test("the door, the palette and the list of keys are accessible", async () => {
	const { page, backend } = await sit({}, { width: 1280 });
	await page.keyboard.press("Control+k");
	await page.getByRole("combobox").fill("іван");
	await page.getByRole("option", { name: /Іваненко/ }).waitFor();
	expect(await complaints(page)).toEqual([]);
	await page.keyboard.press("Enter");
	await page.getByRole("heading", { level: 1, name: "Іваненко Олена Петрівна" }).waitFor();
	await page.keyboard.press("Shift+?");
	await page.getByRole("dialog").waitFor();
	expect(await complaints(page)).toEqual([]);
	await page.keyboard.press("Escape");
	await page.getByRole("button", { name: words["session.sign-out"] }).click();
	await page.getByRole("button", { name: words["sign-in.enter"] }).waitFor();
	expect(await complaints(page)).toEqual([]);
	await page.getByLabel(words["sign-in.email"]).fill("olena@example.com");
	await page.getByLabel(words["sign-in.password"]).fill("wrong");
	await page.keyboard.press("Enter");
	await page.getByText(words["sign-in.wrong"]).waitFor();
	expect(await page.getByLabel(words["sign-in.email"]).inputValue()).toBe("olena@example.com");
	expect(backend.state.signedIn).toBe(false);
}, 60_000);

test("an empty company says why each list is empty, and offers the first step", async () => {
	const { page, backend } = await sit({ role: "admin" }, {}, true);
	await page.getByText(words["desk.no-pbx"]).waitFor();
	await page.getByRole("link", { name: words["desk.connect"] }).click();
	await page.getByText(words["pbx.none"]).waitFor();
	for (const [path, key] of [
		["/process", "process.none"],
		["/call-back", "call-back.none"],
		["/plans", "plans.none"],
		["/calls", "calls.none"],
		["/contacts", "contacts.none"],
	] as const) {
		await page.goto(backend.url + path);
		await page.getByRole("heading", { name: words[key] }).waitFor();
		expect(await complaints(page)).toEqual([]);
	}
}, 60_000);

test("a list that cannot be read says so and is read again on request", async () => {
	const { page, backend } = await sit({}, {});
	backend.refuse.set("GET /api/contacts", { status: 503, code: "unavailable" });
	await page.goto(`${backend.url}/contacts`);
	await page.getByText(words["failure.unavailable"]).waitFor();
	backend.refuse.clear();
	await page.getByRole("button", { name: words["list.retry"] }).click();
	await page.locator(".contact-row").first().waitFor();
}, 60_000);

test("what the server refuses stands beside its field, and nothing that was typed is lost", async () => {
	const { page, backend } = await sit({}, {});
	await page.goto(`${backend.url}/contacts/new`);
	await page.getByLabel(words["contact.name"]).fill("Новий Клієнт");
	await page.getByLabel(words["contact.number"], { exact: true }).fill("not a number");
	backend.refuse.set("POST /api/contacts", {
		status: 400,
		code: "validation",
		fields: { "numbers.0.raw": "is no telephone number" },
	});
	await page.getByRole("button", { name: words["action.save"] }).click();
	await page.getByText("is no telephone number").waitFor();
	expect(await page.getByLabel(words["contact.name"]).inputValue()).toBe("Новий Клієнт");
	expect(await complaints(page)).toEqual([]);
}, 60_000);
