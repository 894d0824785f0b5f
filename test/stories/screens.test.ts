import axe from "axe-core";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { startBrowser, type TestBrowser } from "../support/browser.ts";
import { type ClientBackend, startClientBackend } from "../support/client-backend.ts";
import { foreignWords, misfits } from "./layout.ts";
import { signIn } from "./office.ts";
import { doorViews, emptyViews, stateViews } from "./view-states.ts";
import { views } from "./views.ts";
import { words, wordsIn } from "./words.ts";

let browser: TestBrowser;
const backends: ClientBackend[] = [];
const contexts: { close(): Promise<void> }[] = [];
beforeAll(async () => {
	browser = await startBrowser();
});
afterEach(async () => {
	for (const context of contexts.splice(0)) await context.close();
	for (const backend of backends.splice(0)) await backend.close();
});
afterAll(() => browser?.close());

async function sit(
	part: Parameters<typeof startClientBackend>[0],
	options: Parameters<TestBrowser["open"]>[0],
	{ empty = false, inside = true } = {},
) {
	const backend = await startClientBackend(part, empty);
	backends.push(backend);
	const seat = await browser.open(options);
	contexts.push(seat.context);
	await seat.page.goto(backend.url);
	if (inside) await signIn(seat.page, "olena@example.com", part?.preferences?.language);
	return { ...seat, backend };
}

/** WCAG 2.2 AA by axe; the answer names what is wrong and where. */
async function complaints(page: Page): Promise<string[]> {
	// Once a page: it is much to send.
	if (!(await page.evaluate("'axe' in globalThis"))) await page.evaluate(axe.source);
	const found = await page.evaluate<{ id: string; nodes: { target: string[]; failureSummary: string }[] }[]>(
		`axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }).then((all) => all.violations)`,
	);
	return found.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target} ${node.failureSummary}`));
}
/** With DZVIN_SCREENS=<folder> each screen is kept as a picture there, to be looked at. */
const pictures = process.env.DZVIN_SCREENS;
const widths = { uk: [360, 768, 1280, 1920], ru: [360, 1280], en: [360, 1280] } as const;
const locales = { uk: "uk-UA", ru: "ru-RU", en: "en-GB" } as const;

for (const language of ["uk", "ru", "en"] as const) {
	// One list and one page for the languages in which the words alone could be too long.
	const states = language === "uk" ? stateViews : stateViews.filter(({ name }) => /^(contacts|company)-/.test(name));
	const parts = { "at work": views, "reading or refused": states, empty: emptyViews, "at the door": doorViews };
	for (const [part, shown] of Object.entries(parts)) {
		test(`every screen ${part} fits, is accessible and speaks ${language} alone`, async () => {
			const seat = await sit(
				{ role: "admin", preferences: { language } },
				{ locale: locales[language] },
				{ empty: shown === emptyViews, inside: shown !== doorViews },
			);
			const { page, problems } = seat;
			const found: string[] = [];
			for (const { name, open } of shown) {
				const tell = (where: string, list: readonly string[]) =>
					found.push(...list.map((one) => `${name} (${where}): ${one}`));
				await page.setViewportSize({ width: 1280, height: 900 });
				try {
					await open({ ...seat, words: wordsIn[language] });
				} catch (error) {
					tell(language, [String(error)]);
					continue;
				}
				tell(language, await foreignWords(page, language));
				for (const width of widths[language]) {
					await page.setViewportSize({ width, height: width < 700 ? 780 : 900 });
					for (const dark of [false, true]) {
						await page.emulateMedia({ colorScheme: dark ? "dark" : "light" });
						const where = `${width} px, ${dark ? "dark" : "light"}`;
						if (pictures)
							await page.screenshot({
								fullPage: true,
								path: `${pictures}/${name}-${language}-${width}-${dark ? "dark" : "light"}.png`,
							});
						tell(where, await misfits(page));
						if (language === "uk" && width === (dark ? 360 : 1280)) tell(where, await complaints(page));
					}
				}
			}
			expect(found).toEqual([]);
			// The offline screen cuts the socket; axe sets styles of its own while it measures.
			const expected = language === "uk" ? /WebSocket connection|Applying inline style/ : /WebSocket connection/;
			expect(problems.filter((problem) => !expected.test(problem))).toEqual([]);
		}, 240_000);
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
	const { page, backend } = await sit({ role: "admin" }, {}, { empty: true });
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
