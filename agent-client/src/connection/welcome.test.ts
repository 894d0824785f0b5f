import { expect, test } from "vitest";
import { createWelcome } from "./welcome.ts";

const answers = (status: number, body: unknown) =>
	createWelcome(async () => ({ status, json: async () => body }) satisfies Pick<Response, "status" | "json">)();

test("browsers come spread as the server wants them", async () => {
	expect(await answers(200, { status: "open", spread: 5_000 })).toBe(5_000);
});

test("a failure, a refused connection and an answer that is none keep them away", async () => {
	expect(await answers(503, {})).toBeNull();
	expect(await answers(502, null)).toBeNull();
	expect(await createWelcome(() => Promise.reject(new TypeError("Failed to fetch")))()).toBeNull();
});

test("a server, or a proxy before it, that does not know the question is there all the same", async () => {
	expect(await answers(404, null)).toBe(1_500);
	const page = { status: 200, json: () => Promise.reject(new SyntaxError("Unexpected token '<'")) };
	expect(await createWelcome(async () => page)()).toBe(1_500);
});
