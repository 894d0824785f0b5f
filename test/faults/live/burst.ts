import { setTimeout as sleep } from "node:timers/promises";
import { quantile } from "./figures.ts";
import type { Stage } from "./stage.ts";

/** Events of one call of the trace direct-answered. */
const eventsOfCall = 96;
/** Milliseconds. */
const lengthOfCall = 2_000;

export interface AfterBurst {
	readonly events: number;
	/** Events that the PBX told in a second, on the average, once the first calls had ended. */
	readonly perSecond: number;
	/** Milliseconds from a phone's ringing at the PBX to its pop-up on the agent's screen. */
	readonly pops: readonly number[];
	/** Most kilobytes that the server had in memory. */
	readonly memory: number;
}

/** So many events a second for a while, all of them of calls to one agent, whose screen is open. */
export async function burst(stage: Stage, seconds: number, eventsPerSecond: number): Promise<AfterBurst> {
	const { calls, server } = stage;
	const screen = await stage.screen();
	let memory = 0;
	const watch = setInterval(() => {
		memory = Math.max(memory, server.memory());
	}, 500);
	const before = calls.sent;
	let perSecond = 0;
	try {
		await stage.underLoad(eventsPerSecond / eventsOfCall, 1, async () => {
			await sleep(lengthOfCall);
			const [full, began] = [calls.sent, performance.now()];
			await sleep(seconds * 1000);
			perSecond = ((calls.sent - full) * 1000) / (performance.now() - began);
		});
		const events = calls.sent - before;
		const missing = () => [...calls.rang.keys()].filter((number) => !screen.popped.has(number)).length;
		// The last ones are on their way; one whose call was over before it was stored never rang for anybody.
		for (let tries = 0; tries < 50 && missing() > 0; tries++) await sleep(100);
		const pops = [...calls.rang].flatMap(([number, rang]) => {
			const popped = screen.popped.get(number);
			return popped === undefined ? [] : [popped - rang];
		});
		return { events, perSecond, pops, memory };
	} finally {
		clearInterval(watch);
		screen.close();
	}
}

export function toldOfBurst({ events, perSecond, pops, memory }: AfterBurst): string {
	const [p50, p99] = [0.5, 0.99].map((share) => Math.round(quantile(pops, share)));
	return `${events} events, ${Math.round(perSecond)} a second; ${pops.length} pop-ups, p50 ${p50} ms, p99 ${p99} ms; at most ${Math.round(memory / 1000)} MB`;
}
