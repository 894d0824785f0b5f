import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import { newId } from "../../db/id.ts";
import type { Obligation } from "../../server/protocol/obligation.ts";
import { type Running, runServer, type Visitor } from "../access/running.ts";
import { type Agent, incoming, moment } from "./calls.ts";
import { type Client, openClient } from "./client.ts";
import { type createWorld, fast, worldServer } from "./world.ts";

/** After every fault the picture that the browser holds is the one that the server would make anew, within three seconds. */

let house: Running;
let world: ReturnType<typeof createWorld>;
let olena: Agent & Visitor;
let petro: Agent & Visitor;
let boss: Visitor;
const clients: Client[] = [];

beforeAll(async () => {
	({ house, world } = await worldServer());
	olena = { ...(await house.hire("agent", "101", "Олена")), name: "Олена", extension: "101" };
	petro = { ...(await house.hire("agent", "102", "Petro")), name: "Petro", extension: "102" };
	boss = await house.hire("supervisor", null, "Boss");
});
afterAll(() => house.end());
beforeEach(() => world.keepSilent(false));
afterEach(() => {
	for (const client of clients.splice(0)) client.cut();
});

const sit = async (who: Visitor, leads = false): Promise<Client> => {
	const client = openClient({ base: house.base, cookie: who.cookie, me: who.id, leads });
	clients.push(client);
	await client.connect();
	await client.until(() => client.live.picture.value.seq !== null);
	return client;
};
/** A hash that the server makes from now on is the client's own within three seconds, and stays it. */
async function converges(client: Client): Promise<void> {
	const began = Date.now();
	client.ping();
	// What waits on the way is of before the fault was over.
	await client.until(() => client.heartbeats.some(({ at, hash, own }) => at >= began && hash === own));
	expect(Date.now() - began).toBeLessThan(3_000);
	expect(client.heartbeats.at(-1)?.hash).toBe(client.hash());
}
const ids = (client: Client) => client.live.ringing.value.map(({ pop }) => pop.call.id);
function owed(assignee: Visitor): Obligation {
	const at = new Date().toISOString();
	return {
		...{ id: newId(), kind: "call", call: incoming({ endedAt: at, outcome: "answered" }), contact: null },
		...{ number: "+380501234567", assignee: { id: assignee.id, name: "Somebody" }, claimedBy: null, claimedAt: null },
		...{
			attempts: 0,
			times: 1,
			openedAt: at,
			dueAt: at,
			overdue: false,
			leftSeconds: 1200,
			settledAt: null,
			settledBy: null,
		},
		...{
			settledChannel: null,
			settledComment: null,
			settledHow: null,
			settledDirection: null,
			reachedSeconds: null,
			claimedUntil: null,
		},
		...{ escalatedTo: null, escalatedAt: null },
	};
}

test("without any fault, the server's hash of an agent's and of a supervisor's picture is the browser's own", async () => {
	const desk = await sit(olena);
	const wall = await sit(boss, true);
	const call = incoming({ queue: "sales" });
	const duty = owed(olena);
	for (const step of [
		() => world.saved(moment(call, { ringing: [olena, petro] })),
		() => world.saved(moment(call, { talking: [olena], past: [petro] })),
		() => house.dzvin.bus.emit("queue.state", { pbx: "office", queue: "sales", waiting: 3 }),
		() => world.saved(moment(call, { past: [olena, petro], ended: true })),
		() => world.owes(duty),
		() => world.settles(duty),
	]) {
		step();
		await Promise.all([converges(desk), converges(wall)]);
	}
	expect([...desk.asked, ...wall.asked]).toEqual([]);
});

test("a way that is cut: what happened meanwhile is there after the return, and what is over is gone", async () => {
	const desk = await sit(olena);
	const over = incoming();
	world.saved(moment(over, { ringing: [olena] }));
	await desk.until(() => ids(desk).includes(over.id));
	desk.cut();
	const now = incoming();
	world.saved(moment(over, { past: [olena], ended: true }));
	world.saved(moment(now, { ringing: [olena] }));
	await desk.connect();
	await converges(desk);
	expect(ids(desk)).toEqual([now.id]);
	world.saved(moment(now, { past: [olena], ended: true }));
});

test("a day offline: a thousand calls later the picture is the present one", async () => {
	const desk = await sit(olena);
	desk.cut();
	const duty = owed(olena);
	for (let n = 0; n < 1_000; n += 1) {
		const call = incoming();
		world.saved(moment(call, { ringing: [olena] }));
		world.saved(moment(call, { past: [olena], ended: true }));
	}
	world.owes(duty);
	await desk.connect();
	await converges(desk);
	expect(ids(desk)).toEqual([]);
	expect(desk.live.obligations.value.map(({ id }) => id)).toEqual([duty.id]);
	world.settles(duty);
});

test("a tab that slept wakes up to the present", async () => {
	const desk = await sit(olena);
	desk.sleep();
	const over = incoming();
	const now = incoming();
	world.saved(moment(over, { ringing: [olena] }));
	world.saved(moment(over, { past: [olena], ended: true }));
	world.saved(moment(now, { ringing: [olena] }));
	desk.wake();
	await converges(desk);
	expect(ids(desk)).toEqual([now.id]);
	world.saved(moment(now, { past: [olena], ended: true }));
});

test("a reader so slow that changes were left out gets a whole picture once it reads again", async () => {
	const desk = await sit(olena);
	desk.sleep();
	const call = incoming({ callerName: "x".repeat(50_000) });
	for (let n = 0; n < 300; n += 1) {
		world.saved(moment(call, { ringing: [olena] }));
		await new Promise((resolve) => setImmediate(resolve));
	}
	world.saved(moment(call, { past: [olena], ended: true }));
	desk.wake();
	await converges(desk);
	expect(ids(desk)).toEqual([]);
});

test("a message that got lost is noticed at the next one, and mended", async () => {
	const desk = await sit(olena);
	const lost = incoming();
	const next = incoming();
	desk.lose((message) => message.type === "call.ringing" && message.call.id === lost.id);
	world.saved(moment(lost, { ringing: [olena] }));
	world.saved(moment(next, { ringing: [olena] }));
	await desk.until(() => ids(desk).length === 2);
	await converges(desk);
	expect(desk.asked).toContain("gap");
	for (const call of [lost, next]) world.saved(moment(call, { past: [olena], ended: true }));
});

test("the last message got lost and nothing follows: the answer to a ping says so", async () => {
	const desk = await sit(olena);
	const lost = incoming();
	desk.lose(({ type }) => type === "call.ringing" || type === "heartbeat");
	world.saved(moment(lost, { ringing: [olena] }));
	await desk.until(() => desk.live.picture.value.agents.some(({ state }) => state === "ringing"));
	expect(ids(desk)).toEqual([]);
	desk.ping();
	await desk.until(() => ids(desk).length === 1);
	desk.lose(() => false);
	await converges(desk);
	world.saved(moment(lost, { past: [olena], ended: true }));
});

test("numbers that jump are answered with a whole picture", async () => {
	const desk = await sit(olena);
	desk.lose(({ type }) => type === "agent.state");
	const call = incoming();
	world.saved(moment(call, { ringing: [olena] }));
	await desk.until(() => desk.asked.includes("gap"));
	desk.lose(() => false);
	await converges(desk);
	world.saved(moment(call, { past: [olena], ended: true }));
});

test("a change that nobody was told of is found by comparing, is counted, and is mended", async () => {
	const desk = await sit(olena);
	const call = incoming();
	world.saved(moment(call, { ringing: [olena] }));
	await desk.until(() => ids(desk).length === 1);
	await converges(desk);
	world.keepSilent(true);
	world.saved(moment(call, { past: [olena], ended: true }));
	await desk.until(() => ids(desk).length === 0);
	await converges(desk);
	expect(desk.asked).toEqual(["picture"]);
	const { text } = await house.call("GET", "/metrics");
	expect(text).toMatch(/dzvin_live_resyncs_total\{reason="picture"\} 1/);
	expect(Number(/dzvin_live_comparisons_total (\d+)/.exec(text)?.[1])).toBeGreaterThan(10);
});

test("the server restarts while a phone rings: the client of the new one holds the new one's picture", async () => {
	const desk = await sit(olena);
	const over = incoming();
	world.saved(moment(over, { ringing: [olena] }));
	await desk.until(() => ids(desk).length === 1);
	const next = await runServer({}, { live: { ...world.live, times: fast } }, house.url);
	onTestFinished(next.end);
	desk.cut();
	world.saved(moment(over, { past: [olena], ended: true }));
	const now = incoming();
	world.saved(moment(now, { ringing: [olena] }));
	await desk.connect(next.base);
	await converges(desk);
	expect(ids(desk)).toEqual([now.id]);
	world.saved(moment(now, { past: [olena], ended: true }));
});
