import { expect, test } from "vitest";
import { extraDelay, pulse, retryDelay, worthRetrying } from "./retry.ts";

test("waiting grows from a quarter of a second to five seconds, never less than half of the step", () => {
	const low = [0, 1, 2, 3, 4, 5, 60].map((attempt) => retryDelay(attempt, () => 0));
	const high = [0, 1, 2, 3, 4, 5, 60].map((attempt) => retryDelay(attempt, () => 1));
	expect(low).toEqual([125, 250, 500, 1000, 2000, 2500, 2500]);
	expect(high).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000]);
});

test("a read is tried again twice when the way failed, a write never", () => {
	expect(worthRetrying("GET", "offline", 0)).toBe(true);
	expect(worthRetrying("GET", "unavailable", 1)).toBe(true);
	expect(worthRetrying("GET", "offline", 2)).toBe(false);
	expect(worthRetrying("POST", "offline", 0)).toBe(false);
	expect(worthRetrying("GET", "forbidden", 0)).toBe(false);
});

test("a tab that lost its way alone returns at once; cut off with everybody, it waits a time drawn by chance", () => {
	expect(extraDelay(1006, 0, () => 1)).toBe(0);
	expect([0, 0.5, 1].map((chance) => extraDelay(1012, 0, () => chance))).toEqual([0, 1500, 3000]);
	expect(extraDelay(1013, 0, () => 1)).toBe(3000);
});

test("each further try is moved by chance", () => {
	expect([0, 1].map((chance) => extraDelay(1006, 3, () => chance))).toEqual([0, 1500]);
});

test("a hidden tab, whose timers a browser lets go once a minute, is not taken for one that slept", () => {
	const onceAMinute = 60_000;
	expect(pulse.slept).toBeGreaterThan(onceAMinute + pulse.every);
});
