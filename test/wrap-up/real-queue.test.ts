import { once } from "node:events";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { WrapUpPage, type WrapUpRules } from "../../server/protocol/wrap-up.ts";
import { until } from "../end-to-end/until.ts";
import { admin, password, type Server, Servers } from "../journal/servers.ts";
import type { Floor } from "../lab/floor.ts";
import { accounts, Lab, type StartedLab, startLab } from "../lab/lab.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

const Items = z.object({ items: z.array(z.object({ id: z.string(), call: z.object({ id: z.string() }) })) });

/** The server is a process of its own, which can be killed; the queues are those of a real Asterisk. */
describe("a strict wrap-up", { timeout: 60_000 }, () => {
	let started: StartedLab;
	/** Sessions of the test's own; anew after a restart of the PBX. */
	let lab: Lab;
	let floor: Floor;
	let own: TestDatabase;
	let servers: Servers;
	let server: Server;
	let boss: string;
	let agent: string;

	beforeAll(async () => {
		started = await startLab();
		lab = started.lab;
	}, 180_000);
	afterAll(() => started?.stop(), 60_000);
	beforeEach(async () => {
		own = await testDatabase();
		servers = new Servers(own.url);
		server = await servers.start("one");
		boss = await server.signIn(admin);
		const person = { name: "Олена", email: "olena@example.com", password, role: "agent", extension: "103" };
		await ok("POST", "/api/users", person);
		agent = await server.signIn(person.email);
		floor = lab.floor(1);
		await floor.reset();
	});
	afterEach(async () => {
		await servers?.end();
		for (const { Queue = "", Location = "" } of await members("")) await pauseByHand(Queue, Location, "");
		await own?.drop();
	});

	async function ok(method: string, path: string, body?: unknown, cookie = boss): Promise<unknown> {
		const { status, json } = await server.ask(cookie, method, path, body);
		if (status >= 300) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(json)}`);
		return json;
	}
	async function addPbx(withControl = true): Promise<void> {
		const { host, ami } = started.lab.address.pbx;
		const control = withControl ? { control: accounts.control } : {};
		await ok("POST", "/api/pbx", { name: "Lab", host, port: ami, events: accounts.events, ...control });
		await connected();
	}
	const connected = () =>
		until("the PBX is connected", async () => {
			const { items } = z
				.object({ items: z.array(z.object({ state: z.string() })) })
				.parse(await ok("GET", "/api/pbx"));
			return items[0]?.state === "connected" || null;
		});
	const ruled = (wrapUp: WrapUpRules) => ok("PATCH", "/api/settings", { wrapUp });
	async function members(extension: string) {
		const { list } = await lab.pbxAmi({ Action: "QueueStatus" });
		return list.filter(
			(one) =>
				one.Event === "QueueMember" && one.Location?.startsWith(`PJSIP/${extension}`) && one.Queue?.endsWith("-1"),
		);
	}
	const pauseByHand = (queue: string, location: string, reason: string) =>
		lab.pbxAmi({
			...{ Action: "QueuePause", Queue: queue, Interface: location },
			...{ Paused: String(reason !== ""), Reason: reason },
		});
	/** Reasons for which this phone is paused, one for each queue; "" where it is not. */
	const pausesOf = async (extension: string) =>
		(await members(extension)).map((one) => (one.Paused === "1" ? (one.PausedReason ?? "") : ""));
	const paused = (extension = "103") =>
		until(`${extension} is paused in all queues`, async () => {
			const all = await pausesOf(extension);
			return (all.length > 0 && all.every((reason) => reason === "wrap-up")) || null;
		});
	const free = (within = 10_000, extension = "103") =>
		until(
			`${extension} takes calls again`,
			async () => (await pausesOf(extension)).every((reason) => reason !== "wrap-up") || null,
			within,
		);
	/** A customer waits in the queue, 103 answers, they talk, the customer hangs up. */
	async function callOver(from: string): Promise<void> {
		await floor.reset();
		await floor.phone(3, { does: "answer", after: 0.2 });
		const call = await floor.customer({ from, to: floor.service("salesQueue") });
		await floor.talking(3);
		await call.hangUp();
		await floor.idle();
	}
	const owed = async () =>
		Items.parse(await ok("GET", "/api/obligations?kind=call&assignee=me", undefined, agent)).items;
	const held = async (cookie = agent) => WrapUpPage.parse(await ok("GET", "/api/wrap-ups", undefined, cookie)).items;
	async function save(): Promise<void> {
		for (const { call } of await owed()) {
			const said = { status: "not_client", comment: "Помилився номером" };
			await ok("POST", `/api/calls/${call.id}/disposition`, said, agent);
		}
	}
	async function anew(): Promise<void> {
		server = await servers.start("one");
		boss = await server.signIn(admin);
		agent = await server.signIn("olena@example.com");
		await connected();
	}

	it("pauses in all queues until the disposition is saved, over a kill of the server, and leaves others' pauses alone", async () => {
		await ruled({ mode: "mandatory", seconds: 60, queues: [] });
		await addPbx();
		await pauseByHand("sales-1", "PJSIP/102", "lunch");
		await callOver("0503330001");
		await paused();
		expect(await held()).toMatchObject([{ mode: "mandatory", until: null, effect: "paused", queue: "sales-1" }]);

		await server.kill();
		await paused();
		await anew();
		await until("the new server knows", async () => (await held())[0]?.effect === "paused" || null);
		// Somebody gives him back by hand on the PBX: the row still says no.
		for (const { Queue = "" } of await members("103")) await pauseByHand(Queue, "PJSIP/103", "");
		await paused();

		await save();
		await free();
		expect(await held()).toEqual([]);
		expect((await pausesOf("102"))[0]).toBe("lunch");
	});

	it("ends with its box though the server was dead when it ended; the call stays owed", async () => {
		await ruled({ mode: "optional", seconds: 60, queues: [{ queue: "sales-1", mode: "box", seconds: 8 }] });
		await addPbx();
		await callOver("0503330002");
		await paused();
		const [row] = await held();
		await server.kill();
		await until("the box is over", () => Date.now() > Date.parse(row?.until ?? "") || null, 15_000);
		await paused();
		await anew();
		await free();
		expect(await held()).toEqual([]);
		expect(await owed()).toHaveLength(1);
	});

	it("lasts for the whole box without early exit, saved or not", async () => {
		await ruled({ mode: "box-strict", seconds: 8, queues: [] });
		await addPbx();
		await callOver("0503330003");
		await paused();
		await save();
		const [row] = await held();
		expect(row).toMatchObject({ saved: true, effect: "paused" });
		await paused();
		await free(15_000);
		expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(row?.until ?? ""));
	});

	it("is ended by a supervisor with a reason, which is written down; the call stays owed", async () => {
		await ruled({ mode: "mandatory", seconds: 60, queues: [] });
		await addPbx();
		await callOver("0503330004");
		await paused();
		const [row] = await held(boss);
		const path = `/api/wrap-ups/${row?.id}/release`;
		expect((await server.ask(agent, "POST", path, { reason: "хочу" })).status).toBe(403);
		expect((await server.ask(boss, "POST", path, { reason: "  " })).status).toBe(400);
		await ok("POST", path, { reason: "Черга зросла" });
		await free();
		expect(await owed()).toHaveLength(1);
		const { rows } = await own.database.pools.ui.query(
			"select subject, detail from audit where action = 'wrap-up.release'",
		);
		expect(rows).toEqual([{ subject: row?.id, detail: { reason: "Черга зросла" } }]);
	});

	it("gives everybody back when the server is stopped, and takes them again when it is back", async () => {
		await ruled({ mode: "mandatory", seconds: 60, queues: [] });
		await addPbx();
		await callOver("0503330005");
		await paused();
		const exit = once(server.child, "exit");
		server.child.kill("SIGTERM");
		await exit;
		expect(await pausesOf("103")).not.toContain("wrap-up");
		await anew();
		await paused();
		await ruled({ mode: "optional", seconds: 60, queues: [] });
		await free();
	});

	it("says so when there is no control account: nobody is paused", async () => {
		await ruled({ mode: "mandatory", seconds: 60, queues: [] });
		await addPbx(false);
		await callOver("0503330006");
		await until("it is said", async () => (await held())[0]?.effect === "no-control" || null);
		expect(await pausesOf("103")).not.toContain("wrap-up");
	});

	it("gives way to a break and comes back after it; ended in the break, it ends no pause", async () => {
		await ruled({ mode: "mandatory", seconds: 60, queues: [] });
		const { breakReasons } = z.object({ breakReasons: z.array(z.string()) }).parse(await ok("GET", "/api/settings"));
		const [reason = ""] = breakReasons;
		await addPbx();
		await pauseByHand("sales-1", "PJSIP/102", "lunch");
		await callOver("0503330008");
		await paused();
		const pausedSince = async () => (await members("103")).map((one) => `${one.PausedReason} ${one.Paused}`);
		const wanted = (why: string) =>
			until(`103 is paused: ${why}`, async () => (await pausedSince()).every((one) => one === `${why} 1`) || null);
		await ok("POST", "/api/me/break", { reason }, agent);
		await wanted(`break: ${reason}`);
		await ok("DELETE", "/api/me/break", {}, agent);
		await wanted("wrap-up");
		await ok("POST", "/api/me/break", { reason }, agent);
		await save();
		await wanted(`break: ${reason}`);
		await ok("DELETE", "/api/me/break", {}, agent);
		await until("103 takes calls", async () => (await pausesOf("103")).every((one) => one === "") || null);
		expect((await pausesOf("102"))[0]).toBe("lunch");
	});

	// The last one: the lab's own sessions end with the PBX.
	it("holds over a restart of Asterisk, which forgets its pauses; who saved while it was away is not paused", async () => {
		await ruled({ mode: "mandatory", seconds: 60, queues: [] });
		await addPbx();
		await callOver("0503330007");
		await paused();
		const before = Math.floor(Date.now() / 1000);
		await restartAsterisk();
		await paused();
		for (const { LastPause } of await members("103")) expect(Number(LastPause)).toBeGreaterThanOrEqual(before);
		const gone = restartAsterisk();
		await save();
		await gone;
		await connected();
		await free();
		expect(await held()).toEqual([]);
	});
	async function restartAsterisk(): Promise<void> {
		const startedAt = async () => {
			const { response } = await lab.pbxAmi({ Action: "CoreStatus" });
			return `${response.CoreStartupDate} ${response.CoreStartupTime}`;
		};
		const before = await startedAt();
		await lab.cliOnPbx("core restart now").catch(() => {});
		const isBack = async () => {
			lab.close();
			lab = await Lab.attach(started.lab.address);
			// It answers before it has its queues.
			return (await startedAt()) !== before && (await members("103")).length > 0;
		};
		await until("Asterisk and its queues are back", () => isBack().catch(() => null), 30_000);
	}
});
