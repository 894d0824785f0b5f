import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { permissions, type Rule, ruleOf } from "../../server/access/permissions.ts";
import { type Running, runServer } from "./running.ts";

/** Somebody out on the network, not on the server's machine. */
const remoteAddress = "203.0.113.9";
const someone = "019aaaaa-0000-7000-8000-000000000000";

let house: Running;
const cookies: Record<string, string | undefined> = {};
beforeAll(async () => {
	house = await runServer();
	for (const role of ["agent", "supervisor", "admin"] as const) cookies[role] = (await house.hire(role)).cookie;
	const gone = await house.hire("admin");
	cookies["a disabled admin"] = gone.cookie;
	// Past the API, so that the session itself is still there.
	await house.dzvin.database.ui.execute(sql`update users set active = false where id = ${gone.id}`);
});
afterAll(() => house.end());

const visitors = ["nobody", "a disabled admin", "agent", "supervisor", "admin"] as const;
type Visitor = (typeof visitors)[number];
type Expected = "refused: sign in" | "refused: role" | "let in";

function expected(rule: Rule, visitor: Visitor): Expected {
	if (rule === "public") return "let in";
	if (visitor === "nobody" || visitor === "a disabled admin") return "refused: sign in";
	const roles = rule === "local" ? ["admin"] : rule;
	return roles.includes(visitor) ? "let in" : "refused: role";
}

async function actual(row: string, visitor: Visitor): Promise<Expected> {
	const [method = "", path = ""] = row.split(" ");
	const cookie = cookies[visitor];
	const answer = await house.dzvin.app.inject({
		method: method === "GET" ? "GET" : method === "POST" ? "POST" : method === "PATCH" ? "PATCH" : "DELETE",
		url: path.replace(":id", someone).replace(":n", "0").replace("*", "some/page"),
		remoteAddress,
		headers: cookie === undefined ? {} : { cookie },
		...(method === "GET" || method === "DELETE" ? {} : { payload: {} }),
	});
	if (answer.statusCode === 401) return "refused: sign in";
	return answer.statusCode === 403 ? "refused: role" : "let in";
}

// The one row whose use changes who is signed in comes last.
const rows = Object.keys(permissions).sort(
	(a, b) => Number(a === "DELETE /api/session") - Number(b === "DELETE /api/session"),
);

describe.each(rows)("%s", (row) => {
	test.each(visitors)("%s", async (visitor) => {
		const rule = permissions[row];
		expect(rule).toBeDefined();
		if (rule !== undefined) expect(await actual(row, visitor)).toBe(expected(rule, visitor));
	});
});

test("every row of the table is a route of the server", () => {
	const missing = rows.filter((row) => {
		const [method = "", url = ""] = row.split(" ");
		return url !== "/*" && !house.dzvin.app.hasRoute({ method: method as "GET", url });
	});
	expect(missing).toEqual([]);
});

test("a route without a row cannot be registered", async () => {
	const { createHttpServer } = await import("../../server/web/server.ts");
	const { guard } = await import("../../server/access/guard.ts");
	const app = await createHttpServer({ log: house.dzvin.app.log, trustProxy: false, version: "test" });
	guard(app, { origins: [], authenticate: async () => null });
	expect(() => app.get("/api/forgotten", async () => "secret")).toThrow(/no row in server\/access\/permissions/);
	expect(ruleOf("GET", "/api/forgotten")).toBeUndefined();
	await app.close();
});

test("a HEAD is guarded like its GET", async () => {
	const answer = await house.dzvin.app.inject({ method: "HEAD", url: "/api/users", remoteAddress });
	expect(answer.statusCode).toBe(401);
});

test("figures and readiness are for this machine, but not through a proxy on it", async () => {
	for (const url of ["/metrics", "/health/ready"]) {
		const ask = (address: string, headers = {}) =>
			house.dzvin.app.inject({ method: "GET", url, remoteAddress: address, headers });
		expect((await ask("127.0.0.1")).statusCode).toBe(200);
		expect((await ask("::ffff:127.0.0.1")).statusCode).toBe(200);
		expect((await ask("127.0.0.1", { "x-forwarded-for": "127.0.0.1" })).statusCode).toBe(401);
		expect((await ask(remoteAddress)).statusCode).toBe(401);
	}
	expect((await house.dzvin.app.inject({ method: "GET", url: "/health/live", remoteAddress })).statusCode).toBe(200);
});

test("an address that does not exist is not found, and says so in our form", async () => {
	const answer = await house.dzvin.app.inject({ method: "GET", url: "/api/nothing/here", remoteAddress });
	expect(answer.statusCode).toBe(404);
	expect(answer.json()).toEqual({
		error: {
			code: "not-found",
			message: expect.any(String),
			said: expect.objectContaining({ code: expect.any(String) }),
		},
	});
});
