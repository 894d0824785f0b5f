import { expect, test } from "vitest";
import { testDatabase } from "../../support/database.ts";
import { burst, mostMemory, toldOfBurst } from "./burst.ts";

test("thousands of events a second lose no call, and fit into memory", async () => {
	const own = await testDatabase();
	try {
		const after = await burst(own.url, 3, 4_000);
		console.log(toldOfBurst(after));
		expect(after.memory).toBeLessThan(mostMemory);
	} finally {
		await own.drop();
	}
}, 180_000);
