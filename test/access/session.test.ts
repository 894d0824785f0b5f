import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cookieOf, password, type Running, runServer, serverForTest } from "./running.ts";

let house: Running;
beforeAll(async () => {
	house = await runServer();
});
afterAll(() => house.end());

test("a person signs in, sees who he is, signs out, and the cookie is worth nothing any more", async () => {
	const agent = await house.hire("agent", "101");
	const me = await house.call("GET", "/api/me", { cookie: agent.cookie });
	expect(me.json).toMatchObject({ id: agent.id, role: "agent", extension: "101", preferences: {} });
	const out = await house.call("DELETE", "/api/session", { cookie: agent.cookie });
	expect(out.status).toBe(204);
	expect(out.headers.getSetCookie().join()).toMatch(/^dzvin=;.*Max-Age=0/i);
	expect((await house.call("GET", "/api/me", { cookie: agent.cookie })).status).toBe(401);
});

test("the session cookie is out of reach of scripts and of other sites, and nobody can guess it", async () => {
	await house.admin();
	const answer = await house.call("POST", "/api/session", { body: { email: "admin@example.com", password } });
	expect(answer.status).toBe(200);
	expect(answer.json.user).toMatchObject({ email: "admin@example.com", role: "admin" });
	const [line = ""] = answer.headers.getSetCookie();
	expect(line).toMatch(/; HttpOnly/i);
	expect(line).toMatch(/; SameSite=Lax/i);
	expect(line).toMatch(/; Path=\//i);
	const token = decodeURIComponent(line.slice("dzvin=".length)).split(".")[0] ?? "";
	// 62 letters and digits, 5.95 bits each.
	expect(token.length * 5.95).toBeGreaterThan(128);
});

test("under https the cookie binds itself to the host, and browsers keep to https", async () => {
	const secure = await serverForTest({ publicUrl: "https://calls.example.com" });
	const answer = await secure.call("POST", "/api/session", { body: { email: "admin@example.com", password } });
	const [line = ""] = answer.headers.getSetCookie();
	expect(line).toMatch(/^__Host-dzvin=/);
	expect(line).toMatch(/; Secure/i);
	expect(answer.headers.get("strict-transport-security")).toMatch(/max-age/);
	expect((await secure.call("GET", "/api/me", { cookie: cookieOf(answer.headers) })).status).toBe(200);
});

test("signing in again gives a new session and ends the one that the browser had", async () => {
	const agent = await house.hire("agent");
	const again = await house.call("POST", "/api/session", {
		cookie: agent.cookie,
		body: { email: agent.email, password },
	});
	expect(again.status).toBe(200);
	const fresh = cookieOf(again.headers);
	expect(fresh).not.toBe(agent.cookie);
	expect((await house.call("GET", "/api/me", { cookie: agent.cookie })).status).toBe(401);
	expect((await house.call("GET", "/api/me", { cookie: fresh })).status).toBe(200);
});

test("a changed cookie opens nothing", async () => {
	const { cookie } = await house.hire("agent");
	const forged = cookie.replace(/=(.)/, (_all, first: string) => `=${first === "a" ? "b" : "a"}`);
	expect((await house.call("GET", "/api/me", { cookie: forged })).status).toBe(401);
});

test("an unknown address, a wrong password and a person who left get the same answer", async () => {
	const left = await house.hire("agent");
	await house.call("PATCH", `/api/users/${left.id}`, { cookie: await house.admin(), body: { active: false } });
	const present = await house.hire("agent");
	const answers = await Promise.all([
		house.call("POST", "/api/session", { body: { email: "nobody@example.com", password } }),
		house.call("POST", "/api/session", { body: { email: present.email, password: "something else" } }),
		house.call("POST", "/api/session", { body: { email: left.email, password } }),
		house.call("POST", "/api/session", { body: { email: "no address at all", password } }),
	]);
	expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401]);
	expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
	expect(answers.flatMap(({ headers }) => headers.getSetCookie())).toEqual([]);
});

test("a guesser waits longer and longer, for known and unknown addresses alike, and others come in", async () => {
	let time = Date.now();
	const own = await serverForTest({}, { now: () => time });
	const guess = (email: string) => own.call("POST", "/api/session", { body: { email, password: "a guess" } });
	const victim = await own.hire("agent");
	for (const email of [victim.email, "unknown@example.com"]) {
		const answers = [];
		for (let i = 0; i < 7; i += 1) answers.push(await guess(email));
		expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401, 429, 429]);
		expect(answers.at(-1)?.headers.get("retry-after")).toBe("1");
	}
	expect(await own.signIn("admin@example.com")).toBeTruthy();
	time += 1_001;
	expect((await guess(victim.email)).status).toBe(401);
	expect((await guess(victim.email)).headers.get("retry-after")).toBe("2");
	time += 2_001;
	expect(await own.signIn(victim.email)).toBeTruthy();
});

test("a stranger who shuts an account for himself does not shut it for its owner in another network", async () => {
	const moment = Date.now();
	const own = await serverForTest({ trustProxy: true }, { now: () => moment });
	const victim = await own.hire("agent");
	const from = (address: string, secret: string) =>
		own.call("POST", "/api/session", {
			body: { email: victim.email, password: secret },
			headers: { "x-forwarded-for": address },
		});
	for (let i = 0; i < 10; i += 1) await from("198.51.100.7", "a guess");
	expect((await from("198.51.100.8", password)).status).toBe(429);
	expect((await from("203.0.113.7", password)).status).toBe(200);
	// With networks without end he is slowed, and the owner, who came in from his network before, is not.
	const answers = [];
	for (let i = 0; i < 60; i += 1) answers.push((await from(`10.0.${i}.1`, "a guess")).status);
	expect(answers.at(0)).toBe(401);
	expect(answers.at(-1)).toBe(429);
	expect((await from("203.0.113.9", password)).status).toBe(200);
});

test("forty guesses at the same moment count as forty", async () => {
	// One moment, however slow the machine is: a second later one more guess is let in.
	const moment = Date.now();
	const own = await serverForTest({}, { now: () => moment });
	const body = { email: "admin@example.com", password: "a guess" };
	const answers = await Promise.all(Array.from({ length: 40 }, () => own.call("POST", "/api/session", { body })));
	expect(answers.filter(({ status }) => status === 401).length).toBe(5);
	expect(answers.filter(({ status }) => status === 429).length).toBe(35);
});

test("nobody can make an account for himself", async () => {
	const body = { email: "me@example.com", password, name: "Me" };
	for (const path of ["/api/auth/sign-up/email", "/api/session/new", "/api/users"]) {
		expect([401, 404]).toContain((await house.call("POST", path, { body })).status);
	}
});

test("a new password ends every other session, and wants the present one", async () => {
	const agent = await house.hire("agent");
	const elsewhere = await house.signIn(agent.email);
	const body = { current: "not mine", next: "a brand new password" };
	const refused = await house.call("POST", "/api/me/password", { cookie: agent.cookie, body });
	expect(refused.json.error).toMatchObject({ code: "validation", fields: { current: "wrong" } });
	const done = await house.call("POST", "/api/me/password", {
		cookie: agent.cookie,
		body: { ...body, current: password },
	});
	expect(done.status).toBe(204);
	expect((await house.call("GET", "/api/me", { cookie: agent.cookie })).status).toBe(401);
	expect((await house.call("GET", "/api/me", { cookie: elsewhere })).status).toBe(401);
	expect((await house.call("GET", "/api/me", { cookie: cookieOf(done.headers) })).status).toBe(200);
	expect(await house.signIn(agent.email, "a brand new password")).toBeTruthy();
});

test("another site cannot write with a person's cookie, our own pages and programs can", async () => {
	const { cookie } = await house.hire("agent");
	const patch = (headers: object) =>
		house.call("PATCH", "/api/me", { cookie, headers, body: { preferences: { language: "uk" } } });
	expect((await patch({ origin: "https://evil.example" })).json.error.code).toBe("forbidden");
	expect((await patch({ origin: "null" })).status).toBe(403);
	expect((await patch({ "sec-fetch-site": "cross-site", origin: "https://evil.example" })).status).toBe(403);
	expect((await patch({ "sec-fetch-site": "same-site" })).status).toBe(403);
	expect((await patch({ origin: house.base })).status).toBe(200);
	expect((await patch({ "sec-fetch-site": "same-origin" })).status).toBe(200);
	expect((await patch({})).status).toBe(200);
	const signIn = { headers: { origin: "https://evil.example" }, body: { email: "admin@example.com", password } };
	expect((await house.call("POST", "/api/session", signIn)).status).toBe(403);
	expect((await house.call("GET", "/api/me", { cookie, headers: { origin: "https://evil.example" } })).status).toBe(
		200,
	);
});

test("a form of another site, which is no JSON, is not read", async () => {
	const answer = await fetch(`${house.base}/api/session`, { method: "POST", body: '{"email":"a","password":"b"}' });
	expect(answer.status).toBe(415);
});

test("sign-ins, refusals and sign-outs are written down, passwords never", async () => {
	const agent = await house.hire("agent");
	await house.call("POST", "/api/session", { body: { email: agent.email, password: "my secret slip" } });
	await house.call("DELETE", "/api/session", { cookie: agent.cookie });
	const rows = await house.dzvin.database.ui.execute<{ action: string; subject: string }>(
		sql`select action, subject from audit where user_id = ${agent.id} or subject = ${agent.email} order by id`,
	);
	expect(rows.rows.map(({ action }) => action)).toEqual(["session.begin", "session.refused", "session.end"]);
	const everything = JSON.stringify([rows.rows, house.log]);
	expect(everything).not.toContain("my secret slip");
	expect(everything).not.toContain(password);
});

test("stored passwords are argon2id with a salt of their own", async () => {
	const one = await house.hire("agent");
	const two = await house.hire("agent");
	const rows = await house.dzvin.database.ui.execute<{ password: string }>(
		sql`select password from accounts where user_id in (${one.id}, ${two.id})`,
	);
	const hashes = rows.rows.map((row) => row.password);
	expect(hashes).toHaveLength(2);
	expect(hashes[0]).not.toBe(hashes[1]);
	for (const hash of hashes) expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
});

test("people who ask in the same moment are each told who they are, and whoever is signed out is let in with none of them", async () => {
	const people = [];
	for (let n = 0; n < 20; n += 1) people.push(await house.hire("agent", null, `Agent ${n}`));
	const [left, ...others] = people;
	await house.call("DELETE", "/api/session", { cookie: left?.cookie ?? "" });
	const answers = await Promise.all(people.map(({ cookie }) => house.call("GET", "/api/me", { cookie })));
	expect(answers.map(({ status, json }) => (status === 200 ? json.id : status))).toEqual([
		401,
		...others.map(({ id }) => id),
	]);
});
