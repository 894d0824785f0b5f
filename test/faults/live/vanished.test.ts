import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { until } from "../../journal/servers.ts";
import { testDatabase } from "../../support/database.ts";
import { tokenOf } from "./leaders.ts";
import { Stage } from "./stage.ts";

test("a writer whose way to the database vanishes without a word is replaced within 12 s; back again it writes nothing and shows nothing", async () => {
	const own = await testDatabase();
	const stage = await Stage.open(own.url);
	try {
		const lost = stage.server;
		const other = await stage.servers.start("two");
		await until("both listen", () => stage.pbx.sessions === 2);
		const token = await tokenOf(stage);
		let took = 0;
		await stage.underLoad(4, 0.5, async () => {
			await sleep(1_000);
			const [before, here] = await Promise.all([stage.screen(), stage.screen(other)]);
			await until("pop-ups come by the first", () => before.pops.length > 2);
			const seesAgain = stage.faults.begin("server-stopped");
			stage.road.proxy.vanish();
			const began = performance.now();
			await until("the other has taken over", async () => (await tokenOf(stage)) > token);
			took = performance.now() - began;
			seesAgain();
			await until("pop-ups come by the other", () => here.pops.length > 2);
			before.close();
			stage.road.proxy.open();
			await stage.becomes("standby", 30_000);
			const back = await stage.screen();
			const count = here.pops.length;
			await until("pop-ups still come by the other", () => here.pops.length > count + 3);
			expect(back.pops).toEqual([]);
			expect(new Set(here.pops).size).toBe(here.pops.length);
			for (const screen of [back, here]) screen.close();
		});
		const { calls } = await stage.agree();
		console.log(`taken over from a host that vanished in ${took.toFixed(0)} ms; ${calls} calls`);
		expect(took).toBeLessThan(12_000);
		expect(await tokenOf(stage)).toBe(token + 1);
		expect(lost.child.exitCode).toBeNull();
	} finally {
		await stage.end();
		await own.drop();
	}
}, 180_000);
