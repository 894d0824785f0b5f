import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { LoopbackPbx } from "../../server/asterisk/loopback/loopback-pbx.ts";
import { shownOn, waitingIn } from "../faults/live/watched.ts";
import { MadeFaults } from "../faults/made-faults.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { Calls } from "./calls.ts";
import { assertComplete } from "./oracle.ts";
import { admin, furnish, type Screen, type Server, Servers, screenOf, startPbx, until } from "./servers.ts";

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

/** The token: it is counted up by every server that takes over. */
const tokenOf = async (pbxId: string): Promise<number> => {
	const { rows } = await own.database.pools.ui.query("select token from pbx_writers where pbx_id = $1", [pbxId]);
	return Number(rows[0]?.token ?? 0);
};
const stateAt = async (server: Server, cookie: string): Promise<string> => {
	const { json } = await server.ask(cookie, "GET", "/api/pbx");
	return Reflect.get(Object(Reflect.get(Object(json), "items")?.[0]), "state");
};

test("one of two servers writes; when it is killed the other takes over at once, and no call is lost or pops twice", async () => {
	let leader = await servers.start("one");
	const pbxId = await furnish(leader, pbx);
	let standby = await servers.start("two");
	await until("both listen", () => pbx.sessions === 2);
	const calls = new Calls(pbx, "direct-answered");
	const faults = new MadeFaults();
	const shown: Screen[] = [];
	const load = new AbortController();
	const loading = calls.keepBeginning(4, 0.5, load.signal);
	const took: number[] = [];
	const popped: string[] = [];
	for (let round = 0; round < 4; round++) {
		const cookie = await standby.signIn(admin);
		expect(await stateAt(standby, cookie)).toBe("standby");
		const screens = [
			await screenOf(leader, await leader.signIn("olena@example.com")),
			await screenOf(standby, await standby.signIn("olena@example.com")),
		];
		await sleep(2_000);
		const [atLeader, atStandby] = screens;
		await until("pop-ups come by the leader", () => (atLeader?.pops.length ?? 0) > 2);
		expect(atStandby?.pops).toEqual([]);

		const token = await tokenOf(pbxId);
		const killedAt = Date.now();
		const seesAgain = faults.begin("server-stopped");
		await leader.kill();
		await until("the other has taken over", async () => (await tokenOf(pbxId)) > token);
		took.push(Date.now() - killedAt);
		seesAgain();
		await until("it says so", async () => (await stateAt(standby, cookie)) === "connected");
		await until("pop-ups come by the other", () => (atStandby?.pops.length ?? 0) > 2);
		for (const screen of screens) {
			expect(new Set(screen.pops).size).toBe(screen.pops.length);
			popped.push(...screen.pops);
			shown.push(screen);
			screen.close();
		}
		leader = standby;
		standby = await servers.start(round % 2 === 0 ? "one" : "two");
		await until("both listen", () => pbx.sessions === 2);
	}
	load.abort();
	await loading;
	const { calls: count } = await assertComplete(own.database.pools.ui, pbxId, calls, {
		faults: faults.all,
		shown: shownOn(shown),
		tooMuch: () => waitingIn(leader),
	});
	took.sort((a, b) => a - b);
	console.log(`${took.length} take-overs in ${took.join(", ")} ms; ${count} calls, ${popped.length} pop-ups`);
	expect(took.at(-1)).toBeLessThan(2_000);
}, 240_000);

test("a writer that is frozen is replaced; when it wakes it writes nothing and shows no pop-up", async () => {
	const frozen = await servers.start("one");
	const pbxId = await furnish(frozen, pbx);
	const other = await servers.start("two");
	await until("both listen", () => pbx.sessions === 2);
	const screen = await screenOf(frozen, await frozen.signIn("olena@example.com"));
	const second = await screenOf(other, await other.signIn("olena@example.com"));
	const cookie = await frozen.signIn(admin);
	const calls = new Calls(pbx, "direct-answered");
	const first = calls.begin(0.2);
	await until("the first call pops up", () => screen.pops.includes(first));

	const token = await tokenOf(pbxId);
	const frozenAt = Date.now();
	const faults = new MadeFaults();
	const seesAgain = faults.begin("server-stopped");
	frozen.child.kill("SIGSTOP");
	// One is answered before anybody takes over; the other phone rings long enough.
	calls.begin(0.5);
	const rings = calls.begin(0.05);
	await until("the other has taken over", async () => (await tokenOf(pbxId)) > token, 15_000);
	const took = Date.now() - frozenAt;
	seesAgain();
	const later = calls.begin(0.5);
	await until("a new call pops up by the other", () => second.pops.includes(later));
	await until("the phone that rings pops up by the other", () => second.pops.includes(rings));
	frozen.child.kill("SIGCONT");
	await until("it knows that it stands by", async () => (await stateAt(frozen, cookie)) === "standby");
	const last = calls.begin(0.5);
	await until("the last call pops up", () => second.pops.includes(last));
	await assertComplete(own.database.pools.ui, pbxId, calls, {
		faults: faults.all,
		shown: shownOn([screen, second]),
		tooMuch: () => waitingIn(other),
	});
	expect(screen.pops).toEqual([first]);
	expect(new Set(second.pops).size).toBe(second.pops.length);
	console.log(`taken over from a frozen server in ${took} ms`);
	expect(took).toBeLessThan(12_000);
	expect(await tokenOf(pbxId)).toBe(token + 1);
}, 120_000);
