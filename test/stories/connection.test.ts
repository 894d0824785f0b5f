import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { call, contact, idOf, olena, pop } from "../../agent-client/src/model/fixtures.ts";
import { startBrowser, type TestBrowser } from "../support/browser.ts";
import { type ClientBackend, startClientBackend } from "../support/client-backend.ts";
import { signIn, until } from "./office.ts";
import { words } from "./words.ts";

let browser: TestBrowser;
let backend: ClientBackend;
beforeAll(async () => {
	browser = await startBrowser();
});
afterEach(() => backend?.close());
afterAll(() => browser?.close());

async function sit(options: Parameters<TestBrowser["open"]>[0] = {}) {
	backend = await startClientBackend();
	const seat = await browser.open(options);
	await seat.page.goto(backend.url);
	await signIn(seat.page, "olena@example.com");
	return seat;
}
const ring = (n: number) => {
	const known = contact(1);
	return pop(call(n, { contact: { id: known.id, name: known.name } }), [known], olena.id);
};

test("a lost connection is seen, comes back by itself, and no stale card stays", async () => {
	const { page } = await sit();
	backend.ring(ring(1));
	await page.locator(".card.ringing").waitFor();
	backend.state.ringing = [];
	backend.cut();
	await page.getByText(words["link.lost"]).waitFor();
	backend.mend();
	await page.getByText(words["link.lost"]).waitFor({ state: "detached" });
	await page.locator(".card").waitFor({ state: "detached" });
}, 60_000);

test("a jump in the numbers is answered with a request for a new snapshot", async () => {
	const { page } = await sit();
	backend.skipSeq();
	backend.ring(ring(2));
	await page.locator(".card.ringing").waitFor();
	await until(async () => backend.heard.some((message) => message.type === "resync"));
	expect(await page.locator(".card").count()).toBe(1);
}, 60_000);

test("the server hears that the card is painted, once for each time that it brings it", async () => {
	const { page } = await sit();
	const shown = ring(3);
	backend.ring(shown);
	await page.locator(".card.ringing").waitFor();
	const painted = () => backend.heard.filter((message) => message.type === "painted");
	await until(async () => painted().length === 1);
	backend.say({ type: "call.ringing", ...shown });
	await until(async () => painted().length === 2);
	backend.say({ type: "call.changed", call: shown.call, match: shown.match });
	await page.waitForTimeout(300);
	expect(painted()).toMatchObject([{ callId: idOf(1003) }, { callId: idOf(1003) }]);
}, 60_000);

test("a session that ended asks to sign in again and keeps what was typed", async () => {
	const { page } = await sit();
	await page.goto(`${backend.url}/process?call=${idOf(1001)}`);
	await page.getByLabel(words["wrap.comment"], { exact: true }).fill("Довга розмова про умови");
	backend.state.signedIn = false;
	backend.cut();
	backend.mend();
	await page.getByText(words["sign-in.expired"]).waitFor();
	await signIn(page, "olena@example.com");
	await page.goto(`${backend.url}/process?call=${idOf(1001)}`);
	const comment = page.getByLabel(words["wrap.comment"], { exact: true });
	await comment.waitFor();
	expect(await comment.inputValue()).toBe("Довга розмова про умови");
}, 60_000);

test("a card alone in a window of 360 by 280 needs no scrolling", async () => {
	const { page } = await sit({ width: 360, height: 280 });
	backend.ring(ring(4));
	await page.locator(".card.ringing").waitFor();
	const box = await page.locator(".card .actions").boundingBox();
	expect((box?.y ?? 999) + (box?.height ?? 0)).toBeLessThanOrEqual(280);
}, 60_000);

test("language and theme change at once and are kept", async () => {
	const { page } = await sit();
	await page.goto(`${backend.url}/settings`);
	await page.getByLabel(words["settings.language"], { exact: true }).selectOption("en");
	await page.getByRole("heading", { level: 1, name: "Settings" }).waitFor();
	await page.getByLabel("Look", { exact: true }).selectOption("dark");
	expect(await page.evaluate("document.documentElement.dataset.theme")).toBe("dark");
	await page.reload();
	await page.getByRole("heading", { level: 1, name: "Settings" }).waitFor();
	expect(await page.evaluate("document.documentElement.lang")).toBe("en");
}, 60_000);
