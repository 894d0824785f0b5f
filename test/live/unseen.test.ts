import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { SavedCall } from "../../server/events.ts";
import { type Running, runServer, type Visitor } from "../access/running.ts";
import { type Agent, incoming, moment, popOf } from "./calls.ts";
import { type Listener, listen } from "./listener.ts";

/** The clock of the server is the test's: five seconds pass when it says so. */
let ahead = 0;
let house: Running;
let olena: Agent & Visitor;
let petro: Agent & Visitor;
let ira: Agent & Visitor;
let boss: Visitor;
let owner: { id: string; name: string; extension: string; you: boolean } | null = null;
/** What the first picture shows as ringing. */
let ringing: SavedCall[] = [];
/** Pop-ups are read once it is over. */
let reading: Promise<void> | null = null;
const open: Listener[] = [];

beforeAll(async () => {
	house = await runServer(
		{},
		{
			now: () => Date.now() + ahead,
			live: {
				async popFor(saved) {
					await reading;
					return popOf(saved, { owner });
				},
				liveCallsOf: async (userId) => ({
					ringing: ringing.filter((saved) => saved.ringing.includes(userId)).map((saved) => popOf(saved)),
					talking: [],
				}),
				times: { checkEvery: 20, pingEvery: 60_000, floorEvery: 50 },
			},
		},
	);
	const hire = async (name: string, extension: string) => ({
		...(await house.hire("agent", extension, name)),
		...{ name, extension },
	});
	olena = await hire("Олена", "101");
	petro = await hire("Petro", "102");
	ira = await hire("Іра", "103");
	boss = await house.hire("supervisor", null, "Boss");
});
afterAll(() => house.end());
afterEach(() => {
	[owner, ringing, reading] = [null, [], null];
	for (const listener of open.splice(0)) {
		expect(listener.problems).toEqual([]);
		listener.end();
	}
});
const desk = async (person: { cookie: string }): Promise<Listener> => {
	const listener = await listen(house.base, person.cookie);
	open.push(listener);
	await listener.heard("snapshot");
	return listener;
};
const saved = (event: SavedCall) => house.dzvin.bus.emit("call.saved", event);
const pass = (milliseconds: number) => {
	ahead += milliseconds;
};
const rows = async (callId: string) => {
	const { json } = await house.call("GET", "/api/unseen", { cookie: boss.cookie });
	return json.items.filter((one: { callId: string }) => one.callId === callId);
};

test("a pop-up that no screen acknowledged is told to supervisors after five seconds, and its row is there", async () => {
	const [screen, wall] = [await desk(olena), await desk(boss)];
	const call = incoming();
	saved(moment(call, { ringing: [olena] }));
	await screen.heard("call.ringing");
	await wall.settled();
	expect(wall.of("pop.unseen")).toEqual([]);
	pass(5_000);
	const told = await wall.heard("pop.unseen", ({ unseen }) => unseen.callId === call.id);
	expect(told).toMatchObject({
		rings: true,
		unseen: { user: { name: "Олена" }, extension: "101", cause: "not-acknowledged", number: call.number, seenAt: null },
	});
	expect(await rows(call.id)).toEqual([told.unseen]);
	// The person's own screens show the card already.
	expect(screen.of("pop.unseen")).toEqual([]);
	saved(moment(call, { past: [olena], ended: true }));
	await wall.heard("pop.unseen", ({ unseen, rings }) => unseen.callId === call.id && !rings);
});

test("what is on the screen in time leaves no row", async () => {
	const [screen, wall] = [await desk(olena), await desk(boss)];
	const call = incoming();
	saved(moment(call, { ringing: [olena] }));
	const { seq } = await screen.heard("call.ringing");
	screen.say({ type: "painted", callId: call.id, seq });
	await screen.settled();
	pass(20_000);
	await wall.settled();
	expect(wall.of("pop.unseen")).toEqual([]);
	expect(await rows(call.id)).toEqual([]);
	saved(moment(call, { past: [olena], ended: true }));
});

test("a screen that wakes up later is written down as the one that saw it", async () => {
	const [screen, wall] = [await desk(olena), await desk(boss)];
	const call = incoming();
	saved(moment(call, { ringing: [olena] }));
	const { seq } = await screen.heard("call.ringing");
	pass(5_000);
	await wall.heard("pop.unseen", ({ unseen }) => unseen.callId === call.id);
	screen.say({ type: "painted", callId: call.id, seq });
	await wall.heard("pop.seen", ({ unseen }) => unseen.callId === call.id);
	expect(await rows(call.id)).toMatchObject([{ seenBy: { id: olena.id }, seenAt: expect.any(String) }]);
	saved(moment(call, { past: [olena], ended: true }));
});

test("the owner of the client and colleagues of the queue are told, others are not; who says that he sees it is kept", async () => {
	const stranger = await house.hire("agent", "105", "Stranger");
	const [mate, hers, other] = [await desk(petro), await desk(ira), await desk(stranger)];
	const before = incoming({ queue: "sales" });
	saved(moment(before, { ringing: [petro] }));
	await mate.heard("call.ringing");
	saved(moment(before, { past: [petro], ended: true }));
	owner = { id: ira.id, name: "Іра", extension: "103", you: false };
	await desk(olena);
	const call = incoming({ queue: "sales" });
	saved(moment(call, { ringing: [olena] }));
	await open.at(-1)?.heard("call.ringing");
	pass(5_000);
	const told = await hers.heard("pop.unseen", ({ unseen }) => unseen.callId === call.id);
	await mate.heard("pop.unseen", ({ unseen }) => unseen.callId === call.id);
	// Who was not told cannot say that he saw it.
	other.say({ type: "seen", id: told.unseen.id });
	await other.settled();
	expect(other.of("pop.unseen")).toEqual([]);
	mate.say({ type: "seen", id: told.unseen.id });
	hers.say({ type: "seen", id: told.unseen.id });
	await hers.heard("pop.seen", ({ unseen }) => unseen.id === told.unseen.id);
	const [row] = await rows(call.id);
	expect([petro.id, ira.id]).toContain(row.seenBy.id);
	saved(moment(call, { past: [olena], ended: true }));
});

test("a phone whose person has no browser open is unseen too, and who comes in later sees that it rings", async () => {
	const wall = await desk(boss);
	const away = { ...(await house.hire("agent", "106", "Away")), name: "Away", extension: "106" };
	const call = incoming();
	saved(moment(call, { ringing: [away] }));
	pass(5_000);
	const { unseen } = await wall.heard("pop.unseen", (message) => message.unseen.callId === call.id);
	expect(unseen.cause).toBe("not-connected");
	const late = await desk(boss);
	expect((await late.heard("snapshot")).unseen).toEqual([unseen]);
	saved(moment(call, { past: [away], ended: true }));
});

test("what is on the screen from the first picture, before the server hears of the call again, is no news", async () => {
	const call = incoming();
	ringing = [moment(call, { ringing: [olena] })];
	const [screen, wall] = [await desk(olena), await desk(boss)];
	screen.say({ type: "painted", callId: call.id, seq: 1 });
	await screen.settled();
	saved(moment(call, { ringing: [olena] }));
	await screen.heard("call.ringing");
	const later = incoming();
	saved(moment(later, { ringing: [petro] }));
	pass(5_000);
	await wall.heard("pop.unseen", ({ unseen }) => unseen.callId === later.id);
	expect(wall.of("pop.unseen")).toHaveLength(1);
	expect(await rows(call.id)).toEqual([]);
	saved(moment(call, { past: [olena], ended: true }));
	saved(moment(later, { past: [petro], ended: true }));
});

test("a browser that goes away while its pop-up is read leaves a phone that nobody sees", async () => {
	const wall = await desk(boss);
	const leaving = { ...(await house.hire("agent", "107", "Leaving")), name: "Leaving", extension: "107" };
	const screen = await desk(leaving);
	const sockets = async () => Number(/dzvin_live_sockets (\d+)/.exec((await house.call("GET", "/metrics")).text)?.[1]);
	const before = await sockets();
	const { promise, resolve } = Promise.withResolvers<void>();
	reading = promise;
	const call = incoming();
	saved(moment(call, { ringing: [leaving] }));
	screen.end();
	while ((await sockets()) === before) await new Promise((done) => setTimeout(done, 10));
	resolve();
	await wall.heard("agent.state", ({ agent }) => agent.user.id === leaving.id && agent.state === "ringing");
	await new Promise((done) => setTimeout(done, 50));
	pass(5_000);
	const { unseen } = await wall.heard("pop.unseen", (message) => message.unseen.callId === call.id);
	expect(unseen.cause).toBe("not-connected");
	saved(moment(call, { past: [leaving], ended: true }));
});

test("only supervisors and admins read the rows, and show the floor", async () => {
	expect((await house.call("GET", "/api/unseen", { cookie: olena.cookie })).status).toBe(403);
	const screen = await desk(olena);
	screen.say({ type: "watch", floor: true });
	expect(await screen.closed()).toMatchObject({ code: 1008 });
	expect(screen.of("floor")).toEqual([]);
});

test("the floor goes to those who show it, from the first picture to the last change, and to no others", async () => {
	const [wall, other] = [await desk(boss), await desk(await house.hire("supervisor", null, "Other"))];
	wall.say({ type: "watch", floor: true });
	const floor = await wall.heard("floor");
	expect(floor.figures).toMatchObject({ missed: { open: 0 }, unprocessed: { open: 0 }, links: [] });
	const call = incoming({ queue: "sales" });
	saved(moment(call, { ringing: [olena] }));
	const changed = await wall.heard("floor.calls", ({ calls }) => calls.some(({ id }) => id === call.id));
	expect(changed.calls[0]).toMatchObject({ outcome: "ringing", queue: "sales" });
	saved(moment(call, { past: [olena], ended: true }));
	await wall.heard("floor.calls", ({ gone }) => gone.includes(call.id));
	await wall.heard("floor.figures");
	await other.settled();
	expect(other.messages.filter(({ type }) => type.startsWith("floor"))).toEqual([]);
	wall.say({ type: "watch", floor: false });
	await wall.settled();
	const count = wall.messages.length;
	saved(moment(incoming(), { ringing: [olena] }));
	await wall.settled();
	expect(wall.messages.slice(count).filter(({ type }) => type.startsWith("floor"))).toEqual([]);
});
