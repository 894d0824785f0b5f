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

/**
 * For partysocket. The first delay is drawn per tab, so that ten thousand tabs do not return at once. When they all do,
 * the server lets them in one after the other for ten seconds: whoever gave up before would lose the place in the line.
 */
export function socketPolicy(random: () => number) {
	return {
		minReconnectionDelay: 250 + Math.round(random() * 750),
		maxReconnectionDelay: 5000,
		reconnectionDelayGrowFactor: 1.6,
		connectionTimeout: 10_000,
		minUptime: 2000,
	};
}

/** The close code of a server that restarts or cannot serve more now: everybody was cut off at once. */
const cutForAll = new Set([1012, 1013]);

/**
 * Milliseconds to wait beyond the delay that grows with every try. Alone, a tab returns at once; when everybody was cut
 * off, they return spread over three seconds; and each further try is moved by chance, or those who once met would
 * meet again and again. `spread`: over how many milliseconds the server wants them.
 */
export function extraDelay(closeCode: number, tries: number, random: () => number, spread = 1500): number {
	if (tries > 0) return Math.round(random() * spread);
	return cutForAll.has(closeCode) ? Math.round(random() * 3000) : 0;
}

/**
 * Milliseconds between two signs of life that we ask for, and how long an answer may take. A page whose clock stood still
 * for longer than `slept` was asleep; browsers let that of a hidden tab go once a minute, and it hears all the same.
 */
export const pulse = { every: 5_000, answer: 3_000, slept: 90_000 } as const;

/**
 * Milliseconds from one look whether the server is there to the next, and how long one may take. Half of the first is chance.
 */
export const probe = { every: 1_000, within: 1_500 } as const;
