import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../../journal/servers.ts";
import { toldOfProgress } from "./figures.ts";
import type { Plan } from "./kills.ts";
import type { Stage } from "./stage.ts";

/** Bytes of one call's events: a cut within so many may meet any of them. */
const within = 50_000;

/**
 * Cuts the link to the PBX again and again under calls, at bytes chosen by chance and in turns by FIN and RST;
 * milliseconds after which it was logged in again.
 */
export async function cutLink(stage: Stage, { count, perSecond, chance }: Plan): Promise<number[]> {
	const { gate, pbx } = stage;
	const back: number[] = [];
	await stage.underLoad(perSecond, 1, async () => {
		for (let cut = 0; cut < count; cut++) {
			await sleep(chance() * 600);
			const { passed } = gate;
			gate.down = { cutAfter: Math.floor(chance() * within), reset: cut % 2 === 1 };
			await until("the link is cut", () => pbx.sessions === 0 || gate.passed > passed);
			const seesAgain = stage.faults.begin("link-lost");
			const began = performance.now();
			gate.down = {};
			await until("the link is back", () => pbx.sessions === 1);
			back.push(performance.now() - began);
			seesAgain();
			toldOfProgress(cut, cut + 1, count);
		}
	});
	return back;
}
