import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newId } from "../../db/id.ts";
import { type Running, runServer, type Visitor } from "./running.ts";

let house: Running;
let olena: Visitor;
let petro: Visitor;
let boss: Visitor;
const at = Date.now();
const ids = {
	pbx: newId(),
	/** Olena's conversation with a client; she owes its status. */
	hers: newId(at),
	/** A conversation between Olena and somebody else of the company. */
	among: newId(at + 1),
	owed: newId(),
	task: newId(),
	contact: newId(),
};

beforeAll(async () => {
	house = await runServer();
	olena = await house.hire("agent", "101");
	petro = await house.hire("agent", "102");
	boss = await house.hire("supervisor", "103");
	const db = house.dzvin.database.ui;
	await db.execute(sql`insert into pbxs (id, name, host, port, events_username, events_secret_sealed, extension_pattern, active)
		values (${ids.pbx}, 'office', '127.0.0.1', 1, 'x', '', '^x$', false)`);
	for (const [id, direction] of [
		[ids.hers, "inbound"],
		[ids.among, "internal"],
	] as const) {
		const when = new Date(id === ids.hers ? at : at + 1);
		await db.execute(sql`insert into calls (id, started_at, pbx_id, linked_id, direction, outcome, number, raw_number,
				caller_name, did, user_ids, ended_at, answered_at)
			values (${id}, ${when}, ${ids.pbx}, ${id}, ${direction}, 'answered', '+380501234567', '0501234567', '', '',
				array[${olena.id}::uuid], ${when}, ${when})`);
		await db.execute(sql`insert into legs (call_id, call_started_at, index, extension, user_id, rang_at)
			values (${id}, ${when}, 0, '101', ${olena.id}, ${when})`);
		await db.execute(sql`insert into recordings (call_id, call_started_at, index, path, started_at)
			values (${id}, ${when}, 0, '/no/such/file.wav', ${when})`);
	}
	await db.execute(sql`insert into contacts (id, name, search, owner_id)
		values (${ids.contact}, 'Client', 'client', ${olena.id})`);
	await db.execute(sql`insert into obligations (id, kind, call_id, call_started_at, number, assignee_id, opened_at, due_at)
		values (${ids.owed}, 'missed', ${ids.hers}, ${new Date(at)}, '+380501234567', ${olena.id}, now(), now())`);
	await db.execute(
		sql`insert into tasks (id, assignee_id, title, due_at) values (${ids.task}, ${olena.id}, 'Call', now())`,
	);
});
afterAll(() => house.end());

const disposition = { status: "not_client", comment: "wrong number" };

describe("what is a colleague's, an agent may not touch; its own person and a supervisor may", () => {
	test.each([
		["see a conversation between colleagues", "GET", `/api/calls/${ids.among}`, undefined],
		["hear a conversation that is not his", "GET", `/api/calls/${ids.hers}/recordings/0`, undefined],
		["hear a conversation between colleagues", "GET", `/api/calls/${ids.among}/recordings/0`, undefined],
		[
			"say whom a conversation between colleagues was with",
			"POST",
			`/api/calls/${ids.among}/contact`,
			{ contactId: null },
		],
		["hand over a colleague's client", "PATCH", `/api/contacts/${ids.contact}`, { ownerId: null }],
		["list a colleague's obligations", "GET", "/api/obligations?assignee=OLENA", undefined],
		["claim a colleague's obligation", "POST", `/api/obligations/${ids.owed}/claim`, undefined],
		["release a colleague's obligation", "DELETE", `/api/obligations/${ids.owed}/claim`, undefined],
		["tick off a colleague's task", "POST", `/api/tasks/${ids.task}/done`, undefined],
		["give a colleague's call a status", "POST", `/api/calls/${ids.hers}/disposition`, disposition],
		["dismiss a colleague's obligation", "POST", `/api/obligations/${ids.owed}/dismiss`, { comment: "no" }],
	])("%s", async (_what, method, path, body) => {
		const ask = (who: Visitor) =>
			house.call(method, path.replace("OLENA", olena.id), {
				cookie: who.cookie,
				...(body === undefined ? {} : { body }),
			});
		expect([403, 404]).toContain((await ask(petro)).status);
		for (const who of [boss, olena]) {
			const answer = await ask(who);
			expect(answer.status === 403 ? answer.text : "let in").toBe("let in");
		}
	});
});

test("an agent's list of calls holds none of a colleague's", async () => {
	const list = await house.call("GET", "/api/calls", { cookie: petro.cookie });
	expect(list.json.items).toEqual([]);
	const own = await house.call("GET", "/api/calls", { cookie: olena.cookie });
	expect(own.json.items).toHaveLength(2);
});

test("an id that is no id is refused before anything is read", async () => {
	for (const path of ["/api/calls/1", "/api/contacts/..%2f..", "/api/users/x"]) {
		const method = path.includes("users") ? "PATCH" : "GET";
		const body = method === "PATCH" ? { body: {} } : {};
		const answer = await house.call(method, path, { cookie: await house.admin(), ...body });
		expect([400, 404]).toContain(answer.status);
	}
});
