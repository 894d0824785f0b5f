import { expect, test } from "vitest";
import { quantile, spread, toldOfBlind } from "../faults/live/figures.ts";
import { goal } from "../faults/live/goals.ts";
import { killServer } from "../faults/live/kills.ts";
import { Stage } from "../faults/live/stage.ts";
import { testDatabase } from "../support/database.ts";
import { asked } from "./asked.ts";

test("a server that is killed again and again under calls loses none and has none twice", async () => {
	const own = await testDatabase();
	const stage = await Stage.open(own.url);
	try {
		const { count, perSecond, chance } = asked({ count: 300 });
		const back = await killServer(stage, { count, perSecond, chance });
		const { calls, recovered } = await stage.agree();
		expect(calls).toBeGreaterThan(count);
		console.log(`${count} kills -9 survived under ${perSecond} calls/s`);
		console.log(`${calls} calls compared, 0 missing, 0 twice; ${recovered} of them from the PBX's journal`);
		console.log(`hears the PBX again after ${spread(back)}`);
		console.log(toldOfBlind(await stage.blind()));
		goal("ready after a kill, p99", quantile(back, 0.99), 3_000, "ms");
	} finally {
		await stage.end();
		await own.drop();
	}
});
