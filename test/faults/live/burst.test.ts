import { expect, test } from "vitest";
import { testDatabase } from "../../support/database.ts";
import { burst, toldOfBurst } from "./burst.ts";

/** Kilobytes: it took 240 MB, and with the space for new objects that Node takes by itself 350. */
const mostMemory = 300_000;

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
