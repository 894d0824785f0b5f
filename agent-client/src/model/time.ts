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

/** Value of an `<input type="datetime-local">`. */
export function localInput(at: number): string {
	const date = new Date(at);
	return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${timeOfDay(at)}`;
}

/** `YYYY-MM-DD` of a birthday → `DD.MM.YYYY`. */
export const writtenDate = (date: string) => date.split("-").reverse().join(".");

export type Stretch = { unit: "minute" | "hour" | "day"; count: number };
/** A rough stretch of time for a sentence: `35 min`, `3 h`, `2 days`. */
export function stretch(milliseconds: number): Stretch {
	const minutes = Math.max(0, Math.round(milliseconds / 60_000));
	if (minutes < 60) return { unit: "minute", count: minutes };
	if (minutes < 36 * 60) return { unit: "hour", count: Math.round(minutes / 60) };
	return { unit: "day", count: Math.round(minutes / 1440) };
}
