import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { seal, unseal } from "./seal.ts";

const key = randomBytes(32);

test("a sealed secret opens with its key at its place", () => {
	expect(unseal(key, seal(key, "пароль \n 1", "a.events"), "a.events")).toBe("пароль \n 1");
});

test("the same secret never looks the same twice", () => {
	expect(seal(key, "secret", "a")).not.toBe(seal(key, "secret", "a"));
});

test.each([
	["another key", (sealed: string) => unseal(randomBytes(32), sealed, "a.events")],
	["another row", (sealed: string) => unseal(key, sealed, "b.events")],
	["a changed text", (sealed: string) => unseal(key, `${sealed.slice(0, -2)}AA`, "a.events")],
	["a cut text", (sealed: string) => unseal(key, sealed.slice(0, 20), "a.events")],
	["an open secret", () => unseal(key, "secret", "a.events")],
])("a sealed secret does not open with %s", (_name, open) => {
	expect(() => open(seal(key, "a secret of some length", "a.events"))).toThrow();
});
