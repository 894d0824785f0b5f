import { expect, test } from "vitest";
import { burst, toldOfBurst } from "../faults/live/burst.ts";
import { quantile } from "../faults/live/figures.ts";
import { goal, goalAtLeast } from "../faults/live/goals.ts";
import { Stage } from "../faults/live/stage.ts";
import { testDatabase } from "../support/database.ts";
import { asked } from "./asked.ts";

test("a burst of events loses none and keeps no pop-up waiting", async () => {
	const own = await testDatabase();
	const stage = await Stage.open(own.url, { traces: ["direct-answered"], journal: false });
	try {
		const { count: seconds, perSecond } = asked({ count: 60, rate: 10_000 });
		const after = await burst(stage, seconds, perSecond);
		console.log(`for ${seconds} s: ${toldOfBurst(after)}`);
		const { calls } = await stage.agree();
		expect(await stage.blind()).toEqual([]);
		console.log(`${calls} calls compared, 0 lost, 0 twice`);
		goalAtLeast("events a second offered", after.perSecond, Math.min(perSecond, 10_000), "");
		goal("pop-ups, p99", quantile(after.pops, 0.99), 1_000, "ms");
		goal("memory of the server, most", after.memory / 1000, 512, "MB");
	} finally {
		await stage.end();
		await own.drop();
	}
});
