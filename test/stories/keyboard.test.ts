import type { Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { call, contact, idOf, iso, olena, petro, pop } from "../../agent-client/src/model/fixtures.ts";
import { startBrowser, type TestBrowser } from "../support/browser.ts";
import { type ClientBackend, startClientBackend } from "../support/client-backend.ts";
import { signIn } from "./office.ts";
import { go } from "./views.ts";
import { words } from "./words.ts";

let browser: TestBrowser;
const open: { close(): Promise<void> }[] = [];
beforeAll(async () => {
	browser = await startBrowser();
});
afterEach(async () => {
	for (const one of open.splice(0)) await one.close();
});
afterAll(() => browser?.close());

async function sit(width = 1280, door = false): Promise<{ page: Page; backend: ClientBackend; problems: string[] }> {
	const backend = await startClientBackend({ role: "admin" });
	const { page, context, problems } = await browser.open({ width });
	open.push(context, backend);
	page.setDefaultTimeout(10_000);
	await page.goto(backend.url);
	if (!door) await signIn(page, "olena@example.com");
	return { page, backend, problems };
}

/** Runs in the page: what has the focus, and what is wrong with it. */
const look = `(() => {
	const node = document.activeElement;
	if (!node || node === document.body) return { name: "nothing", faults: ["the focus is lost"] };
	const name = node.tagName.toLowerCase() + " «" + (node.getAttribute("aria-label") || node.innerText || node.name || node.id || "").trim().slice(0, 40) + "»";
	const faults = [];
	const box = node.getBoundingClientRect();
	const shown = node.closest("label") ?? node;
	const marked = (one) => {
		const style = getComputedStyle(one);
		return style.boxShadow !== "none" || (style.outlineStyle !== "none" && style.outlineWidth !== "0px");
	};
	if (node.id !== "main" && ![node, shown].some(marked)) faults.push(name + " does not show the focus");
	const x = Math.min(Math.max(box.left + box.width / 2, 0), innerWidth - 1);
	const y = box.top + Math.min(box.height / 2, 20);
	const top = document.elementFromPoint(x, y);
	if (node.id !== "main" && !(top && (shown.contains(top) || top.contains(node)))) faults.push(name + " is covered by " + (top ? top.tagName + "." + top.className : "the edge"));
	return { name, faults };
})()`;
interface Seen {
	name: string;
	faults: string[];
}
const looked = (page: Page): Promise<Seen> => page.evaluate<Seen>(look);

/** Presses a key and looks whether the focus is there and to be seen. */
async function press(page: Page, key: string): Promise<void> {
	await page.keyboard.press(key);
	expect((await looked(page)).faults, `after ${key}`).toEqual([]);
}
/** Goes on with Tab until this has the focus. */
async function tabTo(page: Page, wanted: Locator): Promise<void> {
	await wanted.first().waitFor();
	for (let presses = 0; presses < 60; presses++) {
		if (await wanted.first().evaluate((node) => node === node.ownerDocument.activeElement)) return;
		await page.keyboard.press("Tab");
		const seen = await looked(page);
		// Behind the last one is the browser itself, then the first one.
		if (seen.name !== "nothing") expect(seen.faults).toEqual([]);
	}
	throw new Error(`Tab does not reach ${wanted}`);
}
const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
/** The focus comes to rest here, at once or when an answer has come. */
const rests = (on: Locator) =>
	expect.poll(() => on.first().evaluate((node) => node === node.ownerDocument.activeElement)).toBe(true);

test("every page is walked through with Tab alone: all of it is reached, seen, and left again", async () => {
	const { page, problems } = await sit();
	for (const [width, path, ready] of [
		[1280, "/", ".call-row"],
		[1280, "/call-back", ".back-row"],
		[1280, `/contacts/${idOf(2001)}`, ".event"],
		[1280, "/floor", ".floor-row"],
		[360, "/calls?period=all", ".call-row"],
		[360, `/process?call=${idOf(1001)}`, ".side form"],
	] as const) {
		await page.setViewportSize({ width, height: 780 });
		await go(page, path);
		await page.locator(ready).first().waitFor();
		await page.locator(".skip").focus();
		const reached = new Set<string>();
		const faults: string[] = [];
		let left = false;
		for (let presses = 0; presses < 200 && !left; presses++) {
			await page.keyboard.press("Tab");
			const seen = await looked(page);
			left = seen.name === "nothing" || (await page.locator(".skip:focus").count()) > 0;
			if (!left) faults.push(...seen.faults);
			const id = await page.evaluate<string>(
				"String([...document.querySelectorAll('#app *')].indexOf(document.activeElement))",
			);
			reached.add(id);
		}
		const unreached = await page.evaluate<string[]>(`(() => {
			const reached = new Set(${JSON.stringify([...reached])});
			const all = [...document.querySelectorAll("#app *")];
			return all.flatMap((node, at) => {
				if (!node.matches("a[href], button:enabled, input:enabled, select:enabled, textarea:enabled, summary")) return [];
				const radio = node.matches("[type=radio]") && all.some((one, n) => one.name === node.name && reached.has(String(n)));
				const shown = node.checkVisibility({ visibilityProperty: true });
				return reached.has(String(at)) || radio || !shown || node.matches(".skip") ? [] : [node.outerHTML.slice(0, 120)];
			});
		})()`);
		expect({ path, left, faults, unreached }).toEqual({ path, left: true, faults: [], unreached: [] });
	}
	expect(problems).toEqual([]);
}, 120_000);

test("in at the door, through the search, from the card to the saved call, without a mouse", async () => {
	const { page, backend, problems } = await sit(1280, true);
	await rests(page.getByLabel(words["sign-in.email"]));
	await page.keyboard.type("olena@example.com");
	await press(page, "Tab");
	await page.keyboard.type("a long password");
	await page.keyboard.press("Enter");
	await page.locator(".own-state .chip").waitFor();

	await tabTo(page, page.getByRole("link", { name: words["tab.call-back"] }));
	await press(page, "Control+k");
	await page.getByRole("combobox").waitFor();
	await page.keyboard.press("Escape");
	await rests(page.getByRole("link", { name: words["tab.call-back"] }));
	// It is known now, and takes whatever is typed from the first key on.
	await page.keyboard.press("Control+k");
	await page.keyboard.type("іван");
	await page.getByRole("option", { name: /Іваненко/ }).waitFor();
	await page.keyboard.press("Escape");
	await rests(page.getByRole("link", { name: words["tab.call-back"] }));
	await press(page, "Shift+?");
	await page.getByRole("dialog").waitFor();
	await page.keyboard.press("Escape");
	await rests(page.getByRole("link", { name: words["tab.call-back"] }));
	await page.keyboard.press("/");
	await page.keyboard.type("Іван");
	await page.getByRole("option", { name: /Іваненко/ }).waitFor();
	await page.keyboard.press("Enter");
	await page.getByRole("heading", { level: 1, name: "Іваненко Олена Петрівна" }).waitFor();

	const known = contact(1);
	const one = call(90, { contact: { id: known.id, name: known.name } });
	backend.ring(pop(one, [known], olena.id));
	await page.locator(".card").waitFor();
	await page.keyboard.press("Alt+c");
	await rests(button(page, words["card.open"]));
	await press(page, "Alt+n");
	await page.keyboard.type("Просить рахунок");
	await page.keyboard.press("Enter");
	await rests(button(page, words["card.open"]));
	await page.keyboard.press("Enter");
	backend.say({ type: "call.talking", call: { ...one, answeredAt: iso(Date.now()) }, by: olena, pop: null });
	await page.locator(".card.talking").waitFor();
	backend.say({ type: "call.ended", call: { ...one, endedAt: iso(Date.now()) }, elsewhere: false, by: null });
	await page.locator(".card.wrap-up").waitFor();
	await press(page, "Alt+c");
	await press(page, "1");
	await press(page, "Control+Enter");
	await rests(page.locator(".card textarea"));
	await page.keyboard.type("Чекає на рахунок.");
	await page.keyboard.press("Control+Enter");
	await page.locator(".card").waitFor({ state: "detached" });
	await rests(page.locator("#main"));
	expect(problems).toEqual([]);
}, 60_000);

test("forms, lists and windows give the focus back when they go", async () => {
	const { page, backend, problems } = await sit();
	// The contact's form.
	await go(page, `/contacts/${idOf(2001)}`);
	await tabTo(page, button(page, words["action.edit"]));
	await press(page, "Enter");
	await rests(page.getByLabel(words["contact.name"]));
	await tabTo(page, button(page, words["action.cancel"]));
	await page.keyboard.press("Enter");
	await rests(button(page, words["action.edit"]));
	// The filters of the calls: the choice stays where it was made.
	await go(page, "/calls");
	const period = page.getByLabel(words["filter.period"]);
	await tabTo(page, period);
	await press(page, "End");
	await page.locator(".call-row").first().waitFor();
	await rests(period);
	expect(page.url()).toContain("period=all");
	// Several at once: when they are gone, the focus stands in what remains.
	await go(page, "/process");
	await tabTo(page, page.locator(".select-box"));
	await press(page, "Space");
	await press(page, "Shift+ArrowDown");
	await tabTo(page, page.getByLabel(/Коментар для 2/));
	await page.keyboard.type("Реклама");
	await page.keyboard.press("Enter");
	await button(page, words["several.not-client"]).waitFor({ state: "detached" });
	expect((await looked(page)).faults).toEqual([]);
	// Claim, give back, close: each button makes room for another.
	await go(page, "/call-back");
	await tabTo(page, button(page, words["duty.claim"]));
	await page.keyboard.press("Enter");
	await rests(button(page, words["duty.release"]));
	await page.keyboard.press("Enter");
	await rests(button(page, words["duty.claim"]));
	await tabTo(page, button(page, words["duty.dismiss"]));
	await press(page, "Enter");
	await page.getByRole("dialog").waitFor();
	await page.keyboard.press("Escape");
	await rests(button(page, words["duty.dismiss"]));
	// Settings.
	await go(page, "/settings");
	await tabTo(page, page.getByLabel(words["settings.keys"]));
	await press(page, "Space");
	await page.keyboard.press("Space");
	await tabTo(page, page.getByLabel(words["password.current"]));
	// The form of a PBX.
	await go(page, "/admin/pbx");
	await tabTo(page, button(page, words["pbx.add"]));
	await press(page, "Enter");
	await tabTo(page, page.getByLabel(words["pbx.history"]));
	await page.getByLabel(words["pbx.history"]).selectOption("postgres");
	await tabTo(page, button(page, words["action.save"]));
	await page.keyboard.press("Enter");
	await rests(page.getByLabel(words["pbx.name"], { exact: true }));
	await tabTo(page, button(page, words["action.cancel"]));
	await page.keyboard.press("Enter");
	await rests(button(page, words["pbx.add"]));
	// The window of held people.
	const now = Date.now();
	backend.state.wrapUps = [
		{
			...{ id: idOf(1), callId: idOf(1002), user: petro, mode: "mandatory", queue: "sales", effect: "paused" },
			...{ problem: null, saved: false, extended: 0, extendable: false, since: iso(now), until: null },
		},
	];
	await page.reload();
	await tabTo(page, button(page, words["held.show"]));
	await press(page, "Enter");
	await tabTo(page, button(page, words["held.release"]));
	await press(page, "Enter");
	await tabTo(page, page.getByLabel(words["held.reason"]));
	await page.keyboard.press("Escape");
	await rests(button(page, words["held.show"]));
	expect(problems).toEqual([]);
}, 60_000);
