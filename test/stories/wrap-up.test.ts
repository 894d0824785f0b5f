import axe from "axe-core";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { idOf, iso, me, olena, petro } from "../../agent-client/src/model/fixtures.ts";
import { startBrowser, type TestBrowser } from "../support/browser.ts";
import { type ClientBackend, startClientBackend } from "../support/client-backend.ts";
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

async function sit(role: "agent" | "supervisor" | "admin", width = 1280, dark = false) {
	const backend = await startClientBackend({ role });
	backends.push(backend);
	const now = Date.now();
	const base = {
		queue: "sales",
		effect: "paused" as const,
		problem: null,
		saved: false,
		extended: 0,
		extendable: true,
	};
	backend.state.wrapUps = [
		{ ...base, id: idOf(1), callId: idOf(1001), user: olena, mode: "mandatory", since: iso(now), until: null },
		...(role === "agent"
			? []
			: [
					{
						...base,
						...{ id: idOf(2), callId: idOf(1002), user: petro, mode: "box" as const },
						...{ since: iso(now), until: iso(now + 120_000) },
					},
				]),
	];
	const { page } = await browser.open({ width, dark });
	await page.goto(backend.url);
	await signIn(page, "olena@example.com");
	return { page, backend };
}
async function complaints(page: Page): Promise<string[]> {
	await page.evaluate(axe.source);
	return await page.evaluate<string[]>(
		`axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] })
			.then(({ violations }) => violations.map(({ id }) => id))`,
	);
}

test("the agent reads why no calls come from the queues, counts down with a box, and gets to the form at once", async () => {
	expect(me().id).toBe(olena.id);
	const { page, backend } = await sit("agent", 360, true);
	await page.getByText(words["held.until-saved"]).waitFor();
	await page.getByRole("link", { name: words["held.process"], exact: true }).click();
	await page.locator(".side form").waitFor();
	expect(await complaints(page)).toEqual([]);
	backend.state.wrapUps = backend.state.wrapUps.map((one) => ({
		...one,
		mode: "box-strict" as const,
		until: iso(Date.now() + 4_000),
		saved: true,
	}));
	await page.reload();
	await page.getByText(words["held.box-strict"]).waitFor();
	expect(await page.locator(".bar .timer").textContent()).toMatch(/^00:0\d$/);
	// The page takes the bar away by itself when the box is over.
	await page.getByText(words["held.paused"]).waitFor({ state: "detached", timeout: 8_000 });
	backend.state.wrapUps = backend.state.wrapUps.map((one) => ({
		...one,
		mode: "mandatory" as const,
		until: null,
		effect: "no-control" as const,
	}));
	await page.reload();
	await page.getByText(words["held.no-control"]).waitFor();
}, 60_000);

test("a supervisor lets somebody go with a reason", async () => {
	const { page, backend } = await sit("supervisor");
	await page.getByRole("button", { name: words["held.show"] }).click();
	const window = page.getByRole("dialog");
	await window.getByText(petro.name).waitFor();
	await window.getByRole("button", { name: words["held.release"] }).click();
	await window.getByRole("button", { name: words["held.release"] }).last().click();
	await window.getByText(words["held.reason-missing"]).waitFor();
	expect(await complaints(page)).toEqual([]);
	await window.getByLabel(words["held.reason"]).fill("Черга зросла");
	await page.keyboard.press("Enter");
	await page.getByText(words["held.released"]).waitFor();
	await window.getByText(words["held.nobody"]).waitFor();
	expect(backend.requests).toContain(`POST /api/wrap-ups/${idOf(2)}/release`);
}, 60_000);

test("the admin gives a queue a rule of its own; what is wrong stands beside its field", async () => {
	const { page } = await sit("admin", 360);
	await page.goto(page.url().replace(/\/$/, "/admin/company"));
	await page.getByLabel(words["wrap-up.company"]).selectOption("box");
	await page.getByLabel(words["wrap-up.seconds"]).fill("2");
	await page.getByRole("button", { name: words["wrap-up.add"] }).click();
	await page.getByRole("button", { name: words["action.save"], exact: true }).click();
	await page.getByText(words["problem.queue-missing"]).waitFor();
	await page.getByText(words["problem.count-wrong"]).waitFor();
	expect(await complaints(page)).toEqual([]);
	expect(await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")).toBe(0);
	await page.getByLabel(words["wrap-up.seconds"]).fill("45");
	await page.getByLabel(words["wrap-up.queue"], { exact: true }).fill("sales");
	await page.getByRole("button", { name: words["action.save"], exact: true }).click();
	await page.getByText(words["action.saved"]).waitFor();
}, 60_000);

test("several obvious non-clients are chosen by mouse or keyboard and closed with one comment", async () => {
	const { page, backend } = await sit("agent");
	await page.goto(page.url().replace(/(:\d+)\/.*$/, "$1/process"));
	const boxes = page.locator(".select-box");
	await boxes.first().waitFor();
	const rows = await boxes.count();
	expect(rows).toBeGreaterThan(1);
	await boxes.first().focus();
	await page.keyboard.press("Space");
	await page.keyboard.press("Shift+ArrowDown");
	expect(await page.locator(".select-box:checked").count()).toBe(2);
	await boxes.first().click();
	expect(await page.locator(".select-box:checked").count()).toBe(1);
	await boxes.first().click();
	await page.getByRole("button", { name: words["several.not-client"] }).click();
	await page.getByText(words["problem.comment-missing"]).waitFor();
	expect(await complaints(page)).toEqual([]);
	await page.getByLabel(/Коментар для 2/).fill("Реклама");
	await page.keyboard.press("Enter");
	await page.getByRole("button", { name: words["several.not-client"] }).waitFor({ state: "detached" });
	expect(await boxes.count()).toBe(rows - 2);
	// Missed calls may be closed without a status as well.
	await page.goto(page.url().replace(/(:\d+)\/.*$/, "$1/call-back"));
	await boxes.first().click();
	await page.getByLabel(/Коментар для 1/).fill("Реклама");
	expect(await complaints(page)).toEqual([]);
	await page.getByRole("button", { name: words["duty.dismiss-title"] }).click();
	await page.getByRole("button", { name: words["several.not-client"] }).waitFor({ state: "detached" });
	expect(backend.requests.filter((one) => one === "POST /api/obligations/process")).toHaveLength(2);
}, 60_000);

test("a break is taken and ended from the keyboard, and a reload keeps it", async () => {
	const { page, backend } = await sit("agent", 1280);
	const state = page.locator(".own-state button");
	const dialog = page.getByRole("dialog");
	const choose = async (name: string) => {
		await state.focus();
		await page.keyboard.press("Enter");
		const option = dialog.getByRole("button", { name, exact: true });
		await option.waitFor();
		for (let presses = 0; presses < 8; presses += 1) {
			if (await option.and(page.locator(":focus")).count()) break;
			await page.keyboard.press("Tab");
		}
		await page.keyboard.press("Enter");
		await dialog.waitFor({ state: "detached" });
		// The window gives the focus back.
		await state.and(page.locator(":focus")).waitFor();
	};
	await choose("Обід");
	await page.locator(".own-state", { hasText: "Обід" }).waitFor();
	// The PBX of this house takes no orders: who leaves the desk hears it.
	await page.getByText(words["held.effect.no-control"]).waitFor();
	await page.reload();
	await page.locator(".own-state", { hasText: "Обід" }).waitFor();
	backend.refuse.set("DELETE /api/me/break", { status: 503, code: "unavailable" });
	await state.click();
	await dialog.getByRole("button", { name: words["agent.available"], exact: true }).click();
	await page.locator(".toasts").getByText(words["failure.unavailable"]).waitFor();
	backend.refuse.clear();
	await page.keyboard.press("Escape");
	await choose(words["agent.available"]);
	await page.locator(".own-state", { hasText: words["agent.available"] }).waitFor();
});

test("time is added to a box from the form, in sight of what is left, until the company's limit", async () => {
	const { page, backend } = await sit("agent", 360, true);
	const box = { mode: "box" as const, until: iso(Date.now() + 20_000) };
	backend.state.wrapUps = backend.state.wrapUps.map((one) => ({ ...one, ...box }));
	await page.reload();
	await page.getByRole("link", { name: words["held.process"], exact: true }).click();
	const more = page.locator(".side form").getByRole("button", { name: words["wrap.more-time"], exact: true });
	const left = page.locator(".side form .timer");
	await more.waitFor();
	expect(await complaints(page)).toEqual([]);
	const before = await left.innerText();
	await more.focus();
	await page.keyboard.press("Enter");
	await expect.poll(() => left.innerText()).toMatch(/^00:[45]/);
	expect(before).toMatch(/^00:[012]/);
	// The second time is the last.
	await page.keyboard.press("Enter");
	await more.waitFor({ state: "detached" });
	await expect.poll(() => left.innerText()).toMatch(/^01:/);
});
