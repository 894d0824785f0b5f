import { expect, test } from "vitest";
import { bucketOf, figuresOf, timeOfBucket } from "./paint-times.ts";

test("a time and what is read out of its bucket differ by a fortieth at most", () => {
	for (const milliseconds of [1, 7, 40, 41, 250, 999, 4_000, 61_000]) {
		const told = timeOfBucket(bucketOf(milliseconds));
		expect(Math.abs(told - milliseconds) / milliseconds).toBeLessThan(0.026);
	}
});

test("half of the pop-ups are quicker than p50, nineteen of twenty quicker than p95", () => {
	const times = Array.from({ length: 100 }, (_, index) => (index + 1) * 10);
	const { count, p50, p95 } = figuresOf(times.map((time) => ({ bucket: bucketOf(time), count: 1 })));
	expect(count).toBe(100);
	expect(Math.abs((p50 ?? 0) - 500)).toBeLessThan(25);
	expect(Math.abs((p95 ?? 0) - 950)).toBeLessThan(40);
});

test("a day without pop-ups has no figures", () => {
	expect(figuresOf([])).toEqual({ count: 0, p50: null, p95: null });
});
