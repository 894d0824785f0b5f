import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Running, runServer, type Visitor } from "../access/running.ts";
import { type Floor, pause } from "../lab/floor.ts";
import { accounts, type StartedLab, startLab } from "../lab/lab.ts";
import { startBrowser, type TestBrowser } from "../support/browser.ts";
import { signIn, until } from "./office.ts";
import { words } from "./words.ts";

/** The whole product with nothing recorded: two Asterisks, SIP and RTP, the server, Chromium. */
describe("with a real Asterisk", { timeout: 60_000 }, () => {
	let started: StartedLab;
	let server: Running;
	let browser: TestBrowser;
	let floor: Floor;
	let admin: string;
	let olena: Visitor;
	let petro: Visitor;
	let oleh: Visitor;

	beforeAll(async () => {
		const client = process.env.DZVIN_CLIENT_ROOT;
		[started, server, browser] = await Promise.all([
			startLab(),
			runServer({}, client ? { client } : {}),
			startBrowser(),
		]);
		admin = await server.admin();
		[olena, petro, oleh] = await Promise.all([
			server.hire("agent", "101", "Олена Ткаченко"),
			server.hire("agent", "102", "Петро Гудзь"),
			server.hire("agent", "103", "Олег Мельник"),
		]);
		// A conversation in a test is short.
		await done("PATCH", "/api/settings", { conversationSeconds: 1 });
		floor = started.lab.floor(1);
	}, 180_000);
	beforeEach(() => floor.reset());
	afterAll(async () => {
		await browser?.close();
		await server?.end();
		await started?.stop();
	}, 60_000);

	async function done(method: string, path: string, body: unknown) {
		const answer = await server.call(method, path, { cookie: admin, body });
		if (answer.status >= 300) throw new Error(`${method} ${path} was answered with ${answer.text}`);
		return answer.json;
	}
	const owedBy = async (who: Visitor): Promise<unknown[]> =>
		(await server.call("GET", "/api/obligations?kind=call&assignee=me", { cookie: who.cookie })).json.items;

	async function sit(email: string) {
		const seat = await browser.open();
		await seat.page.goto(server.base);
		await signIn(seat.page, email);
		return seat;
	}

	test("an admin adds the PBX with the keyboard alone, and it connects", async () => {
		const { page, context, problems } = await sit("admin@example.com");
		await press(page, page.getByRole("link", { name: words["nav.pbx"], exact: true }), "Enter");
		await press(page, page.getByRole("button", { name: words["pbx.add"] }).first(), "Enter");
		const name = page.getByLabel(words["pbx.name"], { exact: true });
		await until(() => hasFocus(name));
		const { host, ami } = started.lab.address.pbx;
		const account = page.getByLabel(words["pbx.username"], { exact: true });
		const secret = page.getByLabel(words["pbx.secret"], { exact: true });
		for (const [field, text] of [
			[name, "Офіс"],
			[page.getByLabel(words["pbx.host"], { exact: true }), host],
			[page.getByLabel(words["pbx.port"], { exact: true }), String(ami)],
			[account.nth(0), accounts.events.username],
			[secret.nth(0), accounts.events.secret],
			[account.nth(1), accounts.control.username],
			[secret.nth(1), accounts.control.secret],
			[page.getByLabel(words["pbx.dial-context"], { exact: true }), "internal"],
			[page.getByLabel(words["pbx.recordings"], { exact: true }), started.lab.recordingsFolder],
		] as const) {
			await tabTo(page, field);
			await page.keyboard.press("Control+a");
			await page.keyboard.type(text);
		}
		await page.keyboard.press("Enter");
		const panel = page.getByRole("region", { name: "Офіс" });
		await panel.getByText(words["pbx.state.connected"]).waitFor();
		await press(page, panel.getByRole("button", { name: words["pbx.check"] }), "Enter");
		await panel.locator(".findings .sign.good").first().waitFor();
		expect(await panel.locator(".findings .sign.bad").count()).toBe(0);
		expect(problems).toEqual([]);
		await context.close();
	});

	test("a customer calls: card, page, conversation, wrap-up by keyboard, recording", async () => {
		const client = await done("POST", "/api/contacts", {
			name: "Іваненко Олена Петрівна",
			ownerId: petro.id,
			numbers: [{ raw: "067 123 45 67" }],
		});
		const { page, context, problems } = await sit(olena.email);
		await floor.phone(1, { does: "answer", after: 2 });
		const call = await floor.customer({ from: "0671234567", to: floor.direct(1) });
		const card = page.locator(".card.ringing");
		await card.waitFor();
		expect(await card.getByRole("heading").innerText()).toBe(client.name);
		expect(await card.innerText()).toContain("Петро Гудзь");
		await card.getByRole("button", { name: words["card.open"] }).click();
		await page.getByRole("heading", { level: 1, name: client.name }).waitFor();
		await page.locator(".card.talking").waitFor();
		await pause(2500);
		await call.hangUp();

		const wrapUp = page.locator(".card.wrap-up");
		await wrapUp.waitFor();
		expect(await owedBy(olena)).toHaveLength(1);
		await page.keyboard.press("Alt+c");
		await until(() =>
			page.evaluate<boolean>("document.querySelector('.card.wrap-up').contains(document.activeElement)"),
		);
		await page.keyboard.press("1");
		await page.keyboard.press("Tab");
		await page.keyboard.type("Надіслати пропозицію");
		await page.keyboard.press("Control+Enter");
		await wrapUp.waitFor({ state: "detached" });
		await until(async () => (await owedBy(olena)).length === 0);

		const newest = page.locator(".event.call").first();
		await newest.getByText("Надіслати пропозицію").waitFor();
		await newest.getByRole("button", { name: words["recording.play"] }).click();
		await until(() => page.evaluate<boolean>("document.querySelector('audio').currentTime > 0.5"));
		expect(problems).toEqual([]);
		await context.close();
	});

	test("three phones ring, one agent answers; the cards of the others say who and go within two seconds", async () => {
		const seats = await Promise.all([olena, petro, oleh].map(({ email }) => sit(email)));
		await floor.phone(2, { does: "answer", after: 1.5 });
		const answered = new Promise<number>((resolve) => {
			const stop = server.dzvin.bus.on("call.saved", "the answer", ({ call: { answeredAt } }) => {
				if (answeredAt === null) return;
				stop();
				// The PBX's own word: its clock is this machine's.
				resolve(Date.parse(answeredAt));
			});
		});
		const call = await floor.customer({ from: "0501112233", to: floor.service("ringGroup") });
		await Promise.all(seats.map(({ page }) => page.locator(".card.ringing").waitFor()));
		const [first, second, third] = seats.map(({ page }) => page);
		const others = [first, third].flatMap((page) => page ?? []);
		const gone = others.map((page) => page.evaluate<number>(momentWithoutCard));
		await Promise.all(others.map((page) => page.locator(".card", { hasText: "Петро Гудзь" }).waitFor()));
		for (const at of gone) expect((await at) - (await answered)).toBeLessThan(2000);
		await second?.locator(".card.talking").waitFor();
		await call.hangUp();
		await second?.locator(".card.wrap-up").waitFor();
		for (const { problems, context } of seats) {
			expect(problems).toEqual([]);
			await context.close();
		}
	});

	test("a missed call is called back from the list with a click, and the conversation settles it", async () => {
		const { page, context, problems } = await sit(oleh.email);
		const missed = await floor.customer({ from: "0631234500", to: floor.direct(3) });
		await page.locator(".card.ringing").waitFor();
		await missed.hangUp();
		await page.locator(".card").waitFor({ state: "detached" });
		await page.getByRole("link", { name: words["tab.call-back"] }).click();
		const row = page.locator(".back-row", { hasText: "+380 63 123-45-00" });
		await row.waitFor();

		await floor.phone(3, { does: "answer", after: 0.5 });
		const steps = [{ wait: 3 }, { hangup: true }] as const;
		await started.lab.phoneBank.behaviour("+380631234500", { does: "answer", after: 0.5, steps });
		await row.getByRole("button", { name: words["dial.call"] }).click();
		await page.locator(".card.talking").waitFor();
		await page.locator(".card.wrap-up").waitFor();
		await row.waitFor({ state: "detached" });
		await page.getByRole("link", { name: words["scope.closed"] }).click();
		await row.getByText(words["duty.reached"], { exact: true }).waitFor();
		expect(problems).toEqual([]);
		await context.close();
	});
});

/** In the page: the moment (epoch ms) at which no card is on it any more. */
const momentWithoutCard = `new Promise((resolve) => {
	const look = () => document.querySelector(".card") === null && (watch.disconnect(), resolve(Date.now()));
	const watch = new MutationObserver(look);
	watch.observe(document.body, { childList: true, subtree: true });
	look();
})`;

const hasFocus = (wanted: Locator) =>
	wanted.evaluate(
		(element: { ownerDocument: { activeElement: unknown } }) => element.ownerDocument.activeElement === element,
	);

/** Goes on with Tab until the wanted element has the focus. */
async function tabTo(page: Page, wanted: Locator): Promise<void> {
	await wanted.waitFor();
	for (let tries = 0; tries < 60; tries++) {
		if (await hasFocus(wanted)) return;
		await page.keyboard.press("Tab");
	}
	throw new Error(`Tab does not lead to ${wanted}`);
}

async function press(page: Page, wanted: Locator, key: string): Promise<void> {
	await tabTo(page, wanted);
	await page.keyboard.press(key);
}
