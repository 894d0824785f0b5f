import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { toldOfBlind } from "../faults/live/figures.ts";
import { goal } from "../faults/live/goals.ts";
import { Stage } from "../faults/live/stage.ts";
import { until } from "../journal/servers.ts";
import { testDatabase } from "../support/database.ts";
import { asked } from "./asked.ts";

test("a PBX whose AMI answers nothing for a while, its calls going on, is away and comes back with all of them", async () => {
	const own = await testDatabase();
	const stage = await Stage.open(own.url);
	try {
		const { count: seconds, perSecond } = asked({ count: 30 });
		let [noticed, back] = [0, 0];
		await stage.underLoad(perSecond, 0.5, async () => {
			await sleep(3_000);
			const seesAgain = stage.faults.begin("link-lost");
			stage.pbx.behaviour.frozen = true;
			const began = performance.now();
			await stage.becomes("away");
			noticed = performance.now() - began;
			await sleep(seconds * 1000 - noticed);
			stage.pbx.behaviour.frozen = false;
			const thawed = performance.now();
			await until("the PBX is connected", async () => (await stage.state()) === "connected");
			back = performance.now() - thawed;
			seesAgain();
			await sleep(3_000);
		});
		console.log(`frozen for ${seconds} s under ${perSecond} calls/s: back after ${Math.round(back)} ms`);
		const { calls, recovered } = await stage.agree();
		expect(recovered).toBeGreaterThan(0);
		console.log(`${calls} calls compared, 0 missing, 0 twice; ${recovered} of them from the PBX's journal`);
		console.log(toldOfBlind(await stage.blind()));
		goal("noticed after", noticed, 5_000, "ms");
	} finally {
		await stage.end();
		await own.drop();
	}
});
