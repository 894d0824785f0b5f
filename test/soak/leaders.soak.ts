import { expect, test } from "vitest";
import { quantile, spread, toldOfBlind } from "../faults/live/figures.ts";
import { goal } from "../faults/live/goals.ts";
import { killLeader } from "../faults/live/leaders.ts";
import { Stage } from "../faults/live/stage.ts";
import { testDatabase } from "../support/database.ts";
import { asked } from "./asked.ts";

test("of two servers the one that writes is killed again and again: the other takes over, no call is lost, none pops up twice", async () => {
	const own = await testDatabase();
	const stage = await Stage.open(own.url);
	try {
		const { count, perSecond, chance } = asked({ count: 100 });
		const { took, pops } = await killLeader(stage, { count, perSecond, chance });
		console.log(`${count} take-overs under ${perSecond} calls/s, ${spread(took)}; ${pops} pop-ups, none twice`);
		const { calls, recovered } = await stage.agree();
		expect(calls).toBeGreaterThan(count);
		console.log(`${calls} calls compared, 0 missing, 0 twice; ${recovered} of them from the PBX's journal`);
		console.log(toldOfBlind(await stage.blind()));
		goal("taken over, p99", quantile(took, 0.99), 2_000, "ms");
	} finally {
		await stage.end();
		await own.drop();
	}
});
