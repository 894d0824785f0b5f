import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { expect, onTestFinished, test } from "vitest";
import { startLoopbackPbx } from "../../server/asterisk/loopback/loopback-pbx.ts";
import { serverForTest } from "../access/running.ts";
import { until } from "../end-to-end/until.ts";
import { listen } from "./listener.ts";

const trace = readFileSync(fileURLToPath(new URL("../traces/direct-answered.ami", import.meta.url)));

/** A server with one PBX that an admin added by its API, and the person who has extension 101. */
async function company() {
	const house = await serverForTest();
	const pbx = await startLoopbackPbx({ accounts: { dzvin: "a secret of the PBX" } });
	onTestFinished(() => pbx.stop());
	const admin = await house.admin();
	const watching = await listen(house.base, admin);
	onTestFinished(watching.end);
	const agent = await house.hire("agent", "101", "Олена");
	const events = { username: "dzvin", secret: "a secret of the PBX" };
	const body = { name: "office", host: "127.0.0.1", port: pbx.port, events };
	const made = await house.call("POST", "/api/pbx", { cookie: admin, body });
	expect(made.status).toBe(201);
	await watching.heard("pbx.state", (message) => message.pbx.state === "connected");
	const desk = await listen(house.base, agent.cookie);
	onTestFinished(desk.end);
	await desk.heard("snapshot");
	return { house, pbx, admin, agent, desk, made };
}

test("from the PBX's bytes to the agent's screen: the phone rings, is answered, is hung up, and the call is owed", async () => {
	const { house, pbx, admin, agent, desk } = await company();
	const body = { name: "Olena Ivanenko", numbers: [{ raw: "+380501110001" }], ownerId: agent.id };
	const contact = await house.call("POST", "/api/contacts", { cookie: admin, body });
	await pbx.play(trace, { speed: 2 });
	const pop = await desk.heard("call.ringing");
	expect(pop).toMatchObject({
		call: { number: "+380501110001", direction: "inbound", outcome: "ringing" },
		contact: { id: contact.json.id, name: "Olena Ivanenko" },
		owner: { id: agent.id, you: true },
	});
	await desk.heard("call.talking", (message) => message.by?.id === agent.id);
	const ended = await desk.heard("call.ended");
	expect(ended).toMatchObject({ elsewhere: false, call: { id: pop.call.id, outcome: "answered" } });
	const owed = await desk.heard("obligation.opened", ({ obligation }) => obligation.assignee?.id === agent.id);
	expect(owed.obligation).toMatchObject({ kind: "call", call: { id: pop.call.id } });
	const read = await house.call("GET", `/api/calls/${pop.call.id}`, { cookie: agent.cookie });
	expect(read.json).toMatchObject({ outcome: "answered", contact: { name: "Olena Ivanenko" } });
	const again = await listen(house.base, agent.cookie);
	onTestFinished(again.end);
	const picture = await again.heard("snapshot");
	expect(picture).toMatchObject({ ringing: [], talking: [], obligations: [{ id: owed.obligation.id }] });
	expect(picture.counts.mine).toBe(1);
	const done = await house.call("POST", `/api/calls/${pop.call.id}/disposition`, {
		cookie: agent.cookie,
		body: { status: "in_work", comment: "Sends an offer" },
	});
	expect(done.status).toBe(200);
	await desk.heard("obligation.settled", ({ id }) => id === owed.obligation.id);
	expect(desk.problems).toEqual([]);
});

test("a pop-up does not wait for the raw journal: it comes while the table of events is locked, and so does the end", async () => {
	const { house, pbx, desk } = await company();
	const locker = new pg.Client({ connectionString: house.url });
	await locker.connect();
	onTestFinished(() => locker.end());
	const events = async () => Number((await locker.query("select count(*) from pbx_events")).rows[0]?.count);
	await locker.query("begin");
	await locker.query("lock table pbx_events in access exclusive mode");
	const before = await events();
	await pbx.play(trace, { speed: 2 });
	const { call } = await desk.heard("call.ringing");
	await desk.heard("call.ended", (message) => message.call.id === call.id);
	await desk.heard("obligation.opened", ({ obligation }) => obligation.call.id === call.id);
	// All that time somebody stood before the table, and nothing got into it.
	const waits = await locker.query(
		"select 1 from pg_locks where not granted and relation in (select relid from pg_partition_tree('pbx_events'))",
	);
	expect(waits.rows.length).toBeGreaterThan(0);
	expect(await events()).toBe(before);
	await locker.query("commit");
	await until("the journal has it", async () => ((await events()) > before ? true : null));
	expect(desk.problems).toEqual([]);
});

test("somebody who comes in while the phone rings sees it in the first picture", async () => {
	const { house, pbx, agent, desk } = await company();
	const stop = new AbortController();
	const played = pbx.play(trace, { speed: 0.05, signal: stop.signal });
	const { call } = await desk.heard("call.ringing");
	const late = await listen(house.base, agent.cookie);
	onTestFinished(late.end);
	const picture = await late.heard("snapshot");
	expect(picture.ringing).toMatchObject([{ call: { id: call.id } }]);
	stop.abort();
	await played.catch(() => {});
	expect((await late.heard("call.ended")).call.id).toBe(call.id);
});

test("a call that ends while the company is closed, answered at nobody's extension, is told as owed", async () => {
	const { house, pbx, admin, agent } = await company();
	// Closed today and tomorrow, so that the deadline is the same whenever the call ends.
	const open = (new Date().getUTCDay() + 2) % 7;
	const workingHours = Array.from({ length: 7 }, (_, day) => (day === open ? { from: 600, to: 1000 } : null));
	const body = { workingHours };
	expect((await house.call("PATCH", "/api/settings", { cookie: admin, body })).status).toBe(200);
	await house.call("PATCH", `/api/users/${agent.id}`, { cookie: admin, body: { extension: null } });
	const watching = await listen(house.base, admin);
	onTestFinished(watching.end);
	await watching.heard("snapshot");
	await pbx.play(trace, { speed: 4 });
	const { obligation } = await watching.heard("obligation.opened");
	expect(obligation).toMatchObject({ kind: "call", assignee: null, call: { outcome: "answered" } });
});

test("a PBX that is cut off is shown as away, with what to do for the admin", async () => {
	const { house, pbx, admin, desk, made } = await company();
	await pbx.stop();
	expect((await desk.heard("pbx.state", (message) => message.pbx.state === "away")).pbx.problem).toBeNull();
	const list = await house.call("GET", "/api/pbx", { cookie: admin });
	expect(list.json.items).toMatchObject([{ id: made.json.id, state: "away", problem: expect.any(String) }]);
	expect(list.text).not.toContain("a secret of the PBX");
});
