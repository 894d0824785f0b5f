/** Moments and durations for people: 24 hours, DD.MM.YYYY, Monday first. Pure; `now` is an argument. */

const two = (value: number) => String(value).padStart(2, "0");

/** `67` → `01:07`; an hour and more → `1:02:03`. */
export function clock(seconds: number): string {
	const whole = Math.max(0, Math.floor(seconds));
	const hours = Math.floor(whole / 3600);
	const rest = `${two(Math.floor((whole % 3600) / 60))}:${two(whole % 60)}`;
	return hours > 0 ? `${hours}:${rest}` : rest;
}

export const timeOfDay = (at: string | number) => {
	const date = new Date(at);
	return `${two(date.getHours())}:${two(date.getMinutes())}`;
};
export const dayOf = (at: string | number) => {
	const date = new Date(at);
	return `${two(date.getDate())}.${two(date.getMonth() + 1)}.${date.getFullYear()}`;
};
export const dayAndTime = (at: string | number) => `${dayOf(at)} ${timeOfDay(at)}`;

/** Local midnight of the day, `days` later. */
export function startOfDay(at: number, days = 0): number {
	const date = new Date(at);
	return new Date(date.getFullYear(), date.getMonth(), date.getDate() + days).getTime();
}

/** How far back a day lies: `0` today, `1` yesterday. */
export function daysAgo(at: string | number, now: number): number {
	return Math.round((startOfDay(now) - startOfDay(new Date(at).getTime())) / 86_400_000);
}

/** Monday of the week of the moment, as local midnight. */
export function startOfWeek(at: number): number {
	return startOfDay(at, -((new Date(at).getDay() + 6) % 7));
}

/** Seconds between a moment and now, never negative. */
export const secondsSince = (at: string | number, now: number) =>
	Math.max(0, Math.floor((now - new Date(at).getTime()) / 1000));

/**
 * A moment as people type it: `24.11.2026 10:00`, `24.11 10:00` (the next such day), `10:00` (today, or
 * tomorrow when that is over), `24.11.2026` (ten o'clock). Null when it is none of these.
 */
export function parseMoment(text: string, now: number): number | null {
	const found = /^(?:(\d{1,2})\.(\d{1,2})(?:\.(\d{4}))?)?\s*(?:(\d{1,2}):(\d{2}))?$/.exec(text.trim());
	if (!found || text.trim() === "") return null;
	const today = new Date(now);
	const [, day, month, year, hour = "10", minute = "0"] = found;
	if (Number(hour) > 23 || Number(minute) > 59) return null;
	const build = (y: number, m: number, d: number): number | null => {
		const date = new Date(y, m, d, Number(hour), Number(minute));
		return date.getMonth() === m && date.getDate() === d ? date.getTime() : null;
	};
	if (day === undefined || month === undefined) {
		const at = new Date(today.getFullYear(), today.getMonth(), today.getDate(), Number(hour), Number(minute)).getTime();
		return at > now ? at : new Date(at).setDate(today.getDate() + 1);
	}
	if (year !== undefined) return build(Number(year), Number(month) - 1, Number(day));
	const at = build(today.getFullYear(), Number(month) - 1, Number(day));
	return at !== null && at < now ? build(today.getFullYear() + 1, Number(month) - 1, Number(day)) : at;
}

/** `DD.MM.YYYY` → `YYYY-MM-DD`; null when there is no such day. */
export function parseDate(text: string): string | null {
	const found = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(text.trim());
	if (!found) return null;
	const [, day = "", month = "", year = ""] = found;
	const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
	const real = date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
	return real ? `${year}-${two(Number(month))}-${two(Number(day))}` : null;
}

/** `YYYY-MM-DD` of a birthday → `DD.MM.YYYY`. */
export const writtenDate = (date: string) => date.split("-").reverse().join(".");

/** Days until the birthday of a `YYYY-MM-DD` comes round, by the viewer's own calendar; 0 = it is today. */
export function daysToBirthday(date: string, now: number): number {
	const [, month = 1, day = 1] = date.split("-").map(Number);
	const today = new Date(now);
	const start = new Date(today.getFullYear(), today.getMonth(), today.getDate());
	const inYear = (year: number) => new Date(year, month - 1, day);
	const next = inYear(today.getFullYear()) < start ? inYear(today.getFullYear() + 1) : inYear(today.getFullYear());
	return Math.round((next.getTime() - start.getTime()) / 86_400_000);
}

export type Stretch = { unit: "minute" | "hour" | "day"; count: number };
/** A rough stretch of time for a sentence: `35 min`, `3 h`, `2 days`. */
export function stretch(milliseconds: number): Stretch {
	const minutes = Math.max(0, Math.round(milliseconds / 60_000));
	if (minutes < 60) return { unit: "minute", count: minutes };
	if (minutes < 36 * 60) return { unit: "hour", count: Math.round(minutes / 60) };
	return { unit: "day", count: Math.round(minutes / 1440) };
}
