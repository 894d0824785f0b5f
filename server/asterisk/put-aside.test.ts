import { expect, test } from "vitest";
import { createAside } from "./put-aside.ts";

test("the first message put aside is said at once, a flood of them once a minute with its count", () => {
	const aside = createAside();
	expect(aside.take(0, 0)).toBeNull();
	expect(aside.take(1, 0)).toEqual({ since: 1, total: 1 });
	for (let at = 1; at < 60_000; at += 100) expect(aside.take(1, at)).toBeNull();
	expect(aside.take(0, 60_000)).toEqual({ since: 600, total: 601 });
	expect(aside.take(0, 200_000)).toBeNull();
});
