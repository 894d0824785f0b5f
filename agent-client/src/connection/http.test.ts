import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ApiError, addressOf, createRequest } from "./http.ts";

let base = "";
let hits = 0;
const server = createServer((request, response) => {
	hits++;
	const answer = (status: number, body: unknown) => {
		response.writeHead(status, { "content-type": "application/json" });
		response.end(typeof body === "string" ? body : JSON.stringify(body));
	};
	if (request.url === "/fields") {
		return answer(400, { error: { code: "validation", message: "no", fields: { "numbers.0.raw": "too long" } } });
	}
	if (request.url === "/gone") return answer(401, { error: { code: "unauthenticated", message: "sign in" } });
	if (request.url === "/accepted") return answer(202, "");
	if (request.url === "/text") return answer(200, "not json");
	if (request.url === "/busy") return hits < 3 ? answer(503, "proxy says no") : answer(200, { hits });
	return answer(200, { ok: true });
});
let lost = 0;
const request = createRequest({
	fetch: (input, init) => fetch(`${base}${String(input)}`, init),
	random: () => 0,
	wait: async () => {},
	onUnauthenticated: () => {
		lost++;
	},
});
beforeAll(async () => {
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
	server.close();
});

const failure = (work: Promise<unknown>) =>
	work.then(
		() => {
			throw new Error("expected a failure");
		},
		(error: unknown) => {
			if (!(error instanceof ApiError)) throw error;
			return error;
		},
	);

test("field errors reach the form by the path of the field", async () => {
	const error = await failure(request("POST", "/fields", { body: {} }));
	expect(error).toMatchObject({ code: "validation", status: 400, fields: { "numbers.0.raw": "too long" } });
});

test("a lost session is told to the client", async () => {
	expect((await failure(request("GET", "/gone"))).code).toBe("unauthenticated");
	expect(lost).toBe(1);
});

test("an answer that is no JSON is a broken server, not a crash", async () => {
	expect((await failure(request("GET", "/text"))).code).toBe("broken");
});

test("an answer without a body says all with its number", async () => {
	await expect(request("POST", "/accepted")).resolves.toBeUndefined();
});

test("a read survives a proxy that refuses twice; a write is refused at once", async () => {
	hits = 0;
	await expect(request("GET", "/busy")).resolves.toEqual({ hits: 3 });
	hits = 0;
	expect((await failure(request("POST", "/busy"))).code).toBe("unavailable");
	expect(hits).toBe(1);
});

test("empty values stay out of the address", () => {
	expect(addressOf("/api/calls", { after: null, q: "", limit: 5, unprocessed: true })).toBe(
		"/api/calls?limit=5&unprocessed=true",
	);
});
