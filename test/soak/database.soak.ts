import { expect, test } from "vitest";
import { quantile, spread } from "../faults/live/figures.ts";
import { goal } from "../faults/live/goals.ts";
import { databaseOutage } from "../faults/live/outage.ts";
import { OwnDatabase } from "../faults/live/own-database.ts";
import { Stage } from "../faults/live/stage.ts";
import { asked } from "./asked.ts";

test.each([
	["stopped", 60],
	["frozen", 30],
] as const)("a database that is %s for %d s under calls costs none", async (how, full) => {
	const database = await OwnDatabase.start();
	const stage = await Stage.open(database.url);
	try {
		const { count: seconds, perSecond } = asked({ count: full });
		const after = await databaseOutage(stage, database, { how, seconds, perSecond });
		const { spilled, drainedAfter, memory, pops, unseen } = after;
		const megabytes = (spilled / 1e6).toFixed(1);
		console.log(`database ${how} for ${seconds} s under ${perSecond} calls/s: ${megabytes} MB spilled`);
		console.log(`drained ${Math.round(drainedAfter)} ms after its return; at most ${Math.round(memory / 1000)} MB`);
		console.log(`pop-ups meanwhile: ${pops.length}, ${spread(pops)}`);
		const { calls } = await stage.agree();
		expect(await stage.blind()).toEqual([]);
		console.log(`${calls} calls compared, 0 missing, 0 twice; the link to the PBX was never lost`);
		goal("drained after its return", drainedAfter, 10_000, "ms");
		goal("phones that rang meanwhile and popped up nowhere", unseen, 0, "");
		goal("pop-ups meanwhile, p99", quantile(pops, 0.99), 1_000, "ms");
	} finally {
		await stage.end();
		await database.end();
	}
});
