import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { admin, until } from "../../journal/servers.ts";
import { type Browser, openBrowser } from "../../live/browser.ts";
import { type TestDatabase, testDatabase } from "../../support/database.ts";
import { Stage } from "./stage.ts";

/** What people are told of a PBX that is not seen, or not all of it: by the model of the page, over a real socket. */

let own: TestDatabase;
let stage: Stage;
let wall: Browser;
let desk: Browser;

beforeAll(async () => {
	own = await testDatabase();
	stage = await Stage.open(own.url, { traces: ["direct-answered"] });
	const { base } = stage.server;
	const open = async (email: string, leads: boolean) => {
		const cookie = await stage.server.signIn(email);
		const me = Reflect.get(Object((await stage.server.ask(cookie, "GET", "/api/me")).json), "id");
		return openBrowser({ base, cookie, me: String(me), leads });
	};
	[wall, desk] = await Promise.all([open(admin, true), open("olena@example.com", false)]);
	await until("both are there", () => wall.isOpen() && desk.isOpen());
});
afterAll(async () => {
	for (const browser of [wall, desk]) browser?.end();
	await stage?.end();
	await own?.drop();
});

/** Ways in which a PBX says nothing more while its connection stands. */
const silences = {
	"half open": {
		begin: () => stage.gate.vanish(),
		end: () => stage.gate.open(),
	},
	"frozen at the PBX": {
		begin() {
			stage.pbx.behaviour.frozen = true;
		},
		end() {
			stage.pbx.behaviour.frozen = false;
		},
	},
};
test.each(Object.entries(silences))(
	"a link that is %s has its bar within five seconds on every screen",
	async (name, { begin, end }) => {
		const trouble = (browser: Browser) => browser.live.pbxTrouble.value;
		await until("the PBX is connected", () => trouble(wall) === null && trouble(desk) === null);
		// Somewhere between two pings.
		await sleep(700);
		const seesAgain = stage.faults.begin("link-lost");
		begin();
		const began = performance.now();
		await until("both show it", () => trouble(wall) !== null && trouble(desk) !== null);
		const took = performance.now() - began;
		console.log(`a link that is ${name} is shown after ${took.toFixed(0)} ms`);
		expect(took).toBeLessThan(5_000);
		end();
		await until("both show its return", () => trouble(wall) === null && trouble(desk) === null);
		seesAgain();
	},
	60_000,
);

test("events that were lost while the link stands are told to supervisors at once, and then that the journal was read for them", async () => {
	const lost = (browser: Browser) => browser.live.picture.value.pbxs[0]?.lost ?? null;
	// From one call on it is known which number comes next.
	stage.calls.begin(8);
	await stage.calls.over();
	expect(lost(wall)).toBeNull();
	// As a PBX whose reader is too slow: the numbers of what it leaves out are missing from what it says next.
	let quiet = true;
	let heard = 0;
	stage.calls.onPacket = (packet) => {
		if (packet.startsWith("Event: Newstate\r\n") && packet.includes("\r\nChannelStateDesc: Up")) quiet = false;
		if (!quiet && heard === 0) heard = performance.now();
		stage.pbx.behaviour.frozen = quiet;
	};
	const seesAgain = stage.faults.begin("events-lost");
	stage.calls.begin(2);
	const told = await until("it is told", () => lost(wall));
	expect(performance.now() - heard).toBeLessThan(5_000);
	expect(told.state).toBe("reading");
	expect(told.events).toBeGreaterThan(0);
	await until("it is read", () => lost(wall)?.state === "read");
	seesAgain();
	await stage.calls.over();
	await stage.agree();
	expect(
		desk.messages.flatMap((message) => (message.type === "pbx.state" ? [message.pbx.lost ?? null] : [])),
	).not.toContainEqual(expect.anything());
}, 180_000);
