import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Call } from "../../server/protocol/call.ts";
import type { Floor } from "../lab/floor.ts";
import { type StartedLab, startLab } from "../lab/lab.ts";
import { expectedOn, type Scenario } from "../lab/scenario.ts";
import { scenarios } from "../lab/scenarios.ts";
import { asExpected, isOfFloor, seenOf } from "./as-expected.ts";
import { callOf, type Desk } from "./desk.ts";
import { assertInvariants } from "./invariants.ts";
import { type Employee, Office } from "./office.ts";
import { sitDown } from "./staff.ts";
import { until } from "./until.ts";

const begun = scenarios.filter(({ before }) => before);
/** Who must see the pop-up although the phone rang already when the server began, by scenario. */
const ringing: Readonly<Record<string, readonly number[]>> = {
	"server-starts-in-mid-call": [],
	"server-starts-while-ringing": [1],
	"server-starts-while-queueing": [1, 2, 3],
};

describe("the server starts while calls are under way", { timeout: 60_000 }, () => {
	let started: StartedLab;
	let office: Office;
	let supervisor: Employee;
	let desks: Desk[];
	let calls: Call[];
	let pbxId: string;
	const played: { scenario: Scenario; floor: Floor }[] = [];

	/** Each on a floor of its own, all at the same time, and the server begins in the middle of them. */
	beforeAll(async () => {
		[started, office] = await Promise.all([startLab(), Office.open()]);
		supervisor = await office.hire("supervisor", null);
		const extensions = ["1", "2", "3"].flatMap((floor) => ["1", "2", "3"].map((last) => `${floor}0${last}`));
		const agents = await Promise.all(extensions.map((extension) => office.hire("agent", extension)));
		({ id: pbxId } = await office.addPbx(started.lab));
		await office.stop();
		for (const [at, scenario] of begun.entries()) {
			const floor = started.lab.floor(at === 0 ? 1 : at === 1 ? 2 : 3);
			await floor.reset();
			played.push({ scenario, floor });
		}
		await Promise.all(played.map(({ scenario, floor }) => scenario.before?.(floor)));
		await office.start();
		desks = await sitDown(office, agents, 1);
		await Promise.all(played.map(({ scenario, floor }) => scenario.play(floor)));
		calls = await until("the calls are over", async () => {
			const all = await office.calls(supervisor, {});
			return all.length >= played.length && all.every(({ endedAt }) => endedAt !== null) ? all : null;
		});
	}, 120_000);
	afterAll(async () => {
		await office?.close();
		await started?.stop();
	}, 60_000);

	for (const scenario of begun) {
		it(`${scenario.title} (${scenario.name})`, async () => {
			const floor = played.find((one) => one.scenario === scenario)?.floor;
			if (!floor) throw new Error("It was not played");
			const own = calls.filter((call) => isOfFloor(call, floor));
			const expected = expectedOn(floor, scenario);
			expect(own.map(asExpected)).toEqual(expected.map((call, at) => seenOf(call, own[at])));
			const [call] = own;
			const popped = (ringing[scenario.name] ?? []).map((last) => floor.extension(last));
			for (const desk of desks.filter(({ who }) => who.extension?.startsWith(String(floor.number)))) {
				const shown = [
					...desk.snapshots().flatMap((snapshot) => snapshot.ringing.map((pop) => pop.call.id)),
					...desk.ofCalls.filter(({ message }) => message.type === "call.ringing").map((told) => callOf(told).id),
				];
				expect(new Set(shown), desk.who.name).toEqual(
					new Set(popped.includes(desk.who.extension ?? "") ? [call?.id] : []),
				);
				const last = desk.ofCalls.findLast((told) => callOf(told).id === call?.id);
				if (shown.length > 0) expect(last && callOf(last).endedAt, desk.who.name).not.toBeNull();
			}
		});
	}

	it("the PBX's own journal, the calls and what is owed for them agree", async () => {
		await assertInvariants(office.pool, pbxId, started.lab);
		expect(office.log).toEqual([]);
	});
});
