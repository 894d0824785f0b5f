import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../../journal/servers.ts";
import { type TestDatabase, testDatabase } from "../../support/database.ts";
import { goal } from "./goals.ts";
import { Stage } from "./stage.ts";

let own: TestDatabase;
let stage: Stage;
beforeAll(async () => {
	own = await testDatabase();
	stage = await Stage.open(own.url, { traces: ["direct-answered"] });
});
afterAll(async () => {
	await stage?.end();
	await own?.drop();
});

const outcomeOf = async (number: string) => {
	const { rows } = await stage.pool.query("select outcome, ended_at from calls where number = $1", [number]);
	return rows[0]?.ended_at === null ? rows[0].outcome : rows[0] && "over";
};

/** A hang-up of the call's own channel, but for what is wrong with it. */
const hangUp = (id: string, more: string) =>
	`Event: Hangup\r\n${more}Channel: PJSIP/trunk-00000001\r\nUniqueid: ${id}\r\nLinkedid: ${id}\r\nCause: 16\r\nCause-txt: Normal Clearing\r\n\r\n`;

test("blocks that no PBX writes end no call; each is alarmed at once and becomes a time of which the journal is asked", async () => {
	const number = stage.calls.begin(0.2);
	const family = await until("the call talks", async () =>
		(await outcomeOf(number)) === "talking" ? [...stage.calls.families.keys()][0] : null,
	);
	const isAlarmed = () => stage.server.said().includes("a message of the PBX was put aside");
	expect(isAlarmed()).toBe(false);
	const blocks = [
		// Somebody's name with a line break and a whole event in it: it has no number of the PBX.
		hangUp(family, ""),
		hangUp(family, `SequenceNumber: 5\r\nUniqueid: 1.1\r\n`),
		`Event: Hangup\r\nUniqueid ${family}\r\n\r\n`,
		`Event: Hangup\r\nUniqueid: ${family}\u0000\r\n\r\n`,
		`Cause: 16\r\nEvent: Hangup\r\nUniqueid: ${family}\r\n\r\n`,
		`Event: Hangup\r\n${"X: y\r\n".repeat(200_000)}Uniqueid: ${family}\r\n\r\n`,
	];
	const took: number[] = [];
	for (const block of blocks) {
		const before = (await stage.blind()).length;
		const began = performance.now();
		const seesAgain = stage.faults.begin("events-lost");
		stage.pbx.sendRaw(block);
		await until("it is a row", async () => (await stage.blind()).length > before);
		// Once a minute, see put-aside.ts; the first one at once.
		await until("the log says it", isAlarmed);
		seesAgain();
		took.push(performance.now() - began);
		expect(await outcomeOf(number)).toBe("talking");
	}
	goal("a block that no PBX writes is told as lost events and logged, the slowest", Math.max(...took), 1_000, "ms");
	expect(await stage.state()).toBe("connected");
	expect(await stage.agree()).toMatchObject({ calls: 1 });
	expect((await stage.blind()).map(({ cause }) => cause)).toEqual(blocks.map(() => "events-lost"));
}, 180_000);
