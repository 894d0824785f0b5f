import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { type LoopbackPbx, startLoopbackPbx } from "../../server/asterisk/loopback/loopback-pbx.ts";
import { Settings } from "../../server/protocol/settings.ts";
import { WrapUpPage, type WrapUpRules } from "../../server/protocol/wrap-up.ts";
import { Calls } from "../journal/calls.ts";
import { admin, password, type Server, Servers, until } from "../journal/servers.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

/**
 * Who owes a call is paused, and nobody else by us, whoever dies: servers in processes of their own, and a PBX whose
 * queues know pauses. What a real Asterisk does is proven in real-queue.test.ts.
 */
const accounts = { dzvin: "a secret", control: "another secret" };
const email = "iryna@example.com";
let own: TestDatabase;
let pbx: LoopbackPbx;
let servers: Servers;
let leader: Server;
let standby: Server;
/** Sessions are the database's: they hold at both servers. */
let boss: string;
let agent: string;

beforeAll(async () => {
	own = await testDatabase();
	const trace = readFileSync(new URL("../traces/queue-answered.ami", import.meta.url));
	pbx = await startLoopbackPbx({ accounts, picture: trace });
	servers = new Servers(own.url);
	leader = await servers.start("one");
	boss = await leader.signIn(admin);
	const ask = async (method: string, path: string, body: unknown) =>
		expect((await leader.ask(boss, method, path, body)).status, path).toBeLessThan(300);
	await ask("POST", "/api/users", { name: "Ірина", email, password, role: "agent", extension: "103" });
	await ask("POST", "/api/pbx", {
		...{ name: "Office", host: "127.0.0.1", port: pbx.port },
		events: { username: "dzvin", secret: accounts.dzvin },
		control: { username: "control", secret: accounts.control },
	});
	agent = await leader.signIn(email);
	await until("the first leads", async () => (await stateAt(leader)) === "connected");
	standby = await servers.start("two");
	await until("both listen", () => pbx.sessions >= 2);
}, 60_000);
afterAll(async () => {
	await servers?.end();
	await pbx?.stop();
	await own?.drop();
});

async function ruled(wrapUp: WrapUpRules): Promise<void> {
	expect((await leader.ask(boss, "PATCH", "/api/settings", { wrapUp })).status).toBe(200);
}
/** The first was told of the rules; the second knows them without being asked. */
async function ruledBoth(wrapUp: WrapUpRules): Promise<void> {
	await ruled(wrapUp);
	await until("the second knows the rules", async () => {
		const { json } = await standby.ask(boss, "GET", "/api/settings");
		return Settings.parse(json).wrapUp.mode === wrapUp.mode;
	});
}
const mandatory: WrapUpRules = { mode: "mandatory", seconds: 60, queues: [] };
const Pbxs = z.object({ items: z.array(z.object({ state: z.string() })) });
const stateAt = async (server: Server) => Pbxs.parse((await server.ask(boss, "GET", "/api/pbx")).json).items[0]?.state;
/** A customer waits in the queue, 103 answers, they talk, the call is over and owed. */
async function callOver(): Promise<void> {
	const calls = new Calls(pbx, "queue-answered");
	calls.begin(20);
	await calls.over();
}
const reasonsOf = (extension: string) =>
	pbx.pauses().flatMap((one) => (one.interface === `PJSIP/${extension}` ? [one.reason] : []));
const paused = () => until("103 is paused", () => reasonsOf("103").join() === "wrap-up");
const free = () => until("103 takes calls", () => reasonsOf("103").length === 0);
const Owed = z.object({ items: z.array(z.object({ call: z.object({ id: z.string() }) })) });
/** The agent saves what is owed, by this server. */
async function save(by: Server): Promise<void> {
	const { json } = await by.ask(agent, "GET", "/api/obligations?kind=call&assignee=me");
	const { items } = Owed.parse(json);
	expect(items).toHaveLength(1);
	for (const { call } of items) {
		const said = { status: "not_client", comment: "Помилився номером" };
		expect((await by.ask(agent, "POST", `/api/calls/${call.id}/disposition`, said)).status).toBe(200);
	}
}
/** The first dies without a good-bye; resolves when the second writes, and leads from now on. */
async function takeOver(): Promise<void> {
	await leader.kill();
	await until("the second leads", async () => (await stateAt(standby)) === "connected");
	leader = standby;
}
const actions = (name: string) => pbx.actions.filter(({ action }) => action?.toLowerCase() === name).length;
async function held(by: Server) {
	const { json } = await by.ask(agent, "GET", "/api/wrap-ups");
	return WrapUpPage.parse(json).items;
}

// One story: what a test leaves behind is what the next begins with.
test("the second server keeps whom the first has paused, gives back at the save, and pauses at the next call", async () => {
	await ruledBoth(mandatory);
	await callOver();
	await paused();
	const before = actions("queuepause");
	await takeOver();
	await until("the second says who is held", async () => (await held(leader))[0]?.effect === "paused");
	// Nothing was to be mended.
	expect(actions("queuepause")).toBe(before);
	await save(leader);
	await free();
	await callOver();
	await paused();
	await save(leader);
	await free();
}, 60_000);

test("after a restart of the PBX who owes is paused anew, who saved meanwhile is not", async () => {
	await callOver();
	await paused();
	// It takes logins before it has its queues.
	pbx.behaviour.starting = true;
	const asked = actions("queuestatus");
	pbx.restart();
	expect(reasonsOf("103")).toEqual([]);
	await until("it was asked too early", () => actions("queuestatus") > asked);
	pbx.booted();
	await paused();
	// Saved while the PBX does not answer: the pause that it kept is ended when it is back.
	pbx.behaviour.frozen = true;
	await save(leader);
	expect(reasonsOf("103")).toEqual(["wrap-up"]);
	pbx.cut();
	pbx.behaviour.frozen = false;
	await free();
}, 60_000);

test("what the first was refused is ordered by the second, and who saves in the moment of a kill is not left paused", async () => {
	standby = await servers.start("one");
	await until("both listen", () => pbx.sessions >= 2);
	pbx.behaviour.denied.add("queuepause");
	await callOver();
	await until("the first was refused", async () => (await held(leader))[0]?.effect === "refused");
	expect(reasonsOf("103")).toEqual([]);
	const dying = leader;
	await takeOver();
	pbx.behaviour.denied.clear();
	await paused();

	standby = await servers.start(dying.name);
	await until("both listen", () => pbx.sessions >= 2);
	const saved = save(standby);
	await leader.kill();
	await saved;
	await free();
	leader = standby;
}, 60_000);

test("time is added to one's own box, once for each wish, as often as the company allows, and outlives a kill", async () => {
	const settings = { wrapUp: { mode: "box", seconds: 60, queues: [] }, wrapUpExtensions: 2 };
	expect((await leader.ask(boss, "PATCH", "/api/settings", settings)).status).toBe(200);
	await callOver();
	await paused();
	const [first] = await held(leader);
	expect(first).toMatchObject({ extended: 0, extendable: true });
	const until0 = Date.parse(first?.until ?? "");
	const more = (extended: number, cookie = agent) =>
		leader.ask(cookie, "POST", `/api/wrap-ups/${first?.id}/extend`, { extended });
	// Nobody has a hand in another one's time.
	expect((await more(0, boss)).status).toBe(409);
	expect((await Promise.all([more(0), more(0), more(0)])).map(({ status }) => status)).toEqual([204, 204, 204]);
	expect(await held(leader)).toMatchObject([
		{ extended: 1, extendable: true, until: new Date(until0 + 30_000).toISOString() },
	]);
	expect((await more(1)).status).toBe(204);
	expect((await more(2)).status).toBe(409);
	const { name } = leader;
	await leader.kill();
	leader = await servers.start(name);
	await until("it leads again", async () => (await stateAt(leader)) === "connected");
	expect(await held(leader)).toMatchObject([
		{ extended: 2, extendable: false, until: new Date(until0 + 60_000).toISOString() },
	]);
	await save(leader);
	await free();
	expect((await more(2)).status).toBe(409);
}, 60_000);

test("a box that ends while the first is dead is ended by the second; the call stays owed", async () => {
	await ruled({ mode: "box", seconds: 5, queues: [] });
	standby = await servers.start("one");
	await until("both listen", () => pbx.sessions >= 2);
	await callOver();
	await paused();
	await takeOver();
	await free();
	expect(await held(leader)).toEqual([]);
	const { rows } = await own.database.pools.ui.query(
		"select w.ended_how, o.settled_at from wrap_ups w join obligations o on o.id = w.obligation_id where w.mode = 'box' and w.extended = 0",
	);
	expect(rows).toEqual([{ ended_how: "time", settled_at: null }]);
}, 60_000);

test("a PBX that is taken away gives everybody back first", async () => {
	await ruled(mandatory);
	await callOver();
	await paused();
	const { json } = await leader.ask(boss, "GET", "/api/pbx");
	const [{ id }] = z.object({ items: z.tuple([z.object({ id: z.string() })]) }).parse(json).items;
	expect((await leader.ask(boss, "DELETE", `/api/pbx/${id}`, {})).status).toBe(204);
	await free();
}, 60_000);
