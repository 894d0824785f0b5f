import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { LoopbackPbx } from "../../server/asterisk/loopback/loopback-pbx.ts";
import { roadToDatabase } from "../faults/road-to-database.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { seeded } from "../support/seeded.ts";
import { Calls } from "./calls.ts";
import { assertComplete, type Blind } from "./oracle.ts";
import { admin, furnish, Servers, startPbx, until } from "./servers.ts";

let own: TestDatabase;
let pbx: LoopbackPbx;
let servers: Servers;
beforeEach(async () => {
	own = await testDatabase();
	pbx = await startPbx();
	servers = new Servers(own.url);
});
afterEach(async () => {
	await servers.end();
	await pbx.stop();
	await own.drop();
});

/** A call of the trace takes two seconds: so slow that it outlives the restart of a server on a busy machine. */
const slowly = 0.15;

test("a server killed ten times under load misses no call, has none twice, and leaves none live", async () => {
	const kills = 10;
	const chance = seeded(Number(process.env.SEED ?? 1));
	let server = await servers.start("one");
	const pbxId = await furnish(server, pbx);
	await until("the PBX is connected", () => pbx.sessions === 1);
	const calls = new Calls(pbx, "direct-answered");
	const blind: Blind[] = [];
	const load = new AbortController();
	const loading = calls.keepBeginning(5, slowly, load.signal);
	for (let kill = 0; kill < kills; kill++) {
		await sleep(300 + chance() * 2_000);
		// What is in the socket of a killed process is read by nobody.
		const from = Date.now() - 200;
		await server.kill();
		server = await servers.start("one");
		await until("the PBX is connected", () => pbx.sessions === 1);
		blind.push({ from, to: Date.now() });
	}
	load.abort();
	await loading;
	const { calls: count } = await assertComplete(own.database.pools.ui, pbxId, calls, blind);
	const downs = blind.map(({ from, to }) => to - from).sort((a, b) => a - b);
	console.log(`${kills} kills, ${count} calls, back after ${downs[kills / 2]} ms, at most ${downs.at(-1)} ms`);
}, 240_000);

test("the database away, the server killed meanwhile: the spill file keeps what nobody could store", async () => {
	const road = await roadToDatabase(own.url);
	try {
		let server = await servers.start("one", road.url);
		const pbxId = await furnish(server, pbx);
		const cookie = await server.signIn(admin);
		await until("the PBX is connected", () => pbx.sessions === 1);
		const file = join(server.dataDir, "journal-spill");
		const calls = new Calls(pbx, "direct-answered");
		const before = calls.begin(slowly);
		await until("the call is stored", async () => {
			const { rows } = await own.database.pools.ui.query("select 1 from calls where number = $1", [before]);
			return rows.length === 1;
		});

		road.proxy.shut();
		for (let n = 0; n < 5; n++) calls.begin();
		await until("events are spilled", () => existsSync(file));
		expect(statSync(file).mode & 0o777).toBe(0o600);
		const refused = await server.ask(cookie, "POST", "/api/contacts", { name: "Іваненко", kind: "person" });
		expect(refused).toMatchObject({ status: 503, json: { error: { code: "unavailable" } } });
		// These begin and end where only our own disk sees them.
		await calls.over();
		await sleep(500);
		await server.kill();
		road.proxy.open();

		server = await servers.start("one", road.url);
		await until("the PBX is connected", () => pbx.sessions === 1);
		calls.begin();
		const { calls: count } = await assertComplete(own.database.pools.ui, pbxId, calls);
		expect(count).toBe(7);
		await until("the spill file is gone", () => !existsSync(file));
		const { rows } = await own.database.pools.ui.query("select outcome, recovered from calls");
		expect(rows).toEqual(Array.from({ length: 7 }, () => ({ outcome: "answered", recovered: false })));
	} finally {
		await road.proxy.close();
	}
}, 120_000);

test("the database away for a while: the server lives on, and stores everything when it is back", async () => {
	const road = await roadToDatabase(own.url);
	try {
		const server = await servers.start("one", road.url);
		const pbxId = await furnish(server, pbx);
		await until("the PBX is connected", () => pbx.sessions === 1);
		const calls = new Calls(pbx, "direct-answered");
		const load = new AbortController();
		const loading = calls.keepBeginning(5, 1, load.signal);
		for (const seconds of [1, 4]) {
			await sleep(1_000);
			road.proxy.shut();
			await sleep(seconds * 1_000);
			road.proxy.open();
		}
		await sleep(1_000);
		load.abort();
		await loading;
		const { calls: count } = await assertComplete(own.database.pools.ui, pbxId, calls);
		await until("the spill file is gone", () => !existsSync(join(server.dataDir, "journal-spill")));
		console.log(`${count} calls while the database was away twice`);
		expect(server.child.exitCode).toBeNull();
	} finally {
		await road.proxy.close();
	}
}, 120_000);
