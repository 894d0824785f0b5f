import { setTimeout as sleep } from "node:timers/promises";

/** Asks until the answer is something; fails after `within` milliseconds, naming what was waited for. */
export async function until<T>(what: string, ask: () => T | null | Promise<T | null>, within = 10_000): Promise<T> {
	const deadline = Date.now() + within;
	for (;;) {
		const found = await ask();
		if (found !== null && found !== false) return found;
		if (Date.now() > deadline) throw new Error(`waited ${within} ms in vain: ${what}`);
		await sleep(50);
	}
}
