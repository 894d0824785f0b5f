import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { admin } from "../../journal/servers.ts";
import { type Browser, hashAt, openBrowser } from "../../live/browser.ts";
import { type TestDatabase, testDatabase } from "../../support/database.ts";
import { type FaultProxy, faultProxy } from "../proxy.ts";
import { Stage } from "./stage.ts";

/**
 * Browsers with the product's own delays, pings and comparisons, a server in a process of its own, the fault proxy on the
 * roads between. Whatever was spoiled: when it is over, each browser holds the server's picture within three seconds, and
 * a phone that rings then is on its agent's screen.
 */

let own: TestDatabase;
let stage: Stage;
let road: FaultProxy;
let desk: Seat;
let wall: Seat;

interface Seat {
	readonly browser: Browser;
	readonly cookie: string;
}

const port = (base: string) => Number(new URL(base).port);
async function sit(email: string, leads: boolean): Promise<Seat> {
	const cookie = await stage.server.signIn(email);
	const me = Reflect.get(Object((await stage.server.ask(cookie, "GET", "/api/me")).json), "id");
	const browser = openBrowser({ base: `http://127.0.0.1:${road.port}`, cookie, me: String(me), leads });
	await until(browser.isOpen);
	return { browser, cookie };
}
/** Ends with the test when it never comes true. */
async function until(fits: () => boolean): Promise<void> {
	while (!fits()) await sleep(10);
}

beforeAll(async () => {
	own = await testDatabase();
	stage = await Stage.open(own.url, { traces: ["direct-answered"], journal: false });
	road = await faultProxy({ host: "127.0.0.1", port: port(stage.server.base) });
	desk = await sit("olena@example.com", false);
	wall = await sit(admin, true);
});
afterEach(() => {
	[road.up, road.down] = [{}, {}];
	road.open();
	stage.road.proxy.open();
});
afterAll(async () => {
	for (const seat of [desk, wall]) seat?.browser.end();
	await stage?.end();
	await road?.close();
	await own?.drop();
}, 60_000);

/** Of each browser the milliseconds since `healed` after which it holds what the server would tell it now. */
async function converged(healed: number): Promise<number[]> {
	const seats = [desk, wall];
	const took = await Promise.all(
		seats.map(async ({ browser, cookie }) => {
			for (;;) {
				const hash = await hashAt(stage.server.base, cookie, browser);
				if (browser.isOpen() && browser.hash() === hash) return performance.now() - healed;
				if (performance.now() - healed > 20_000) return Number.POSITIVE_INFINITY;
				await sleep(20);
			}
		}),
	);
	for (const milliseconds of took) expect(milliseconds).toBeLessThan(3_000);
	return took;
}
/** A call begins and rings for longer than the harm lasts; answers its number. */
const rings = () => stage.calls.begin(0.05);
const told = (what: string, took: readonly number[]) =>
	console.log(`${what}: the pictures are the server's after ${took.map((ms) => ms.toFixed(0)).join(" and ")} ms`);

test("the server is killed and started again after twelve seconds", async () => {
	await stage.server.kill();
	await sleep(12_000);
	stage.server = await stage.servers.start("one", stage.road.url);
	road.to = { host: "127.0.0.1", port: port(stage.server.base) };
	const healed = performance.now();
	told("a killed server", await converged(healed));
	await stage.becomes("connected");
	const number = rings();
	await until(() => desk.browser.shown.has(number));
	await converged(performance.now());
}, 120_000);

test("the road to the server is cut for eight seconds, under a phone that begins to ring", async () => {
	road.shut();
	await sleep(500);
	const number = rings();
	await sleep(7_500);
	road.open();
	told("a cut road", await converged(performance.now()));
	expect(desk.browser.shown).toContain(number);
}, 120_000);

test("the road goes silent, and nobody says so", async () => {
	road.vanish();
	await sleep(500);
	const number = rings();
	// The browser's first try after it noticed may be under way.
	await until(() => !desk.browser.isOpen());
	await sleep(2_000);
	road.open();
	told("a silent road", await converged(performance.now()));
	expect(desk.browser.shown).toContain(number);
}, 120_000);

test("the database is away for eight seconds while one browser loses its way; a call begins and another ends meanwhile", async () => {
	const before = stage.calls.begin(1);
	await until(() => desk.browser.shown.has(before));
	stage.road.proxy.shut();
	road.shut();
	road.open();
	await sleep(500);
	const number = rings();
	await sleep(7_500);
	stage.road.proxy.open();
	told("a database that was away", await converged(performance.now()));
	await until(() => desk.browser.shown.has(number));
	await converged(performance.now());
}, 120_000);

test("every byte comes alone: the phone pops up all the same", async () => {
	[road.up, road.down] = [{ slice: 1 }, { slice: 1 }];
	const number = rings();
	await until(() => desk.browser.shown.has(number));
	await converged(performance.now());
	expect([desk, wall].every(({ browser }) => browser.isOpen())).toBe(true);
}, 60_000);

test("a line that is much too slow", async () => {
	road.down = { throttle: 400 };
	const number = rings();
	await sleep(4_000);
	road.down = {};
	told("a slow line", await converged(performance.now()));
	expect(desk.browser.shown).toContain(number);
}, 60_000);

test("everything is said twice: the card is there once", async () => {
	road.down = { duplicate: true };
	const number = rings();
	await until(() => desk.browser.shown.has(number));
	await converged(performance.now());
	expect(desk.browser.live.ringing.value.filter(({ pop }) => pop.call.number === number)).toHaveLength(1);
}, 60_000);

/** In the middle of the message that brings the call; and so does whatever comes next, until it is over. */
const harms = {
	"is cut": { cutAfter: 100 },
	"is reset": { cutAfter: 100, reset: true },
	"swallows what is said": { blackHole: true },
} as const;
test.each(Object.entries(harms))(
	"the road %s in mid-message, for nine seconds",
	async (what, harm) => {
		road.down = harm;
		const number = rings();
		await sleep(9_000);
		expect(desk.browser.shown).not.toContain(number);
		road.down = {};
		told(`a road that ${what}`, await converged(performance.now()));
		expect(desk.browser.shown).toContain(number);
	},
	60_000,
);
