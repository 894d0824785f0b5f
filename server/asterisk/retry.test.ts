import { describe, expect, it } from "vitest";
import { linkDelay, loginDelay } from "./retry.ts";

describe("waiting before the next try", () => {
	it("is a quarter of a second after a cut, and at most five seconds", () => {
		expect(linkDelay(0, 0)).toBe(250);
		expect(linkDelay(0, 1)).toBe(125);
		expect([1, 2, 3, 4, 5, 50].map((failures) => linkDelay(failures, 0))).toEqual([500, 1000, 2000, 4000, 5000, 5000]);
	});

	it("is ten seconds after a refused login, up to five minutes, and twelve logins fill an hour", () => {
		const refused: number[] = [];
		let now = 0;
		while (now < 24 * 3_600_000) {
			refused.push(now);
			now += loginDelay(refused.slice(-12), now);
		}
		expect(refused.slice(0, 4)).toEqual([0, 10_000, 30_000, 70_000]);
		for (const at of refused) {
			expect(refused.filter((other) => other >= at && other < at + 3_600_000).length).toBeLessThanOrEqual(12);
		}
	});
});
