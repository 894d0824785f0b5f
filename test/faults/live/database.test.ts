import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../../journal/servers.ts";
import { quantile } from "./figures.ts";
import { goal } from "./goals.ts";
import { type AfterOutage, databaseOutage } from "./outage.ts";
import { OwnDatabase } from "./own-database.ts";
import { Stage } from "./stage.ts";

let database: OwnDatabase;
let stage: Stage;
beforeAll(async () => {
	database = await OwnDatabase.start();
	stage = await Stage.open(database.url);
});
afterAll(async () => {
	database?.thaw();
	await stage?.end();
	await database?.end();
});

const tell = (what: string, calls: number, { spilled, drainedAfter, pops, unseen }: AfterOutage) => {
	console.log(`database ${what}: ${calls} calls, ${(spilled / 1e6).toFixed(1)} MB spilled`);
	goal("drained after its return", drainedAfter, 10_000, "ms");
	goal("phones that rang meanwhile and popped up nowhere", unseen, 0, "");
	goal("pop-ups meanwhile, p99", quantile(pops, 0.99), 1_000, "ms");
};

/** Calls are seen live, not only found in the PBX's journal. */
const popsUpAgain = async () => {
	const screen = await stage.screen();
	const number = stage.calls.begin(0.5);
	await until("a new call pops up", () => screen.pops.includes(number));
	screen.close();
};

test("a database that answers nothing costs no call, and never the link to the PBX", async () => {
	const after = await databaseOutage(stage, database, { how: "frozen", seconds: 7, perSecond: 5 });
	await popsUpAgain();
	const { calls } = await stage.agree();
	tell("frozen 7 s", calls, after);
	expect(await stage.blind()).toEqual([]);
}, 180_000);

test("a database that is stopped and started again under calls costs none", async () => {
	const after = await databaseOutage(stage, database, { how: "stopped", seconds: 3, perSecond: 5 });
	await popsUpAgain();
	const { calls } = await stage.agree();
	tell("stopped 3 s", calls, after);
	expect(await stage.blind()).toEqual([]);
}, 180_000);
