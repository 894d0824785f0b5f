import { expect, test } from "vitest";
import { burst, mostMemory, slowestPop } from "../faults/live/burst.ts";
import { quantile } from "../faults/live/figures.ts";
import { testDatabase } from "../support/database.ts";
import { asked } from "./asked.ts";

test("a burst of events loses none, keeps no pop-up waiting, and fits into memory", async () => {
	const own = await testDatabase();
	try {
		const { count: seconds, perSecond } = asked({ count: 60, rate: 10_000 });
		const after = await burst(own.url, seconds, perSecond);
		// A call that was over before the server came to it never rang for anybody.
		expect(after.pops).toHaveLength(after.sent.rang.size);
		expect(quantile(after.pops, 0.99)).toBeLessThanOrEqual(slowestPop);
		expect(after.memory).toBeLessThanOrEqual(mostMemory);
	} finally {
		await own.drop();
	}
});
