import { expect, test } from "vitest";
import { failureOf, retryDelay } from "./retry.ts";

const failed = (code: string) => Object.assign(new Error("failed"), { code });

test.each([
	"ECONNRESET",
	"ECONNREFUSED",
	"EPIPE",
	"ETIMEDOUT",
	"08006",
	"57P01",
	"57P03",
	"57014",
	"40P01",
	"40001",
	"23505",
	"53300",
])("a database that is away or busy, or whose row another writer has, is asked again: %s", (code) => {
	expect(failureOf(failed(code))).toBe("passing");
});

test("an answer that never came may have been a yes: asked again, with the same keys", () => {
	expect(failureOf(new Error("Connection terminated unexpectedly"))).toBe("passing");
	expect(failureOf(new Error("Query read timeout"))).toBe("passing");
});

test.each(["22003", "22P05", "23503", "42703"])("what the database refuses it refuses again: %s", (code) => {
	expect(failureOf(failed(code))).toBe("lasting");
});

test("a mistake of ours is not repeated", () => {
	expect(failureOf(new TypeError("x is not a function"))).toBe("lasting");
});

test("tries come ever less often, at most five seconds apart", () => {
	const delays = Array.from({ length: 12 }, (_, at) => retryDelay(at + 1));
	expect(delays).toEqual(delays.toSorted((a, b) => a - b));
	expect([delays[0], delays.at(-1)]).toEqual([50, 5000]);
});
