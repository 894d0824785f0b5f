import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { LoopbackPbx } from "../../server/asterisk/loopback/loopback-pbx.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { nodeProgram, projectFolder } from "../support/programs.ts";
import { Calls } from "./calls.ts";
import { furnish, Servers, startPbx, until } from "./servers.ts";

let own: TestDatabase;
let pbx: LoopbackPbx;
let servers: Servers;
beforeAll(async () => {
	own = await testDatabase();
	pbx = await startPbx();
	servers = new Servers(own.url);
});
afterAll(async () => {
	await servers.end();
	await pbx.stop();
	await own.drop();
});

/** `npm run rebuild -- <call id>`, as a person calls it. */
const rebuild = (...args: string[]) =>
	spawnSync(nodeProgram, [join(projectFolder, "server/rebuild.ts"), ...args], {
		encoding: "utf8",
		env: { PATH: process.env.PATH ?? "", DATABASE_URL: own.url, DZVIN_DATA_DIR: "/tmp/dzvin-rebuild-test" },
	});
const facts = async () => {
	const pool = own.database.pools.ui;
	const calls = await pool.query(
		`select id, linked_id, direction, outcome, number, did, queue, answered_at, ended_at, ring_ms, talk_ms, user_ids,
			(select count(*)::int from recordings where call_id = c.id) as recordings
		from calls c order by linked_id`,
	);
	const legs = await pool.query(
		"select call_id, index, extension, rang_at, answered_at, left_at, result from legs order by 1, 2",
	);
	const owed = await pool.query("select call_id, kind, due_at from obligations order by 1");
	return { calls: calls.rows, legs: legs.rows, owed: owed.rows };
};

test("a call that is gone from the database is rebuilt from its raw events by one command, while the server runs", async () => {
	const server = await servers.start("one");
	await furnish(server, pbx);
	await until("the PBX is connected", () => pbx.sessions === 1);
	const kinds = ["direct-answered", "queue-answered", "direct-not-answered", "blind-transfer-answered"];
	const calls = kinds.map((trace) => new Calls(pbx, trace));
	for (const one of calls) one.begin(10);
	await Promise.all(calls.map((one) => one.over()));
	const pool = own.database.pools.ui;
	await until("all calls are over", async () => {
		const { rows } = await pool.query("select count(*)::int as n from calls where ended_at is not null");
		return rows[0].n === kinds.length;
	});
	await until("every call's end is in the journal", async () => {
		const { rows } = await pool.query("select 1 from pbx_events where event->>'kind' = 'channel.ended'");
		return rows.length >= 8;
	});
	const before = await facts();
	expect(before.owed).toHaveLength(kinds.length);
	for (const { id } of before.calls) {
		for (const table of ["legs", "recordings", "obligations"])
			await pool.query(`delete from ${table} where call_id = $1`, [id]);
		await pool.query("delete from calls where id = $1", [id]);
		expect(rebuild(id, "--show")).toMatchObject({ status: 0, stdout: expect.stringContaining(`"id": "${id}"`) });
		const { rows } = await pool.query("select 1 from calls where id = $1", [id]);
		expect(rows).toEqual([]);
		expect(rebuild(id)).toMatchObject({ status: 0, stderr: "" });
	}
	expect(await facts()).toEqual(before);
	// What is stored already stays as it is.
	expect(rebuild(before.calls[0].id).status).toBe(0);
	expect(await facts()).toEqual(before);
}, 120_000);

test("the command says what is wrong", () => {
	expect(rebuild("no id")).toMatchObject({
		status: 2,
		stderr: expect.stringContaining("npm run rebuild -- <call id>"),
	});
	const unknown = rebuild("01a1b2c3-0000-7000-8000-000000000000");
	expect(unknown).toMatchObject({ status: 1, stderr: expect.stringContaining("no such call is stored") });
});

test("a call that a server of before recovered is said to have no events because nobody heard it", async () => {
	const pool = own.database.pools.ui;
	const { rows } = await pool.query(
		"update calls set recovered = true where linked_id = (select min(linked_id) from calls) returning id",
	);
	await pool.query("delete from pbx_events");
	const id = String(rows[0]?.id);
	expect(rebuild(id)).toMatchObject({ status: 1, stderr: expect.stringContaining("nobody heard the call") });
});
