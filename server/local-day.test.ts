import { expect, test } from "vitest";
import { dayBegan, dayIn } from "./local-day.ts";

const began = (zone: string, at: string) => new Date(dayBegan(zone, Date.parse(at))).toISOString();

test("a day begins at midnight of the company's own clock", () => {
	expect(began("Europe/Kyiv", "2026-11-25T05:00:00Z")).toBe("2026-11-24T22:00:00.000Z");
	expect(began("Europe/Kyiv", "2026-07-25T21:30:00Z")).toBe("2026-07-25T21:00:00.000Z");
	expect(began("America/New_York", "2026-11-25T03:00:00Z")).toBe("2026-11-24T05:00:00.000Z");
	expect(began("UTC", "2026-11-25T00:00:00Z")).toBe("2026-11-25T00:00:00.000Z");
	expect(dayIn("Europe/Kyiv", Date.parse("2026-11-24T22:00:00Z"))).toBe("2026-11-25");
});

test("also on the days on which the clocks change", () => {
	expect(began("Europe/Kyiv", "2026-10-25T12:00:00Z")).toBe("2026-10-24T21:00:00.000Z");
	expect(began("Europe/Kyiv", "2026-03-29T12:00:00Z")).toBe("2026-03-28T22:00:00.000Z");
});
