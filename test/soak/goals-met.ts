import { afterEach, expect } from "vitest";
import { goalsMissed } from "../faults/live/goals.ts";

// A part has ended, its oracle with it: now its figures are judged, all of them at once.
afterEach(() => {
	expect(goalsMissed()).toEqual([]);
});
