import { expect, test } from "vitest";
import {
	clock,
	dayAndTime,
	dayOf,
	daysAgo,
	daysToBirthday,
	parseDate,
	parseMoment,
	startOfWeek,
	stretch,
	writtenDate,
} from "./time.ts";

const at = (text: string) => new Date(text).getTime();

test("dates are written day first and hours run to 24", () => {
	expect(dayAndTime(at("2026-11-05T09:07:00"))).toBe("05.11.2026 09:07");
	expect(dayOf(at("2026-01-31T23:59:00"))).toBe("31.01.2026");
	expect(dayAndTime(at("2026-11-05T00:00:00"))).toBe("05.11.2026 00:00");
	expect(writtenDate("1990-02-03")).toBe("03.02.1990");
});

test("a week begins on Monday", () => {
	expect(dayOf(startOfWeek(at("2026-11-22T12:00:00")))).toBe("16.11.2026");
	expect(dayOf(startOfWeek(at("2026-11-16T00:00:00")))).toBe("16.11.2026");
});

test("yesterday is yesterday even when the clocks changed in between", () => {
	expect(daysAgo(at("2026-10-24T23:59:00"), at("2026-10-25T23:59:00"))).toBe(1);
	expect(daysAgo(at("2026-11-22T00:00:00"), at("2026-11-22T23:59:00"))).toBe(0);
});

test("durations", () => {
	expect([clock(0), clock(67), clock(3723), clock(-4)]).toEqual(["00:00", "01:07", "1:02:03", "00:00"]);
	expect(stretch(35 * 60_000)).toEqual({ unit: "minute", count: 35 });
	expect(stretch(3 * 3_600_000)).toEqual({ unit: "hour", count: 3 });
	expect(stretch(48 * 3_600_000)).toEqual({ unit: "day", count: 2 });
});

test("a moment may be typed in full or in part", () => {
	const now = at("2026-11-22T12:00:00");
	const typed = (text: string) => {
		const moment = parseMoment(text, now);
		return moment === null ? null : dayAndTime(moment);
	};
	expect(typed("24.11.2026 10:30")).toBe("24.11.2026 10:30");
	expect(typed("24.11 9:05")).toBe("24.11.2026 09:05");
	expect(typed("5.1")).toBe("05.01.2027 10:00");
	expect(typed("15:00")).toBe("22.11.2026 15:00");
	expect(typed("09:00")).toBe("23.11.2026 09:00");
	for (const wrong of ["", "tomorrow", "31.02.2026", "24.11 25:00", "11/24/2026", "24.13.2026"])
		expect(typed(wrong)).toBe(null);
});

test("a birthday comes round every year, also over the new year and on the 29th of February", () => {
	const on = (year: number, month: number, day: number) => new Date(year, month - 1, day, 23, 59).getTime();
	expect(daysToBirthday("1988-11-25", on(2026, 11, 25))).toBe(0);
	expect(daysToBirthday("1988-11-25", on(2026, 11, 22))).toBe(3);
	expect(daysToBirthday("1988-11-25", on(2026, 11, 26))).toBe(364);
	expect(daysToBirthday("1990-01-01", on(2026, 12, 31))).toBe(1);
	expect(daysToBirthday("1992-02-29", on(2026, 2, 28))).toBe(1);
	expect(daysToBirthday("1992-02-29", on(2028, 2, 28))).toBe(1);
});

test("a birthday is typed day first", () => {
	expect(parseDate("3.2.1990")).toBe("1990-02-03");
	expect(parseDate("29.02.2023")).toBe(null);
	expect(parseDate("1990-02-03")).toBe(null);
});
