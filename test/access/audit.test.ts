import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { newId } from "../../db/id.ts";
import { writeAudit } from "../../server/access/audit.ts";
import { checkAudit } from "../../server/access/audit-chain.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let own: TestDatabase;
beforeEach(async () => {
	own = await testDatabase();
});
afterEach(() => own.drop());

const play = (call: string) =>
	writeAudit(own.database.ui, {
		userId: newId(),
		action: "recording.play",
		subject: call,
		detail: { тон: 'ї"\n', b: [1, null], a: 0.1 },
		ipAddress: null,
	});
const check = (...kept: Parameters<typeof checkAudit> extends [unknown, ...infer Rest] ? Rest : never) =>
	checkAudit(own.database.pools.ui, ...kept);
/** As the owner of the tables, who can switch triggers off. */
async function tamper(statement: string): Promise<void> {
	const tables = ["audit", "audit_chain"];
	for (const table of tables) await own.database.pools.ui.query(`alter table ${table} disable trigger user`);
	await own.database.pools.ui.query(statement);
	for (const table of tables) await own.database.pools.ui.query(`alter table ${table} enable trigger user`);
}

test("nobody changes, removes or empties the audit by SQL", async () => {
	await play("one");
	for (const statement of [
		"update audit set subject = 'other'",
		"delete from audit",
		"truncate audit",
		"update audit_chain set hash = ''",
		"delete from audit_chain",
		"truncate audit_chain",
	])
		await expect(own.database.pools.ui.query(statement)).rejects.toThrow("append-only");
	expect(await check()).toMatchObject({ head: { position: 1 }, problem: null });
});

test("entries of many people at the same moment make one chain, and what is rolled back is not in it", async () => {
	await Promise.all(Array.from({ length: 60 }, (_, at) => play(`call ${at}`)));
	await own.database.ui
		.transaction(async (tx) => {
			await writeAudit(tx, { userId: null, action: "user.change", subject: "x" });
			throw new Error("changed his mind");
		})
		.catch(() => {});
	await play("the last");
	expect(await check()).toMatchObject({ head: { position: 61 }, problem: null });
});

test("an open transaction that wrote into the audit holds up nobody's", async () => {
	await own.database.ui.transaction(async (tx) => {
		await writeAudit(tx, { userId: null, action: "user.change", subject: "slow" });
		await play("meanwhile");
	});
	const { rows } = await own.database.pools.ui.query(
		"select subject from audit_chain join audit on audit.id = audit_id order by position",
	);
	expect(rows.map(({ subject }) => subject)).toEqual(["meanwhile", "slow"]);
	expect((await check()).problem).toBeNull();
});

test.each([
	["a changed row", "update audit set user_id = null where subject = 'two'", /entry 2 .* is not what was written/],
	["a row taken out", "delete from audit where subject = 'two'", /row of entry 2 .* is gone/],
	["an entry taken out", "delete from audit_chain where position = 2", /no entry 2/],
	[
		"a row put in beside",
		"insert into audit (id, action, subject) values (gen_random_uuid(), 'x', 'y')",
		/beside the chain/,
	],
])("%s is found", async (_what, statement, told) => {
	for (const subject of ["one", "two", "three"]) await play(subject);
	await tamper(statement);
	expect((await check()).problem).toMatch(told);
});

test("an audit that was cut off or written anew is found with a head that was noted before", async () => {
	for (const subject of ["one", "two", "three"]) await play(subject);
	const { head } = await check();
	await tamper(
		"with gone as (delete from audit_chain where position = 3 returning audit_id) delete from audit where id = (select audit_id from gone)",
	);
	expect(await check()).toMatchObject({ head: { position: 2 }, problem: null });
	expect((await check(head)).problem).toContain("before the entry 3");
	await play("another third");
	expect((await check()).problem).toBeNull();
	expect((await check(head)).problem).toContain("written anew");
});

test("an admin checks the audit with a command and gets the head to keep", async () => {
	await play("one");
	const run = (...words: string[]) =>
		spawnSync(process.execPath, [join(import.meta.dirname, "../../server/audit-check.ts"), ...words], {
			env: { ...process.env, DATABASE_URL: own.url },
			encoding: "utf8",
		});
	const first = run();
	expect(first.stdout).toMatch(/^Every row is as it was written \(1\)\.\n1:[0-9a-f]{64}\n$/);
	expect(first.status).toBe(0);
	expect(run(first.stdout.split("\n")[1] ?? "").status).toBe(0);
	expect(run("nonsense").status).toBe(2);
	await tamper("update audit set subject = 'other'");
	expect(run().status).toBe(1);
});
