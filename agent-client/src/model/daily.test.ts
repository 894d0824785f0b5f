import { expect, test } from "vitest";
import { type Daily, dailyLine } from "./daily.ts";

const daily: Daily = { at: "2026-11-16T08:00:00Z", families: 9, calls: 9, external: 7, obligations: 7, missing: 0 };
const keys = (given: Partial<Daily>) => dailyLine({ ...daily, ...given }).told.map(({ key }) => key);
const tone = (given: Partial<Daily>) => dailyLine({ ...daily, ...given }).tone;

test("the daily figure is green only where it proves that nothing is missing", () => {
	expect(tone({})).toBe("good");
	expect(tone({ proven: true, unmatched: 0, refused: 0 })).toBe("good");
	expect(tone({ unmatched: 3 })).toBe("warn");
	expect(tone({ missing: 1, unmatched: 3 })).toBe("bad");
	expect(tone({ proven: false })).toBe("bad");
});

test("nothing is said to be missing none where the journal has a hole", () => {
	expect(keys({})).toEqual(["observed.missing-count"]);
	expect(keys({ proven: false })).toEqual(["observed.not-proven"]);
	expect(keys({ proven: false, missing: 2 })).toEqual(["observed.missing-count", "observed.not-proven"]);
	expect(keys({ unmatched: 2 })).toEqual(["observed.missing-count", "observed.unmatched"]);
});
