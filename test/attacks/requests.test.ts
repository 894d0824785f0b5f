import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newId } from "../../db/id.ts";
import { type Running, runServer } from "../access/running.ts";

let house: Running;
let admin = "";
let contact = "";
beforeAll(async () => {
	house = await runServer();
	admin = await house.admin();
	contact = (await house.call("POST", "/api/contacts", { cookie: admin, body: { name: "Client" } })).json.id;
});
afterAll(() => house.end());

/** What the server answers to these bytes, until one side closes. */
const answerTo = (bytes: string): Promise<string> =>
	new Promise((resolve) => {
		const { port, hostname } = new URL(house.base);
		const socket = connect(Number(port), hostname, () => socket.write(bytes));
		let text = "";
		socket.on("data", (data) => {
			text += data.toString();
		});
		socket.on("error", () => {});
		socket.on("close", () => resolve(text));
	});

const cursor = (place: unknown) => Buffer.from(JSON.stringify(place)).toString("base64url");
const absurd = [Number.MAX_SAFE_INTEGER, 8.64e15, -8.64e15, 1e300, 253_402_300_800_000, -62_135_596_800_001, 0.5, "1"];

describe("a cursor that no list of ours gave out is refused, not executed", () => {
	test.each(absurd)("a moment of %s", async (at) => {
		for (const path of ["/api/obligations", "/api/obligations?settled=true", "/api/tasks", "/api/tasks?done=true"]) {
			const mark = path.includes("?") ? "&" : "?";
			const answer = await house.call("GET", `${path}${mark}after=${cursor([at, newId()])}`, { cookie: admin });
			expect(answer.json).toMatchObject({ error: { code: "validation", fields: { after: expect.any(String) } } });
		}
		const path = `/api/contacts/${contact}/timeline?after=${cursor([at, 1, newId()])}`;
		expect((await house.call("GET", path, { cookie: admin })).json).toMatchObject({ error: { code: "validation" } });
	});

	test("SQL instead of an id", async () => {
		const hostile = "x' or 1=1; drop table users; --";
		for (const after of [hostile, cursor(hostile), cursor([0, hostile]), cursor([0, 1, hostile]), cursor({ at: 0 })]) {
			for (const path of ["/api/calls", "/api/users", "/api/contacts", "/api/obligations", "/api/tasks"]) {
				const answer = await house.call("GET", `${path}?after=${encodeURIComponent(after)}`, { cookie: admin });
				expect([path, after, answer.status]).toEqual([path, after, 400]);
			}
		}
	});
});

describe("an id that is none of ours leads to nothing", () => {
	test.each([
		"ffffffff-ffff-7fff-bfff-ffffffffffff",
		"ffffffff-ffff-ffff-ffff-ffffffffffff",
		"00000000-0000-0000-0000-000000000000",
		"f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
	])("%s", async (id) => {
		const ask = async (method: string, path: string, body?: unknown) =>
			(await house.call(method, path, { cookie: admin, ...(body === undefined ? {} : { body }) })).status;
		expect(await ask("GET", `/api/calls/${id}`)).toBe(404);
		expect(await ask("GET", `/api/calls/${id}/recordings/0`)).toBe(404);
		expect(await ask("POST", `/api/calls/${id}/disposition`, { status: "not_client", comment: "x" })).toBe(404);
		expect(await ask("POST", `/api/calls/${id}/contact`, { contactId: null })).toBe(404);
		expect(await ask("GET", `/api/calls?after=${id}`)).toBe(200);
	});
});

test("a day of the year 0, which no calendar has, is the sender's mistake", async () => {
	for (const name of ["from", "to"]) {
		const answer = await house.call("GET", `/api/calls?${name}=0000-01-01T00:00:00Z`, { cookie: admin });
		expect(answer.json).toMatchObject({ error: { code: "validation", fields: { [name]: expect.any(String) } } });
	}
	const body = { name: "Old", birthday: "0000-01-01" };
	expect((await house.call("POST", "/api/contacts", { cookie: admin, body })).status).toBe(400);
});

test("text with a NUL, which the database does not take, is refused wherever people write", async () => {
	const nul = "a\0b";
	const account = { email: "nul@example.com", password: "long enough to be one", role: "agent" };
	const pbx = { name: "x", host: "127.0.0.1", port: 1, events: { username: "u", secret: "s" } };
	const tries: [string, string, unknown][] = [
		["POST", "/api/users", { ...account, name: nul }],
		["PATCH", "/api/settings", { companyName: nul }],
		["PATCH", "/api/settings", { timeZone: nul }],
		["PATCH", "/api/settings", { refusalReasons: [nul] }],
		["PATCH", "/api/settings", { commentTemplates: [nul] }],
		["POST", "/api/contacts", { name: nul }],
		["POST", `/api/contacts/${contact}/notes`, { text: nul }],
		["POST", "/api/pbx", { ...pbx, name: nul }],
		["POST", "/api/pbx", { ...pbx, extensionPattern: nul }],
		["POST", "/api/pbx", { ...pbx, recordings: { root: `/${nul}` } }],
		["POST", "/api/pbx", { ...pbx, tls: { ca: nul } }],
		["POST", "/api/pbx", { ...pbx, history: { kind: "cel-csv", path: nul } }],
	];
	for (const [method, path, body] of tries) {
		const answer = await house.call(method, path, { cookie: admin, body });
		expect([path, body, answer.status]).toEqual([path, body, 400]);
	}
	expect((await house.call("POST", "/api/session", { body: { email: nul, password: nul } })).status).toBe(401);
});

test("a pattern of extensions that could run away is refused; usual ones are taken", async () => {
	const add = async (extensionPattern: string) => {
		const body = {
			name: extensionPattern,
			host: "127.0.0.1",
			port: 1,
			events: { username: "u", secret: "s" },
			extensionPattern,
		};
		return (await house.call("POST", "/api/pbx", { cookie: admin, body })).status;
	};
	for (const pattern of [
		"^((a+))+$",
		"^(a?){30}$",
		"^(a|a)*$",
		"(a)\\1",
		"\\d*\\d*\\d*\\d*x",
		"a{9999}",
		`${"a?".repeat(20)}b`,
	])
		expect([pattern, await add(pattern)]).toEqual([pattern, 400]);
	for (const pattern of ["^\\d{2,5}$", "^(1\\d{2}|2\\d{2}|[34]\\d{2}|sip-[*+?]\\d+)$", "^office\\.\\d+$"])
		expect([pattern, await add(pattern)]).toEqual([pattern, 201]);
});

test("whatever is wrong with a request, the answer has our form", async () => {
	for (const path of ["/api/calls/%ff", "/%", "/api/%"]) {
		const answer = await house.call("GET", path, { cookie: admin });
		expect([path, answer.status, answer.json]).toEqual([
			path,
			400,
			{ error: { code: "bad-request", message: expect.any(String) } },
		]);
	}
	const malformed = [
		"GARBAGE\r\n\r\n",
		`GET / HTTP/1.1\r\nhost: x\r\nx: ${"a".repeat(20_000)}\r\n\r\n`,
		"POST /api/session HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /x",
	];
	for (const bytes of malformed) {
		const answer = await answerTo(bytes);
		expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
		const body = answer.slice(answer.lastIndexOf("\r\n\r\n") + 4);
		expect(JSON.parse(body)).toEqual({ error: { code: "bad-request", message: expect.any(String) } });
	}
});

test("a body as deep or as wide as the limit allows is refused at once, and the server goes on", async () => {
	const depth = 450_000;
	const bodies = [
		`${"[".repeat(depth)}${"]".repeat(depth)}`,
		`{"name":"x","tags":[${'"a",'.repeat(200_000)}"a"]}`,
		`{"name":"x",${Array.from({ length: 60_000 }, (_, at) => `"k${at}":1`).join(",")}}`,
		'{"name":"x","__proto__":{"role":"admin"}}',
		'{"name":"x","constructor":{"prototype":{"role":"admin"}}}',
	];
	for (const body of bodies) {
		const headers = { cookie: admin, "content-type": "application/json" };
		const answer = await fetch(`${house.base}/api/contacts`, { method: "POST", headers, body });
		expect([body.slice(0, 30), answer.status]).toEqual([body.slice(0, 30), 400]);
	}
	expect(Object.hasOwn(Object.prototype, "role")).toBe(false);
});

test("a page of another site cannot write with a person's cookie, in whatever disguise", async () => {
	const send = async (type: string, headers: Record<string, string>) => {
		const answer = await fetch(`${house.base}/api/contacts`, {
			method: "POST",
			headers: { cookie: admin, "content-type": type, ...headers },
			body: '{"name":"forged"}',
		});
		return answer.status;
	};
	// Without a question beforehand a foreign page can send these types, and no headers of its own.
	for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
		expect([type, await send(type, {})]).toEqual([type, 415]);
	for (const headers of [
		{ origin: "https://evil.example" },
		{ origin: "null" },
		{ origin: `${house.base}.evil.example` },
		{ "sec-fetch-site": "cross-site" },
		{ "sec-fetch-site": "same-site", origin: "http://127.0.0.1:1" },
	] as Record<string, string>[])
		expect([headers, await send("application/json", headers)]).toEqual([headers, 403]);
	const list = await house.call("GET", "/api/contacts?q=forged", { cookie: admin });
	expect(list.json.items).toEqual([]);
});

test("nobody makes himself an admin, by whatever field", async () => {
	const agent = await house.hire("agent");
	const mine = (body: unknown, path = "/api/me") => house.call("PATCH", path, { cookie: agent.cookie, body });
	expect((await mine({ role: "admin", preferences: {} })).status).toBe(400);
	expect((await mine({ preferences: { role: "admin" } })).status).toBe(400);
	expect((await mine({ role: "admin" }, `/api/users/${agent.id}`)).status).toBe(403);
	expect((await house.call("GET", "/api/me", { cookie: agent.cookie })).json.role).toBe("agent");
});
