/** How long to wait and what to try again: the one place that decides it. Chance is an argument. */

/** Milliseconds before the given try (0 = first repetition): doubles from 250 to 5000, half of it by chance. */
export function retryDelay(attempt: number, random: () => number): number {
	const whole = Math.min(5000, 250 * 2 ** Math.min(attempt, 10));
	return Math.round(whole / 2 + (whole / 2) * random());
}

/** Reads are tried again twice when the way to the server failed; writes never, the person decides. */
export function worthRetrying(method: string, code: string, attempt: number): boolean {
	if (method !== "GET" || attempt >= 2) return false;
	return code === "offline" || code === "unavailable" || code === "timeout";
}

/** For partysocket. The first delay is drawn per tab, so that ten thousand tabs do not return at once. */
export function socketPolicy(random: () => number) {
	return {
		minReconnectionDelay: 250 + Math.round(random() * 750),
		maxReconnectionDelay: 5000,
		reconnectionDelayGrowFactor: 1.6,
		connectionTimeout: 4000,
		minUptime: 2000,
	};
}

/** Milliseconds between two signs of life that we ask for, and how long an answer may take. */
export const pulse = { every: 10_000, answer: 6_000 } as const;
