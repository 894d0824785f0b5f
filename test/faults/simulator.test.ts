import { expect, test } from "vitest";
import { judge } from "./oracle.ts";
import { runSchedule } from "./schedule.ts";

/** DZVIN_SCHEDULES=1000000 for a long run. */
const schedules = Number(process.env.DZVIN_SCHEDULES ?? 20_000);
/** Of the first schedule; each next one has the next number. */
const firstSeed = Number(process.env.DZVIN_SEED ?? 1);
/** Schedules that are told of in full when many fail. */
const mostTold = 5;

test("under every schedule of faults each call of the PBX is one call, over, owed once, and what it is alone", {
	timeout: 60_000 + schedules * 20,
}, () => {
	const began = performance.now();
	const sum = { calls: 0, compared: 0, unseen: 0, faults: 0 };
	const failed: string[] = [];
	let failures = 0;
	for (let seed = firstSeed; seed < firstSeed + schedules; seed++) {
		const ended = runSchedule(seed);
		const { wrong, calls, compared, unseen } = judge(ended);
		sum.calls += calls;
		sum.compared += compared;
		sum.unseen += unseen;
		sum.faults += ended.faults.length;
		if (wrong.length === 0) continue;
		failures++;
		if (failures > mostTold) continue;
		failed.push(
			[
				`DZVIN_SEED=${seed} DZVIN_SCHEDULES=1 npm test -- test/faults/simulator.test.ts`,
				...ended.pbx.names,
				...ended.faults,
				...wrong,
			].join("\n  "),
		);
	}
	const seconds = ((performance.now() - began) / 1000).toFixed(1);
	console.log(
		`${schedules} schedules in ${seconds} s: ${sum.faults} faults, ${sum.calls} calls, ${sum.compared} seen whole and ` +
			`compared, ${sum.unseen} sent to nobody, ${failures} schedules failed`,
	);
	expect(failed.join("\n"), `${failures} schedules failed`).toBe("");
});
