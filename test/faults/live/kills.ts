import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../../journal/servers.ts";
import { toldOfProgress } from "./figures.ts";
import type { Stage } from "./stage.ts";

export interface Plan {
	readonly count: number;
	readonly perSecond: number;
	/** In [0, 1), the same in every run with the same seed. */
	readonly chance: () => number;
}

/** A call lasts four to seven seconds at this speed: some begin and end while no server lives, others outlive it. */
const speed = 0.5;
/** Of how many kills one meets a server that is still starting. */
const inStart = 0.3;

/** Kills the server again and again under calls, at moments chosen by chance; milliseconds after which it was back. */
export async function killServer(stage: Stage, { count, perSecond, chance }: Plan): Promise<number[]> {
	const back: number[] = [];
	await stage.underLoad(perSecond, speed, async () => {
		for (let kill = 0; kill < count; ) {
			const before = kill;
			await sleep(chance() * 2_500);
			const seesAgain = stage.faults.begin("server-stopped");
			await stage.server.kill();
			kill++;
			for (; kill < count && chance() < inStart; kill++) {
				await stage.servers.startAndKill("one", chance() * 1_500, stage.road.url);
			}
			const began = performance.now();
			stage.server = await stage.servers.start("one", stage.road.url);
			await until("the PBX is connected", () => stage.pbx.sessions === 1);
			back.push(performance.now() - began);
			seesAgain();
			toldOfProgress(before, kill, count);
		}
	});
	return back;
}
