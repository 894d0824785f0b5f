import { test } from "vitest";
import { burst, perSecondOf } from "../faults/live/burst.ts";
import { quantile } from "../faults/live/figures.ts";
import { goal, goalAtLeast } from "../faults/live/goals.ts";
import { testDatabase } from "../support/database.ts";
import { asked } from "./asked.ts";

test("a burst of events loses none, keeps no pop-up waiting, and fits into memory", async () => {
	const own = await testDatabase();
	try {
		const { count: seconds, perSecond } = asked({ count: 60, rate: 10_000 });
		const after = await burst(own.url, seconds, perSecond);
		// What is sent on the last millisecond of a second counts for the next one.
		goalAtLeast("events a second", perSecondOf(after), 0.995 * Math.min(perSecond, 10_000), "");
		// A call that was over before the server came to it never rang for anybody.
		goalAtLeast("pop-ups", after.pops.length, after.sent.rang.size, "");
		goal("pop-ups, p99", quantile(after.pops, 0.99), 1_000, "ms");
		goal("memory of the server, most", after.memory / 1000, 512, "MB");
	} finally {
		await own.drop();
	}
});
