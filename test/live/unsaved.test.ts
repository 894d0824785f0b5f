import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { startLoopbackPbx } from "../../server/asterisk/loopback/loopback-pbx.ts";
import { runServer } from "../access/running.ts";
import type { FaultProxy } from "../faults/proxy.ts";
import { roadToDatabase } from "../faults/road-to-database.ts";
import { testDatabase } from "../support/database.ts";
import { listen } from "./listener.ts";

const trace = readFileSync(fileURLToPath(new URL("../traces/direct-answered.ami", import.meta.url)));

/** A server whose way to the database can be spoiled, a PBX, and the person who has extension 101. */
async function company() {
	const own = await testDatabase();
	onTestFinished(own.drop);
	const { url, proxy: way } = await roadToDatabase(own.url);
	onTestFinished(() => way.close());
	const house = await runServer({}, {}, url);
	onTestFinished(house.end);
	const pbx = await startLoopbackPbx({ accounts: { dzvin: "a secret of the PBX" } });
	onTestFinished(() => pbx.stop());
	const admin = await house.admin();
	const agent = await house.hire("agent", "101", "Олена");
	const events = { username: "dzvin", secret: "a secret of the PBX" };
	const watching = await listen(house.base, admin);
	onTestFinished(watching.end);
	const body = { name: "office", host: "127.0.0.1", port: pbx.port, events };
	expect((await house.call("POST", "/api/pbx", { cookie: admin, body })).status).toBe(201);
	await watching.heard("pbx.state", (message) => message.pbx.state === "connected");
	const named = { name: "Olena Ivanenko", numbers: [{ raw: "+380501110001" }], ownerId: agent.id };
	expect((await house.call("POST", "/api/contacts", { cookie: admin, body: named })).status).toBe(201);
	const desk = await listen(house.base, agent.cookie);
	onTestFinished(desk.end);
	await desk.heard("snapshot");
	return { house, way, pbx, admin, agent, desk };
}

/** Ways in which a database takes nothing, and how each is over again. */
const outages: readonly (readonly [name: string, begin: (way: FaultProxy) => void, end: (way: FaultProxy) => void])[] =
	[
		["is away", (way) => way.shut(), (way) => way.open()],
		[
			"is frozen",
			(way) => {
				way.down = { blackHole: true };
			},
			(way) => {
				way.down = {};
				// What was asked meanwhile is never answered.
				way.shut();
				way.open();
			},
		],
	];

test.each(outages)(
	"the phone rings while the database %s: the pop-up comes out of memory, and whole when it is back",
	async (_, begin, end) => {
		const { house, way, pbx, admin, agent, desk } = await company();
		begin(way);
		const playing = new AbortController();
		onTestFinished(() => playing.abort());
		const played = pbx.play(trace, { speed: 0.02, signal: playing.signal }).catch(() => {});
		const pop = await desk.heard("call.ringing");
		expect(pop).toMatchObject({
			saved: false,
			call: { number: "+380501110001", direction: "inbound", obligation: null },
		});
		const seen = desk.of("call.ringing").length;
		expect(seen).toBe(1);
		end(way);
		const whole = await desk.heard("call.ringing", ({ saved }) => saved !== false);
		expect(whole).toMatchObject({ contact: { name: "Olena Ivanenko" }, owner: { id: agent.id, you: true } });
		expect(whole.call.id).toBe(pop.call.id);
		const read = await house.call("GET", `/api/calls/${pop.call.id}`, { cookie: admin });
		expect(read.json).toMatchObject({ id: pop.call.id, outcome: "ringing", contact: { name: "Olena Ivanenko" } });
		expect(desk.of("call.ringing")).toHaveLength(2);
		playing.abort();
		await played;
		expect(desk.problems).toEqual([]);
	},
);

test("a whole conversation while the database is away: shown, over for the person, and stored once and owed when it is back", async () => {
	const { house, way, pbx, admin, agent, desk } = await company();
	// The caller was here before: memory knows the name.
	await pbx.play(trace, { speed: 8 });
	const first = await desk.heard("obligation.opened", ({ obligation }) => obligation.call.endedAt !== null);
	way.shut();
	await pbx.play(trace, { speed: 1 });
	const pop = await desk.heard("call.ringing", ({ saved }) => saved === false);
	expect(pop).toMatchObject({ contact: { name: "Olena Ivanenko" }, owner: { id: agent.id, you: true } });
	await desk.heard("call.talking", ({ call, by }) => call.id === pop.call.id && by?.id === agent.id);
	await desk.heard("call.ended", ({ call }) => call.id === pop.call.id && call.endedAt !== null);
	const refused = await house.call("GET", `/api/calls/${pop.call.id}`, { cookie: admin });
	expect(refused.status).toBeGreaterThanOrEqual(500);
	way.open();
	const owed = await desk.heard("obligation.opened", ({ obligation }) => obligation.call.id === pop.call.id);
	expect(owed.obligation).toMatchObject({ kind: "call", call: { outcome: "answered" } });
	// It does not ring once more when the database takes it.
	expect(desk.of("call.ringing").filter(({ call }) => call.id === pop.call.id)).toHaveLength(1);
	const { json } = await house.call("GET", "/api/calls", { cookie: admin });
	expect(json.items.map(({ id }: { id: string }) => id)).toEqual([pop.call.id, first.obligation.call.id]);
	expect(desk.problems).toEqual([]);
});

test("a slow database does not bring a card once more for a call that is over by then", async () => {
	const { way, pbx, desk } = await company();
	const played = pbx.play(trace, { speed: 1 });
	await desk.heard("call.ringing");
	// The conversation is over before the database has said that it took its beginning.
	way.down = { delay: 2_000 };
	await played;
	await desk.heard("call.ended");
	// What is under way is late still.
	way.down = {};
	await desk.heard("obligation.opened", ({ obligation }) => obligation.call.endedAt !== null);
	const order = { "call.ringing": 0, "call.talking": 1, "call.ended": 2 } as const;
	const told = desk.messages.flatMap(({ type }) => (type in order ? [order[type as keyof typeof order]] : []));
	expect(told).toContain(0);
	expect(told.at(-1)).toBe(2);
	expect(told).toEqual(told.toSorted());
	expect(desk.problems).toEqual([]);
});

test("while the database is away browsers that lost their way are told to wait, and to come when it is back", async () => {
	const { house, way } = await company();
	const open = async () => await house.call("GET", "/health/open");
	const becomes = async (status: number) => {
		for (let now = await open(); now.status !== status; now = await open())
			await new Promise((done) => setTimeout(done, 20));
	};
	// The admin and the agent.
	expect(await open()).toMatchObject({ status: 200, json: { status: "open", spread: 500 } });
	way.shut();
	await becomes(503);
	way.open();
	await becomes(200);
});
