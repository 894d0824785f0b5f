import { test } from "vitest";
import { cutLink } from "../faults/live/cuts.ts";
import { quantile, spread, toldOfBlind } from "../faults/live/figures.ts";
import { goal } from "../faults/live/goals.ts";
import { Stage } from "../faults/live/stage.ts";
import { testDatabase } from "../support/database.ts";
import { asked } from "./asked.ts";

test("a link that is cut again and again at any byte under calls costs none", async () => {
	const own = await testDatabase();
	const stage = await Stage.open(own.url);
	try {
		const { count, perSecond, chance } = asked({ count: 200 });
		const back = await cutLink(stage, { count, perSecond, chance });
		console.log(`${count} cuts under ${perSecond} calls/s; logged in again after ${spread(back)}`);
		const { calls, recovered } = await stage.agree();
		console.log(`${calls} calls compared, 0 missing, 0 twice; ${recovered} of them from the PBX's journal`);
		const blind = await stage.blind();
		const read = blind.flatMap(({ reconciledAfter }) => reconciledAfter ?? []);
		console.log(toldOfBlind(blind));
		goal("logged in again, p99", quantile(back, 0.99), 1_000, "ms");
		goal("the PBX's journal is read for a cut after it, p99", quantile(read, 0.99), 5, "s");
	} finally {
		await stage.end();
		await own.drop();
	}
});
