import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { LoopbackPbx } from "../../server/asterisk/loopback/loopback-pbx.ts";
import { spread } from "../faults/live/figures.ts";
import { killServer } from "../faults/live/kills.ts";
import { Stage } from "../faults/live/stage.ts";
import { waitingIn } from "../faults/live/watched.ts";
import { MadeFaults } from "../faults/made-faults.ts";
import { roadToDatabase } from "../faults/road-to-database.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { seeded } from "../support/seeded.ts";
import { Calls } from "./calls.ts";
import { assertComplete } from "./oracle.ts";
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
	const stage = await Stage.open(own.url);
	try {
		const chance = seeded(Number(process.env.SEED ?? 1));
		const back = await killServer(stage, { count: 10, perSecond: 5, chance });
		const { calls, recovered } = await stage.agree();
		console.log(`10 kills, ${calls} calls, ${recovered} of them from the PBX's journal; back after ${spread(back)}`);
	} finally {
		await stage.end();
	}
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
		const faults = new MadeFaults();
		const seesAgain = faults.begin("server-stopped");
		await server.kill();
		road.proxy.open();

		server = await servers.start("one", road.url);
		await until("the PBX is connected", () => pbx.sessions === 1);
		seesAgain();
		calls.begin();
		const asked = { faults: faults.all, tooMuch: () => waitingIn(server) };
		const { calls: count } = await assertComplete(own.database.pools.ui, pbxId, calls, asked);
		expect(count).toBe(7);
		await until("the spill file is gone", () => !existsSync(file));
		const { rows } = await own.database.pools.ui.query("select outcome, recovered from calls");
		expect(rows).toEqual(Array.from({ length: 7 }, () => ({ outcome: "answered", recovered: false })));
	} finally {
		await road.proxy.close();
	}
}, 120_000);
