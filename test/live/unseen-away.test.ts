import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { SavedCall } from "../../server/events.ts";
import { type Running, runServer, type Visitor } from "../access/running.ts";
import { type RoadToDatabase, roadToDatabase } from "../faults/road-to-database.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { type Agent, incoming, moment, popOf } from "./calls.ts";
import { type Listener, listen } from "./listener.ts";

/** Pop-ups that nobody sees while the database takes nothing. */

let ahead = 0;
let own: TestDatabase;
let road: RoadToDatabase;
let house: Running;
let olena: Agent & Visitor;
let boss: Visitor;
const open: Listener[] = [];

beforeAll(async () => {
	own = await testDatabase();
	road = await roadToDatabase(own.url);
	const live = {
		popFor: async (saved: SavedCall) => popOf(saved),
		liveCallsOf: async () => ({ ringing: [], talking: [] }),
		times: { checkEvery: 20, pingEvery: 60_000 },
	};
	house = await runServer({}, { now: () => Date.now() + ahead, live }, road.url);
	olena = { ...(await house.hire("agent", "101", "Олена")), name: "Олена", extension: "101" };
	boss = await house.hire("supervisor", null, "Boss");
});
afterEach(() => {
	road.proxy.down = {};
	road.proxy.open();
	for (const listener of open.splice(0)) {
		expect(listener.problems).toEqual([]);
		listener.end();
	}
});
afterAll(async () => {
	await house.end();
	await road.proxy.close();
	await own.drop();
});
const desk = async (person: { cookie: string }): Promise<Listener> => {
	const listener = await listen(house.base, person.cookie);
	open.push(listener);
	await listener.heard("snapshot");
	return listener;
};
/** A phone rings for so long that it should have been seen. */
const rings = async (screen: Listener) => {
	const call = incoming();
	house.dzvin.bus.emit("call.unsaved", moment(call, { ringing: [olena] }));
	const { seq } = await screen.heard("call.ringing", (message) => message.call.id === call.id);
	ahead += 5_000;
	return { call, seq, ends: () => house.dzvin.bus.emit("call.unsaved", moment(call, { past: [olena], ended: true })) };
};
const rows = async (callId: string) => {
	const { json } = await house.call("GET", "/api/unseen", { cookie: boss.cookie });
	// The database may not be back yet.
	return (json.items ?? []).filter((one: { callId: string }) => one.callId === callId);
};
/** The rows, once there are any: what waits is written within a second. */
const written = async (callId: string, fits: (row: { seenAt: string | null }) => boolean = () => true) => {
	for (;;) {
		const found = await rows(callId);
		if (found.some(fits)) return found;
		await new Promise((done) => setTimeout(done, 20));
	}
};

test.each(["away", "frozen"] as const)(
	"while the database is %s a supervisor is told of a pop-up that nobody saw, and its row is written once it is back",
	async (how) => {
		const [screen, wall] = [await desk(olena), await desk(boss)];
		if (how === "away") road.proxy.shut();
		else road.proxy.down = { blackHole: true };
		const began = performance.now();
		const { call, ends } = await rings(screen);
		const told = await wall.heard("pop.unseen", ({ unseen }) => unseen.callId === call.id);
		// Of the ten seconds five are the person's.
		expect(performance.now() - began).toBeLessThan(5_000);
		expect(told).toMatchObject({
			rings: true,
			unseen: { user: { id: olena.id, name: "Олена" }, extension: "101", cause: "not-acknowledged", seenAt: null },
		});
		ends();
		await wall.heard("pop.unseen", ({ unseen, rings }) => unseen.callId === call.id && !rings);
		road.proxy.down = {};
		// What was asked meanwhile is never answered.
		road.proxy.shut();
		road.proxy.open();
		expect(await written(call.id)).toEqual([told.unseen]);
		expect(wall.of("pop.unseen").filter(({ unseen }) => unseen.callId === call.id)).toHaveLength(2);
	},
	30_000,
);

test("who sees it while the database is away is told to all, and is in the row", async () => {
	const [screen, wall, other] = [await desk(olena), await desk(boss), await desk({ cookie: await house.admin() })];
	road.proxy.shut();
	const { call, ends } = await rings(screen);
	const { unseen } = await wall.heard("pop.unseen", (message) => message.unseen.callId === call.id);
	wall.say({ type: "seen", id: unseen.id });
	const seen = await other.heard("pop.seen", (message) => message.unseen.id === unseen.id);
	expect(seen.unseen.seenBy).toEqual({ id: boss.id, name: "Boss" });
	road.proxy.open();
	expect(await written(call.id, ({ seenAt }) => seenAt !== null)).toEqual([seen.unseen]);
	ends();
});

test("a row whose answer was lost is there once, and is told once", async () => {
	const [screen, wall] = [await desk(olena), await desk(boss)];
	const lost = road.proxy.lost;
	road.loseNextCommit((sent) => sent.includes("unseen-note"));
	const { call, ends } = await rings(screen);
	const { unseen } = await wall.heard("pop.unseen", (message) => message.unseen.callId === call.id);
	expect(road.proxy.lost).toBe(lost + 1);
	expect(await written(call.id)).toEqual([unseen]);
	wall.say({ type: "seen", id: unseen.id });
	await wall.heard("pop.seen", (message) => message.unseen.id === unseen.id);
	expect(await written(call.id, ({ seenAt }) => seenAt !== null)).toMatchObject([
		{ id: unseen.id, seenBy: { id: boss.id } },
	]);
	expect(wall.of("pop.unseen").filter((message) => message.unseen.callId === call.id)).toHaveLength(1);
	ends();
});
