import { expect, test } from "vitest";
import { testDatabase } from "../../support/database.ts";
import { burst, toldOfBurst } from "./burst.ts";
import { Stage } from "./stage.ts";

/** Kilobytes. */
const mostMemory = 512_000;

test("thousands of events a second lose no call, and fit into memory", async () => {
	const own = await testDatabase();
	const stage = await Stage.open(own.url, { traces: ["direct-answered"], journal: false });
	try {
		const after = await burst(stage, 3, 4_000);
		const { calls } = await stage.agree();
		console.log(`${toldOfBurst(after)}; ${calls} calls`);
		expect(await stage.blind()).toEqual([]);
		expect(after.memory).toBeLessThan(mostMemory);
	} finally {
		await stage.end();
		await own.drop();
	}
}, 180_000);
