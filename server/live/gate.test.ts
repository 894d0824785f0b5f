import { expect, test } from "vitest";
import { createGate } from "./gate.ts";

test("so many at once, the others in their order, and work that fails makes room like work that does not", async () => {
	const gate = createGate(2);
	const begun: number[] = [];
	const ends: (() => void)[] = [];
	const all = [0, 1, 2, 3].map((n) =>
		gate.through(async () => {
			begun.push(n);
			await new Promise<void>((resolve) => ends.push(resolve));
			if (n === 0) throw new Error("it failed");
			return n;
		}),
	);
	const results = Promise.allSettled(all);
	expect(begun).toEqual([0, 1]);
	expect(gate.waiting()).toBe(2);
	for (let n = 0; n < 4; n += 1) {
		ends[n]?.();
		await new Promise((resolve) => setImmediate(resolve));
	}
	expect(begun).toEqual([0, 1, 2, 3]);
	expect((await results).map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled", "fulfilled"]);
	expect(gate.waiting()).toBe(0);
});
