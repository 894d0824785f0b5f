import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../../journal/servers.ts";
import { spread } from "./figures.ts";
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

const told = ({ spilled, drainedAfter, pops, unseen }: AfterOutage) =>
	`pop-ups meanwhile ${spread(pops)}, ${unseen} never; ${(spilled / 1e6).toFixed(1)} MB spilled, drained ${drainedAfter.toFixed(0)} ms after its return`;

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
	console.log(`database frozen 7 s: ${calls} calls, ${told(after)}`);
	expect(await stage.blind()).toEqual([]);
	expect(after.drainedAfter).toBeLessThan(10_000);
}, 180_000);

test("a database that is stopped and started again under calls costs none", async () => {
	const after = await databaseOutage(stage, database, { how: "stopped", seconds: 3, perSecond: 5 });
	await popsUpAgain();
	const { calls } = await stage.agree();
	console.log(`database stopped 3 s: ${calls} calls, ${told(after)}`);
	expect(await stage.blind()).toEqual([]);
	expect(after.drainedAfter).toBeLessThan(10_000);
}, 180_000);
