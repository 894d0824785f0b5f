import { expect, test } from "vitest";
import { createBackOff, networkOf } from "./back-off.ts";

const rule = { free: 3, firstMs: 1_000, longestMs: 8_000 };

test("the first slips are free, then each one doubles the wait up to its bound", () => {
	const backOff = createBackOff(rule);
	const waits = Array.from({ length: 8 }, () => {
		backOff.begin("olena", 0);
		return backOff.waitMs("olena", 0);
	});
	expect(waits).toEqual([0, 0, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000]);
	expect(backOff.waitMs("petro", 0)).toBe(0);
});

test("success and an hour of quiet are forgotten", () => {
	const backOff = createBackOff(rule);
	for (let i = 0; i < 5; i += 1) backOff.begin("olena", 0);
	backOff.begin("olena", 3_600_001);
	expect(backOff.waitMs("olena", 3_600_001)).toBe(0);
	for (let i = 0; i < 5; i += 1) backOff.begin("petro", 0);
	backOff.forgive("petro");
	expect(backOff.waitMs("petro", 0)).toBe(0);
});

test("a million invented names do not fill the memory, and a victim in use is not the one who is dropped", () => {
	const backOff = createBackOff(rule);
	for (let i = 0; i < 100_000; i += 1) {
		if (i % 10_000 === 0) backOff.begin("victim", i);
		backOff.begin(`invented ${i}`, i);
	}
	expect(backOff.waitMs("victim", 90_000)).toBeGreaterThan(0);
	expect(backOff.waitMs("invented 5", 5)).toBe(0);
});

test("addresses of one network are one", () => {
	expect(networkOf("203.0.113.7")).toBe(networkOf("203.0.113.250"));
	expect(networkOf("203.0.113.7")).not.toBe(networkOf("203.0.114.7"));
	expect(networkOf("::ffff:203.0.113.7")).toBe(networkOf("203.0.113.7"));
	expect(networkOf("2001:db8:1:2:3:4:5:6")).toBe(networkOf("2001:DB8:1:2::9"));
	expect(networkOf("2001:db8:1:2::9")).not.toBe(networkOf("2001:db8:1:3::9"));
	expect(networkOf("2001:db8::1")).toBe("2001:db8:0:0");
});
