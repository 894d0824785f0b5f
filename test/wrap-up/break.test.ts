import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { type LoopbackPbx, startLoopbackPbx } from "../../server/asterisk/loopback/loopback-pbx.ts";
import { BreakPage } from "../../server/protocol/break.ts";
import type { AgentState } from "../../server/protocol/live.ts";
import { WrapUpPage } from "../../server/protocol/wrap-up.ts";
import { Calls } from "../journal/calls.ts";
import { admin, password, type Server, Servers, screenOf, until } from "../journal/servers.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

/** A break is the person's: whoever dies, and whatever else holds the person meanwhile. */
const accounts = { dzvin: "a secret", control: "another secret" };
const email = "iryna@example.com";
let own: TestDatabase;
let pbx: LoopbackPbx;
let servers: Servers;
let server: Server;
let boss: string;
let agent: string;
let colleague: string;

beforeAll(async () => {
	own = await testDatabase();
	const trace = readFileSync(new URL("../traces/queue-answered.ami", import.meta.url));
	pbx = await startLoopbackPbx({ accounts, picture: trace });
	servers = new Servers(own.url);
	server = await servers.start("one");
	boss = await server.signIn(admin);
	await ok("POST", "/api/users", { name: "Ірина", email, password, role: "agent", extension: "103" });
	await ok("POST", "/api/users", { name: "Петро", email: "petro@example.com", password, role: "agent" });
	agent = await server.signIn(email);
	colleague = await server.signIn("petro@example.com");
	await ok("PATCH", "/api/settings", { breakReasons: ["Обід", "Навчання; інше"] });
	await ok("POST", "/api/pbx", {
		...{ name: "Office", host: "127.0.0.1", port: pbx.port },
		events: { username: "dzvin", secret: accounts.dzvin },
		control: { username: "control", secret: accounts.control },
	});
	await connected();
}, 60_000);
afterAll(async () => {
	await servers?.end();
	await pbx?.stop();
	await own?.drop();
});

async function ok(method: string, path: string, body: unknown = {}, cookie = boss): Promise<void> {
	expect((await server.ask(cookie, method, path, method === "GET" ? undefined : body)).status, path).toBeLessThan(300);
}
const Pbxs = z.object({ items: z.array(z.object({ state: z.string() })) });
const connected = () =>
	until("the PBX is connected", async () => {
		return Pbxs.parse((await server.ask(boss, "GET", "/api/pbx")).json).items[0]?.state === "connected";
	});
const reasonsOf = (extension: string) =>
	pbx.pauses().flatMap((one) => (one.interface === `PJSIP/${extension}` ? [one.reason] : []));
const paused = (reason: string) => until(`103 is paused: ${reason}`, () => reasonsOf("103").join() === reason);
const free = () => until("103 takes calls", () => reasonsOf("103").length === 0);
const begin = (reason: string) => ok("POST", "/api/me/break", { reason }, agent);
const end = () => ok("DELETE", "/api/me/break", {}, agent);
const breaks = async (cookie = agent) => BreakPage.parse((await server.ask(cookie, "GET", "/api/breaks")).json).items;
const held = async () => WrapUpPage.parse((await server.ask(agent, "GET", "/api/wrap-ups")).json).items;
const inTheList = () => until("the break has its pause", async () => (await breaks())[0]?.effect === "paused");
/** 103 takes a call from the queue, and owes it. */
async function callOver(): Promise<void> {
	const calls = new Calls(pbx, "queue-answered");
	calls.begin(20);
	await calls.over();
}
const Owed = z.object({ items: z.array(z.object({ call: z.object({ id: z.string() }) })) });
async function save(): Promise<void> {
	const { json } = await server.ask(agent, "GET", "/api/obligations?kind=call&assignee=me");
	for (const { call } of Owed.parse(json).items) {
		await ok("POST", `/api/calls/${call.id}/disposition`, { status: "not_client", comment: "Помилився" }, agent);
	}
}

test("a break pauses the queues with its reason, is told to the supervisor with its time, and ends by choice", async () => {
	const desk = await screenOf(server, boss);
	const iryna = (state: AgentState["state"]) =>
		desk.messages.some(
			(one) => one.type === "agent.state" && one.agent.user.name === "Ірина" && one.agent.state === state,
		);
	await begin("Обід");
	await paused("break: Обід");
	await inTheList();
	const [first] = await breaks(boss);
	expect(first).toMatchObject({ user: { name: "Ірина" }, reason: "Обід", effect: "paused", problem: null });
	await until("the supervisor hears of it", () => iryna("break"));
	// Another device chooses the same: the time goes on.
	await begin("Обід");
	expect(await breaks()).toEqual([first]);
	expect(await breaks(colleague)).toEqual([]);
	await begin("Навчання; інше");
	await paused("break: Навчання інше");
	await end();
	await free();
	// No browser of hers is open.
	await until("the supervisor hears of its end", () => iryna("offline"));
	expect(await breaks(boss)).toEqual([]);
	desk.close();
	const { rows } = await own.database.pools.ui.query("select reason, ended_how from breaks order by since");
	expect(rows).toEqual([
		{ reason: "Обід", ended_how: "changed" },
		{ reason: "Навчання; інше", ended_how: "chosen" },
	]);
}, 60_000);

test("a reason that is not on the company's list begins nothing", async () => {
	for (const reason of ["Риболовля", "", "Обід\r\nAction: Logoff"]) {
		expect((await server.ask(agent, "POST", "/api/me/break", { reason })).status).toBe(400);
	}
	expect(await breaks()).toEqual([]);
});

test("a wrap-up that ends in a break ends no pause, nor does a break that ends in a wrap-up", async () => {
	await ok("PATCH", "/api/settings", { wrapUp: { mode: "mandatory", seconds: 60, queues: [] } });
	await callOver();
	await paused("wrap-up");
	let wasFree = false;
	const watch = setInterval(() => {
		wasFree ||= reasonsOf("103").length === 0;
	}, 1);
	await begin("Обід");
	await paused("break: Обід");
	await save();
	await until("nothing is owed", async () => (await held()).length === 0);
	expect(reasonsOf("103")).toEqual(["break: Обід"]);

	await callOver();
	await until("a call is owed", async () => (await held()).length === 1);
	expect(reasonsOf("103")).toEqual(["break: Обід"]);
	await end();
	await paused("wrap-up");
	clearInterval(watch);
	expect(wasFree).toBe(false);
	await save();
	await free();
}, 60_000);

test("a break outlives a kill of the server and a restart of the PBX; a break that ended meanwhile is given back", async () => {
	await begin("Обід");
	await paused("break: Обід");
	const before = await breaks();
	await server.kill();
	pbx.restart();
	expect(reasonsOf("103")).toEqual([]);
	server = await servers.start("one");
	await paused("break: Обід");
	await inTheList();
	expect((await breaks())[0]?.since).toBe(before[0]?.since);
	// Ended while nobody could tell the PBX.
	await server.kill();
	await own.database.pools.ui.query("update breaks set ended_at = now(), ended_how = 'chosen' where ended_at is null");
	server = await servers.start("one");
	await free();
}, 60_000);

test("who works here no more is on no break", async () => {
	await begin("Обід");
	await paused("break: Обід");
	const { rows } = await own.database.pools.ui.query("select id from users where email = $1", [email]);
	await ok("PATCH", `/api/users/${rows[0]?.id}`, { active: false });
	await free();
	expect(await breaks(boss)).toEqual([]);
}, 60_000);
