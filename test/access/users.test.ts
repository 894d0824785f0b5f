import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { password, type Running, runServer, serverForTest } from "./running.ts";

let house: Running;
beforeAll(async () => {
	house = await runServer();
});
afterAll(() => house.end());

const change = async (id: string, body: object) =>
	house.call("PATCH", `/api/users/${id}`, { cookie: await house.admin(), body });

test("an admin adds a person, who is in the list of users and of colleagues", async () => {
	const agent = await house.hire("agent", "201", "Олена Іваненко");
	const users = await house.call("GET", "/api/users", { cookie: await house.admin() });
	expect(users.json.items).toContainEqual(
		expect.objectContaining({ id: agent.id, name: "Олена Іваненко", role: "agent", extension: "201", active: true }),
	);
	const colleagues = await house.call("GET", "/api/colleagues", { cookie: agent.cookie });
	expect(colleagues.json.items).toContainEqual({
		id: agent.id,
		name: "Олена Іваненко",
		extension: "201",
		role: "agent",
		active: true,
	});
	expect(users.text + colleagues.text).not.toContain("argon2");
});

test("the list of users comes in pages", async () => {
	for (let i = 0; i < 3; i += 1) await house.hire("agent");
	const seen: string[] = [];
	let after = "";
	for (;;) {
		const page = await house.call("GET", `/api/users?limit=2${after}`, { cookie: await house.admin() });
		seen.push(...page.json.items.map((user: { id: string }) => user.id));
		if (page.json.next === null) break;
		after = `&after=${page.json.next}`;
	}
	const all = await house.call("GET", "/api/users", { cookie: await house.admin() });
	expect(seen).toEqual(all.json.items.map((user: { id: string }) => user.id));
	const wrong = await house.call("GET", "/api/users?after=nonsense", { cookie: await house.admin() });
	expect(wrong.json.error.fields).toHaveProperty("after");
});

test("two active people cannot have one extension, nor two people one address", async () => {
	const first = await house.hire("agent", "301");
	const second = await house.hire("agent", "302");
	expect((await change(second.id, { extension: "301" })).json.error).toMatchObject({
		code: "conflict",
		fields: { extension: "taken" },
	});
	expect((await change(second.id, { email: first.email.toUpperCase() })).json.error).toMatchObject({
		code: "conflict",
		fields: { email: "taken" },
	});
	expect((await change(first.id, { active: false })).status).toBe(200);
	expect((await change(second.id, { extension: "301" })).json.extension).toBe("301");
});

test("a person who is made inactive is out at once", async () => {
	const agent = await house.hire("agent");
	expect((await change(agent.id, { active: false })).json.active).toBe(false);
	expect((await house.call("GET", "/api/me", { cookie: agent.cookie })).status).toBe(401);
	expect((await change(agent.id, { active: true })).status).toBe(200);
	expect((await house.call("GET", "/api/me", { cookie: agent.cookie })).status).toBe(401);
	expect(await house.signIn(agent.email)).toBeTruthy();
});

test("a password that the admin sets ends the sessions of the old one", async () => {
	const agent = await house.hire("agent");
	await change(agent.id, { password: "another good password" });
	expect((await house.call("GET", "/api/me", { cookie: agent.cookie })).status).toBe(401);
	expect(await house.signIn(agent.email, "another good password")).toBeTruthy();
});

test("another role counts from the next request on", async () => {
	const person = await house.hire("agent");
	expect((await house.call("GET", "/api/users", { cookie: person.cookie })).status).toBe(403);
	await change(person.id, { role: "admin" });
	expect((await house.call("GET", "/api/users", { cookie: person.cookie })).status).toBe(200);
	await change(person.id, { role: "agent" });
	expect((await house.call("GET", "/api/users", { cookie: person.cookie })).status).toBe(403);
});

test("the last active admin can be neither removed nor demoted, not even by two admins at the same moment", async () => {
	const own = await serverForTest();
	const cookie = await own.admin();
	const me = await own.call("GET", "/api/me", { cookie });
	for (const body of [{ active: false }, { role: "agent" }]) {
		const refused = await own.call("PATCH", `/api/users/${me.json.id}`, { cookie, body });
		expect(refused.json.error.code).toBe("conflict");
	}
	const other = await own.hire("admin");
	const both = await Promise.all([
		own.call("PATCH", `/api/users/${other.id}`, { cookie, body: { role: "agent" } }),
		own.call("PATCH", `/api/users/${me.json.id}`, { cookie: other.cookie, body: { role: "agent" } }),
	]);
	expect(both.filter(({ status }) => status === 200).length).toBe(1);
	const left = await own.dzvin.database.ui.execute(sql`select 1 from users where role = 'admin' and active`);
	expect(left.rowCount).toBe(1);
});

test("a person keeps preferences; those that a change does not name stay", async () => {
	const { cookie } = await house.hire("agent");
	const save = (preferences: object) => house.call("PATCH", "/api/me", { cookie, body: { preferences } });
	await save({ language: "uk", volume: 0.5 });
	await save({ theme: "dark" });
	const me = await house.call("GET", "/api/me", { cookie });
	expect(me.json.preferences).toEqual({ language: "uk", volume: 0.5, theme: "dark" });
	expect((await save({ role: "admin" })).json.error.fields).toEqual({ "preferences.role": "unknown field" });
});

test("unknown and wrong fields are refused by name", async () => {
	const cookie = await house.admin();
	const body = { name: " ", email: "no address", password: "short", role: "king", superuser: true };
	const answer = await house.call("POST", "/api/users", { cookie, body });
	expect(answer.status).toBe(400);
	expect(answer.json.error.code).toBe("validation");
	expect(Object.keys(answer.json.error.fields).sort()).toEqual(["email", "name", "password", "role", "superuser"]);
	expect((await house.call("POST", "/api/users", { cookie, body: [] })).json.error.fields).toHaveProperty("body");
});

test("the first start makes one admin, with a password that is told once", async () => {
	const own = await serverForTest({ adminPassword: null, adminEmail: "First@Example.com" });
	// The house already asked once: the admin is there, and asking again tells nothing.
	expect(await own.dzvin.ensureFirstAdmin()).toBeNull();
	await own.dzvin.database.ui.execute(sql`delete from users`);
	const made = await Promise.all([own.dzvin.ensureFirstAdmin(), own.dzvin.ensureFirstAdmin()]);
	const [told, ...others] = made.filter((answer) => answer !== null);
	expect(others).toEqual([]);
	expect(told?.password.length).toBeGreaterThanOrEqual(20);
	expect(await own.signIn("first@example.com", told?.password)).toBeTruthy();
});

test("changes of people are written down without their passwords", async () => {
	const agent = await house.hire("agent");
	await change(agent.id, { name: "New Name", password: "a password of the admin" });
	const { rows } = await house.dzvin.database.ui.execute<{ action: string; detail: unknown; user_id: string | null }>(
		sql`select action, detail, user_id from audit where subject = ${agent.id} order by id`,
	);
	expect(rows.map(({ action }) => action)).toEqual(["user.create", "user.change"]);
	expect(rows.every((row) => row.user_id !== null)).toBe(true);
	expect(JSON.stringify(rows)).toContain("New Name");
	expect(JSON.stringify(rows)).not.toContain("a password of the admin");
	expect(JSON.stringify(rows)).not.toContain(password);
});
