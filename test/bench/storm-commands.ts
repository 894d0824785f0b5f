import { monitorEventLoopDelay } from "node:perf_hooks";
import { processorSeconds } from "./rings.ts";

/** What a server of storm.ts says of itself since it was last asked; milliseconds, bytes, seconds of processor in all. */
export interface ServerFigures {
	readonly rss: number;
	readonly loopP99: number;
	readonly loopMax: number;
	readonly processor: number;
}

/**
 * Serves the commands of storm.ts: `ring <index> <moment>` rings a phone that is due at that moment (it comes as bytes,
 * like a PBX's event, and a loop that is late does not hide it); `figures`, `settle` (frees what can be freed first).
 */
export function serveCommands(ring: (index: number, due: string) => void): void {
	const loop = monitorEventLoopDelay({ resolution: 5 });
	loop.enable();
	process.on("message", (text: string) => {
		const [command, index, due = ""] = text.split(" ");
		if (command === "ring") return ring(Number(index), due);
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
