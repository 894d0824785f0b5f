import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { processorSeconds } from "./rings.ts";

/** What a server of storm.ts says of itself since it was last asked; milliseconds, bytes, seconds of processor in all. */
export interface ServerFigures {
	readonly rss: number;
	readonly loopP99: number;
	readonly loopMax: number;
	readonly processor: number;
}

/**
 * Serves the commands of storm.ts: `ring <per second>` until `rest`, `settle` (frees what can be freed). Each is answered
 * with the figures. `ring` gets the moment at which the phone was due to ring: a loop that is late must not hide it.
 */
export function serveCommands(ring: (index: number, due: bigint) => void): void {
	const loop = monitorEventLoopDelay({ resolution: 5 });
	loop.enable();
	let rings = 0;
	let index = 0;
	const ringOn = async (perSecond: number) => {
		const turn = ++rings;
		const began = process.hrtime.bigint();
		for (let n = 1; turn === rings; n += 1) {
			const due = began + BigInt(Math.round((n * 1e9) / perSecond));
			await sleep(Math.max(0, Math.ceil(Number(due - process.hrtime.bigint()) / 1e6)));
			if (turn === rings) ring(index++, due);
		}
	};
	process.on("message", (text: string) => {
		const [command, perSecond] = text.split(" ");
		if (command === "ring") void ringOn(Number(perSecond));
		if (command === "rest") rings += 1;
		if (command === "settle") globalThis.gc?.();
		const figures: ServerFigures = {
			rss: process.memoryUsage().rss,
			loopP99: loop.percentile(99) / 1e6,
			loopMax: loop.max / 1e6,
			processor: processorSeconds(),
		};
		loop.reset();
		process.send?.(JSON.stringify(figures));
	});
}
