import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createLog } from "../../server/web/log.ts";
import { type Running, runServer, serverForTest } from "./running.ts";

let house: Running;
let client = "";
beforeAll(async () => {
	client = await mkdtemp(join(tmpdir(), "dzvin-client-"));
	await mkdir(join(client, "assets"));
	await writeFile(
		join(client, "index.html"),
		'<!doctype html><script type="module" nonce="__CSP_NONCE__" src="/assets/a.js"></script><style>p{}</style>',
	);
	await writeFile(join(client, "assets", "a-1234.js"), "export {}");
	house = await runServer({}, { client });
});
afterAll(async () => {
	await house.end();
	await rm(client, { recursive: true });
});

test("the page of the client carries a nonce of its own each time, and the policy names it", async () => {
	const nonces = new Set<string>();
	for (const path of ["/", "/contacts/42?tab=calls", "/calls"]) {
		const page = await house.call("GET", path);
		expect(page.status).toBe(200);
		const [, nonce = ""] = /<script type="module" nonce="([^"]+)"/.exec(page.text) ?? [];
		expect(page.text).toContain(`<style nonce="${nonce}">`);
		expect(page.headers.get("content-security-policy")).toContain(`'nonce-${nonce}'`);
		expect(page.headers.get("cache-control")).toBe("no-cache");
		nonces.add(nonce);
	}
	expect(nonces.size).toBe(3);
});

test("files with a hash in their name are kept for a year, missing ones are not found", async () => {
	const file = await house.call("GET", "/assets/a-1234.js");
	expect(file.headers.get("cache-control")).toContain("immutable");
	for (const path of [
		"/assets/gone.js",
		"/favicon.ico",
		"/api/gone",
		"/..%2f..%2fetc/passwd",
		"/assets/../../package.json",
	])
		expect([403, 404]).toContain((await house.call("GET", path)).status);
});

test("every answer carries the headers that keep a browser safe", async () => {
	for (const path of ["/", "/api/me", "/api/nothing", "/health/live", "/api/docs"]) {
		const { headers } = await house.call("GET", path);
		expect(headers.get("x-content-type-options")).toBe("nosniff");
		expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
		expect(headers.get("content-security-policy")).not.toContain("script-src 'self' 'unsafe-inline'");
		expect(headers.get("referrer-policy")).toBeTruthy();
		expect(headers.get("permissions-policy")).toBeTruthy();
		expect(headers.get("x-request-id")).toBeTruthy();
		expect(headers.get("strict-transport-security")).toBeNull();
	}
	expect((await house.call("GET", "/api/me")).headers.get("cache-control")).toBe("no-store");
});

test("the interface describes itself, for programs and for people", async () => {
	const { json } = await house.call("GET", "/api/openapi.json");
	expect(json.openapi).toMatch(/^3\.1/);
	expect(json.paths["/api/session"].post.requestBody).toBeDefined();
	expect(json.paths["/api/users/{id}"].patch).toBeDefined();
	const docs = await house.call("GET", "/api/docs");
	expect(docs.text).toContain("/api/session");
	expect(docs.text).not.toContain("<script");
});

test("broken JSON and too much of it are the sender's mistakes", async () => {
	const send = (body: string) =>
		fetch(`${house.base}/api/session`, { method: "POST", headers: { "content-type": "application/json" }, body });
	for (const [body, status] of [
		["{", 400],
		["", 400],
		[`"${"x".repeat(1_100_000)}"`, 413],
	] as const) {
		const answer = await send(body);
		expect(answer.status).toBe(status);
		expect(await answer.json()).toMatchObject({ error: { code: "bad-request" } });
	}
	expect((await send('{"email":"a","password":"b","__proto__":{"x":1}}')).status).toBe(400);
});

test("a caller's name cannot make lines, colours or turned text in the log", () => {
	const lines: string[] = [];
	const log = createLog("info", { write: (line) => lines.push(line) });
	const hostile = 'Eve\r\n{"level":50}\u001b[31m\u009b31m\u202egnp.exe\u2028\u0000"';
	log.info({ callerName: hostile }, hostile);
	expect(lines).toHaveLength(1);
	// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
	expect(lines[0]?.slice(0, -1)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e]/);
	expect(JSON.parse(lines[0] ?? "")).toMatchObject({ callerName: hostile, msg: hostile });
});

test("what people type into secret fields is not in the log", () => {
	const lines: string[] = [];
	const log = createLog("info", { write: (line) => lines.push(line) });
	log.info({ body: { password: "one", events: { secret: "two" } }, headers: { cookie: "three" }, token: "four" });
	expect(lines.join()).not.toMatch(/one|two|three|four/);
});

test("an error of the database is in the log without the values of its statement", async () => {
	const lines: string[] = [];
	const log = createLog("info", { write: (line) => lines.push(line) });
	const { database } = house.dzvin;
	const failed = await database.ui
		.execute(
			sql`insert into users (id, name, email) values (${"019aaaaa-0000-7000-8000-000000000001"}, ${"Eve"}, null)`,
		)
		.catch((error: unknown) => error);
	log.error({ err: failed }, "a statement failed");
	expect(lines.join()).toContain("23502");
	expect(lines.join()).not.toContain("Eve");
});

test("behind a proxy the address is the one that the proxy wrote, not one that the visitor made up", async () => {
	const proxied = await serverForTest({ trustProxy: true });
	await proxied.call("GET", "/health/live", { headers: { "x-forwarded-for": "1.1.1.1, 198.51.100.7" } });
	expect(proxied.log.join()).toContain('"ip":"198.51.100.7"');
	await house.call("GET", "/health/live", { headers: { "x-forwarded-for": "198.51.100.8" } });
	expect(house.log.join()).not.toContain("198.51.100.8");
});

test("the line of a request names the route, never a client's number", async () => {
	await house.call("GET", "/api/calls?number=380501234567");
	expect(house.log.join()).toContain('"msg":"request"');
	expect(house.log.join()).not.toContain("380501234567");
});

test("a request that names JSON and says nothing is taken where nothing is wanted, and refused where something is", async () => {
	const { cookie } = await house.hire("agent");
	const headers = { "content-type": "application/json; charset=utf-8" };
	expect((await house.call("DELETE", "/api/session", { cookie, headers })).status).toBe(204);
	expect((await house.call("GET", "/api/me", { cookie })).status).toBe(401);
	const nothing = await house.call("POST", "/api/session", { headers });
	expect(nothing).toMatchObject({ status: 400, json: { error: { code: "bad-request" } } });
});
