import { afterEach, beforeEach, expect, test } from "vitest";
import { newId } from "../../db/id.ts";
import type { Clock } from "../../server/asterisk/clock.ts";
import { createFleet, type Fleet } from "../../server/asterisk/fleet.ts";
import { createLogins } from "../../server/asterisk/logins.ts";
import { type LoopbackPbx, startLoopbackPbx } from "../../server/asterisk/loopback/loopback-pbx.ts";
import { refusedLogins } from "../../server/company/refused-logins.ts";
import type { PbxAccess, RefusedLogins } from "../../server/pbx-access.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { accounts, until } from "./waiting.ts";

const second = 1_000;
const hour = 3_600 * second;
const began = Date.parse("2026-11-16T08:00:00Z");

let own: TestDatabase;
let pbx: LoopbackPbx;
let pbxId: string;
let now: number;
const fleets: Fleet[] = [];
/** The moment is the test's; what waits, waits in real time. */
const clock: Clock = {
	now: () => now,
	after(milliseconds, run) {
		const timer = setTimeout(run, milliseconds);
		return () => clearTimeout(timer);
	},
};

beforeEach(async () => {
	own = await testDatabase();
	pbx = await startLoopbackPbx({ accounts });
	pbxId = newId();
	now = began;
	await own.database.pools.ui.query(
		`insert into pbxs (id, name, host, port, events_username, events_secret_sealed, extension_pattern)
		values ($1, 'Office', '127.0.0.1', $2, 'dzvin', '', '')`,
		[pbxId, pbx.port],
	);
});
afterEach(async () => {
	for (const fleet of fleets.splice(0)) await fleet.stop();
	await pbx.stop();
	await own.drop();
});

const list = (): RefusedLogins => refusedLogins(own.database.pools.ui, pbxId);
const access = (change: Partial<PbxAccess> = {}): PbxAccess => ({
	id: pbxId,
	name: "Office",
	host: "127.0.0.1",
	port: pbx.port,
	tls: { enabled: false },
	events: { username: "dzvin", secret: accounts.dzvin },
	control: { username: "control", secret: accounts.control },
	extensionPattern: "^\\d{2,5}$",
	recordingsRoot: null,
	history: null,
	dial: {},
	...change,
});
/** A server as far as the PBX sees it, with this list of PBXs. */
function server(given: PbxAccess): Fleet {
	const fleet = createFleet({
		...{ onEvents() {}, onState() {}, clock },
		refusedLogins: (id) => refusedLogins(own.database.pools.ui, id),
		log: { info() {}, warn() {}, error() {} },
	});
	fleets.push(fleet);
	fleet.set([given]);
	return fleet;
}
const becomes = (fleet: Fleet, state: string) => until(() => fleet.state(pbxId).state === state);
const logins = (username: string) =>
	pbx.actions.filter((action) => action.action?.toLowerCase() === "login" && action.username === username).length;
const pause = { queue: "sales", interface: "PJSIP/101", paused: true, reason: "wrap-up" };
/** The keeper orders again five seconds after a refusal. */
async function orderFor(fleet: Fleet, milliseconds: number): Promise<string[]> {
	const refusals: string[] = [];
	for (const end = now + milliseconds; now < end; now += 5 * second) {
		await fleet.pause(pbxId, pause).catch((error: Error) => refusals.push(error.message));
	}
	return refusals;
}

test("a wrong secret of the control account is tried twelve times an hour at most, however often somebody is to be paused", async () => {
	const fleet = server(access({ control: { username: "control", secret: "wrong" } }));
	await becomes(fleet, "connected");
	const refusals = await orderFor(fleet, hour);
	expect(refusals).toHaveLength(720);
	expect(logins("control")).toBeGreaterThan(8);
	expect(logins("control")).toBeLessThanOrEqual(12);
	expect(refusals.at(-1)).toContain("press Check");
	// The road of the events has its own account and goes on.
	expect(fleet.state(pbxId).state).toBe("connected");
	expect(logins("dzvin")).toBe(1);
}, 60_000);

test("many orders at once of an account that nobody has proven yet are one refused login", async () => {
	const fleet = server(access({ control: { username: "control", secret: "wrong" } }));
	await becomes(fleet, "connected");
	const call = { extension: "101", to: "0501112233" };
	const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => fleet.originate(pbxId, call)));
	expect(outcomes.map(({ status }) => status)).toEqual(Array(20).fill("rejected"));
	expect(logins("control")).toBe(1);
});

test("what was mended is used at once: by new settings, or on the PBX when somebody presses Check", async () => {
	const fleet = server(access({ control: { username: "control", secret: "wrong" } }));
	await becomes(fleet, "connected");
	await orderFor(fleet, hour / 2);
	await own.database.pools.ui.query("delete from refused_logins");
	fleet.set([access()]);
	// The PBX knows no such member, and says it behind the login.
	await expect(fleet.pause(pbxId, pause)).rejects.toMatchObject({ code: "pbx-refused" });

	pbx.behaviour.refuseLogin = true;
	await orderFor(fleet, hour / 2);
	pbx.behaviour.refuseLogin = false;
	await expect(fleet.pause(pbxId, pause)).rejects.toMatchObject({ said: { code: "control.login-held" } });
	await fleet.check(access());
	await expect(fleet.pause(pbxId, pause)).rejects.toMatchObject({ code: "pbx-refused" });
	expect(await list().take("control", now, () => 0)).toEqual({ wait: 0, refusedAt: [] });
}, 60_000);

test("two servers that are started anew all the time knock together twelve times an hour at most", async () => {
	const servers = [createLogins("dzvin", clock, list()), createLogins("dzvin", clock, list())];
	const tries: number[] = [];
	for (; now < began + 2 * hour; now += 5 * second) {
		const turns = await Promise.all(servers.map((one) => one.turn()));
		for (const [n, wait] of turns.entries()) {
			if (wait > 0) continue;
			tries.push(now);
			// Now and then one is killed before it hears the answer.
			if (tries.length % 5 !== 0) await servers[n]?.refused();
			else servers[n] = createLogins("dzvin", clock, list());
		}
		if ((now - began) % (100 * second) === 0) servers[0] = createLogins("dzvin", clock, list());
	}
	expect(tries.length).toBeGreaterThan(16);
	const most = Math.max(...tries.map((at) => tries.filter((other) => other >= at && other < at + hour).length));
	expect(most).toBeLessThanOrEqual(12);
}, 60_000);

test("a server that starts does not knock where another was refused a moment ago; Check on one of them brings both back", async () => {
	pbx.behaviour.refuseLogin = true;
	const first = server(access());
	await becomes(first, "login-refused");
	await until(() => logins("dzvin") === 1);
	await expect.poll(async () => (await list().take("dzvin", now, () => 1)).refusedAt.length).toBe(1);
	const second = server(access());
	const third = server(access());
	await expect.poll(() => second.state(pbxId).state).toBe("login-refused");
	await becomes(third, "login-refused");
	expect(second.state(pbxId).problem).toContain("[dzvin]");
	expect(logins("dzvin")).toBe(1);
	const mendedAt = Date.now();
	pbx.behaviour.refuseLogin = false;
	await first.check(access());
	await Promise.all([first, second, third].map((fleet) => becomes(fleet, "connected")));
	expect(Date.now() - mendedAt).toBeLessThan(30_000);
}, 60_000);

test("without the database each server counts for itself", async () => {
	const away = { query: () => Promise.reject(new Error("away")), connect: () => Promise.reject(new Error("away")) };
	const logins = createLogins("dzvin", clock, refusedLogins(away as never, pbxId));
	expect(await logins.turn()).toBe(0);
	await logins.refused();
	expect(await logins.turn()).toBe(10 * second);
	now += 10 * second;
	expect(await logins.turn()).toBe(0);
	await logins.accepted();
	expect(await logins.turn()).toBe(0);
});
