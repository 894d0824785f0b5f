const second = 1000;
const hour = 3600 * second;

/** First and longest wait before the next connection, ms (required: reconnect p99 within 1 s of a cut). */
const firstWait = 250;
const longestWait = 5 * second;

/**
 * Wait before the next connection after `failures` in a row: 0.25 s doubling up to 5 s, each shortened
 * by up to half, so that many servers do not knock at one PBX together. `random` is in [0, 1).
 */
export function linkDelay(failures: number, random: number): number {
	const full = Math.min(longestWait, firstWait * 2 ** Math.min(failures, 10));
	return Math.round(full * (1 - random / 2));
}

const firstLoginWait = 10 * second;
const longestLoginWait = 300 * second;
/** Fail2ban and people both count refused logins. */
export const loginsPerHour = 12;

/**
 * Wait from now to the next login after refused ones (their times, oldest first): from the last one 10 s doubling up to
 * five minutes, and never more than twelve within an hour. 0 when none was refused.
 */
export function loginDelay(refusedAt: readonly number[], now: number): number {
	const last = refusedAt.at(-1);
	if (last === undefined) return 0;
	const backOff = Math.min(longestLoginWait, firstLoginWait * 2 ** Math.max(0, refusedAt.length - 1));
	const nthLast = refusedAt.at(-loginsPerHour);
	const next = Math.max(last + backOff, nthLast === undefined ? 0 : nthLast + hour);
	return Math.max(0, next - now);
}
