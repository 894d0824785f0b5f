import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Call } from "../../server/protocol/call.ts";
import { Observed } from "../../server/protocol/observed.ts";
import { asExpected, isOfFloor } from "../end-to-end/as-expected.ts";
import { assertInvariants } from "../end-to-end/invariants.ts";
import { type Employee, Office } from "../end-to-end/office.ts";
import { until } from "../end-to-end/until.ts";
import { type FaultProxy, faultProxy } from "../faults/proxy.ts";
import { type Floor, pause } from "../lab/floor.ts";
import { type StartedLab, startLab } from "../lab/lab.ts";
import { expectedOn, type Scenario } from "../lab/scenario.ts";
import { scenarios } from "../lab/scenarios.ts";

const floors = [1, 2, 3, 4] as const;
const played = scenarios.filter(({ before }) => !before);

/** A scenario that was played, and when. */
interface Played {
	readonly scenario: Scenario;
	readonly floor: Floor;
	readonly from: number;
}

describe("live road and journal agree on every scenario", { timeout: 300_000 }, () => {
	let started: StartedLab;
	let office: Office;
	let supervisor: Employee;
	let gate: FaultProxy;
	let pbxId: string;

	beforeAll(async () => {
		[started, office] = await Promise.all([startLab(), Office.open()]);
		const { host, ami } = started.lab.address.pbx;
		gate = await faultProxy({ host, port: ami });
		supervisor = await office.hire("supervisor", null);
		const history = { kind: "cel-csv" as const, path: join(started.lab.journalFolder, "cel-custom/Master.csv") };
		({ id: pbxId } = await office.addPbx(started.lab, { port: gate.port, history }));
		await office.pbxBecomes(pbxId, "connected");
	}, 180_000);
	afterAll(async () => {
		await office?.close();
		await gate?.close();
		await started?.stop();
	}, 60_000);

	/** Every scenario once, on four floors at a time. */
	async function playAll(): Promise<Played[]> {
		const left = [...played];
		const done: Played[] = [];
		const on = async (floor: Floor) => {
			for (let scenario = left.shift(); scenario; scenario = left.shift()) {
				await floor.reset();
				const from = Math.floor(Date.now() / 1000 - 1) * 1000;
				await scenario.play(floor);
				done.push({ scenario, floor, from });
			}
		};
		await Promise.all(floors.map((number) => on(started.lab.floor(number))));
		return done;
	}
	const callsSince = async (from: number) => {
		const { rows } = await office.pool.query<{ id: string }>(
			"select id from calls where started_at >= $1 order by id",
			[new Date(from)],
		);
		const calls: Call[] = [];
		for (const { id } of rows) calls.push(Call.parse(await office.do(supervisor, "GET", `/api/calls/${id}`)));
		return calls;
	};
	const observed = async () => Observed.parse(await office.do(supervisor, "GET", `/api/pbx/${pbxId}/observed`));
	/** The last day is compared as a whole, as it is every hour. */
	const counted = async () => {
		// What was written within the last seconds is left to the live road.
		await pause(4000);
		await office.pool.query("update observations set counted_at = null");
		await office.stop();
		await office.start();
		return await until("it is counted", async () => (await observed()).daily, 20_000);
	};

	it("what was seen live is not recovered again, and nothing is missing", async () => {
		const all = await playAll();
		await office.pbxBecomes(pbxId, "connected");
		await until("the calls are over", async () => {
			const { rows } = await office.pool.query("select 1 from calls where ended_at is null");
			return rows.length === 0 ? true : null;
		});
		const daily = await counted();
		const { rows } = await office.pool.query("select linked_id, outcome from calls where recovered");
		expect(rows).toEqual([]);
		expect(daily).toMatchObject({ missing: 0 });
		expect(daily.families).toBeGreaterThanOrEqual(all.length);
		const journal = await assertInvariants(office.pool, pbxId, started.lab);
		expect(daily).toMatchObject({ families: journal.families, external: journal.external });
	});

	it("what was not seen at all is recovered as it would have been seen", async () => {
		gate.shut();
		await office.pbxBecomes(pbxId, "away");
		const all = await playAll();
		gate.open();
		await office.pbxBecomes(pbxId, "connected");
		const begun = Math.min(...all.map(({ from }) => from));
		const wanted = all.reduce((sum, { scenario }) => sum + scenario.expected.length, 0);
		const calls = await until(
			"all are there",
			async () => {
				const found = await callsSince(begun);
				return found.length >= wanted && found.every(({ endedAt }) => endedAt !== null) ? found : null;
			},
			20_000,
		);
		// A beginning is only known to the second: the scenarios of a floor are told apart by their order.
		for (const number of floors) {
			const floor = started.lab.floor(number);
			const mine = all.filter((one) => one.floor.number === number);
			const expected = mine.flatMap(({ scenario }) =>
				// The journal names no recordings.
				expectedOn(floor, scenario).map(({ answeredBy: _, ...call }) => ({ ...call, recordings: 0 })),
			);
			const told = calls.filter((call) => isOfFloor(call, floor)).sort(byLinkedId);
			expect(told.map((call) => ({ ...asExpected(call), recordings: 0 }))).toMatchObject(expected);
		}
		expect(calls).toHaveLength(wanted);
		await assertInvariants(office.pool, pbxId, started.lab);
		expect(await counted()).toMatchObject({ missing: 0 });
		console.log(`${all.length} scenarios, ${calls.length} calls: all recovered from the journal alone`);
	});
});

function byLinkedId(a: Call, b: Call): number {
	const [one = 0, other = 0] = [a, b].map(({ linkedId }) => Number(linkedId.split(".").at(-1)));
	return one - other;
}
