import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../../journal/servers.ts";
import { type TestDatabase, testDatabase } from "../../support/database.ts";
import { seeded } from "../../support/seeded.ts";
import type { FaultProxy } from "../proxy.ts";
import { toldOfBlind } from "./figures.ts";
import { Stage } from "./stage.ts";

const chance = seeded(Number(process.env.SEED ?? 1));

let own: TestDatabase;
let stage: Stage;
beforeAll(async () => {
	own = await testDatabase();
	stage = await Stage.open(own.url);
	await stage.becomes("connected");
});
afterAll(async () => {
	await stage?.end();
	await own?.drop();
});

type Spoil = Pick<FaultProxy, "up" | "down">;

/** Calls go on while the road is spoilt; then it is a good one, a new call is seen live, and the oracle is asked. */
async function spoil(road: FaultProxy, harm: () => Promise<void>): Promise<string> {
	await stage.underLoad(2, 1, async () => {
		await harm();
		Object.assign(road, { up: {}, down: {} } satisfies Spoil);
		await until("the PBX is connected", async () => (await stage.state()) === "connected");
	});
	const screen = await stage.screen();
	const number = stage.calls.begin(0.5);
	await until("a new call pops up", () => screen.pops.includes(number), 30_000);
	const { calls, recovered } = await stage.agree();
	screen.close();
	return `${calls} calls until now, ${recovered} of them from the PBX's journal; ${toldOfBlind(await stage.blind())}`;
}

/** So many milliseconds; enough must have passed for it to have met something. */
const during = (road: FaultProxy, faults: Spoil, ms: number) => async () => {
	const { spoilt } = road;
	Object.assign(road, faults);
	await sleep(ms);
	expect(road.spoilt).toBeGreaterThan(spoilt + 3);
};

test.each([
	["byte by byte", { down: { slice: 1 }, up: { slice: 1 } }],
	["at 30 kB a second", { down: { throttle: 30_000 }, up: {} }],
	["every piece twice", { down: { duplicate: true }, up: {} }],
])(
	"what the PBX says comes %s: no call is lost, none is invented",
	async (how, faults) => {
		// What comes late or in pieces may look like a dead link or like loss; it need not.
		const ends = [stage.faults.mayBegin("link-lost"), stage.faults.mayBegin("events-lost")];
		const told = await spoil(stage.gate, during(stage.gate, faults, 2_000));
		for (const end of ends) end();
		console.log(`the PBX ${how}: ${told}`);
	},
	240_000,
);

test.each([
	["byte by byte", { down: { slice: 1 }, up: { slice: 1 } }],
	["at 50 kB a second", { down: { throttle: 50_000 }, up: { throttle: 50_000 } }],
])(
	"the database is reached %s: no call is lost, the link to the PBX stays",
	async (how, faults) => {
		const links = stage.gate.passed;
		// The lock may be lost, and is taken again.
		const end = stage.faults.mayBegin("server-stopped");
		const told = await spoil(stage.road.proxy, during(stage.road.proxy, faults, 2_000));
		end();
		expect(stage.gate.passed).toBe(links);
		console.log(`the database ${how}: ${told}`);
	},
	240_000,
);

test("connections to the database are reset in the middle of an answer, again and again: no call is lost or twice", async () => {
	const links = stage.gate.passed;
	const end = stage.faults.mayBegin("server-stopped");
	const before = stage.road.proxy.passed;
	const told = await spoil(stage.road.proxy, async () => {
		for (let reset = 0; reset < 8; reset++) {
			stage.road.proxy.down = { cutAfter: Math.floor(chance() * 3_000), reset: true };
			await sleep(chance() * 300);
			stage.road.proxy.down = {};
			await sleep(chance() * 500);
		}
	});
	end();
	// Every connection that was reset was made again.
	expect(stage.road.proxy.passed).toBeGreaterThan(before + 3);
	expect(stage.gate.passed).toBe(links);
	console.log(`the database reset in mid-answer: ${told}`);
}, 240_000);
