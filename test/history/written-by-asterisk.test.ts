import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Call } from "../../server/protocol/call.ts";
import { Observed } from "../../server/protocol/observed.ts";
import type { PbxHistoryInput } from "../../server/protocol/pbx.ts";
import { asExpected, isOfFloor } from "../end-to-end/as-expected.ts";
import { assertInvariants } from "../end-to-end/invariants.ts";
import { type Employee, Office } from "../end-to-end/office.ts";
import { until } from "../end-to-end/until.ts";
import { type FaultProxy, faultProxy } from "../faults/proxy.ts";
import { type LabWithDatabases, startLabWithDatabases } from "../lab/journals.ts";
import { expectedOn } from "../lab/scenario.ts";
import { scenarios } from "../lab/scenarios.ts";

/** What each of the four floors does, one after the other. */
const plan = [
	["queue-answered", "direct-not-answered"],
	["queue-given-up", "direct-answered"],
	["blind-transfer-answered", "internal-answered"],
	["attended-transfer-completed", "outbound-answered"],
].map((names, index) => ({
	floor: ([1, 2, 3, 4] as const)[index] ?? 1,
	played: names.map((name) => {
		const scenario = scenarios.find((one) => one.name === name);
		if (!scenario) throw new Error(`no scenario is called ${name}`);
		return scenario;
	}),
}));

/** A company whose server reads one of the journals. */
interface Company {
	readonly office: Office;
	readonly supervisor: Employee;
	readonly pbxId: string;
}

const kinds = ["cel-sqlite", "mysql", "postgres", "cdr-csv"] as const;
type Kind = (typeof kinds)[number];

describe("what the PBX itself wrote while nobody listened", { timeout: 120_000 }, () => {
	let started: LabWithDatabases;
	let gate: FaultProxy;
	const companies = new Map<Kind, Company>();

	beforeAll(async () => {
		started = await startLabWithDatabases();
		const { host, ami } = started.lab.address.pbx;
		gate = await faultProxy({ host, port: ami });
		for (const kind of kinds) companies.set(kind, await found(historyOf(kind)));
		// Nothing of it is heard by any server.
		gate.shut();
		for (const { office, pbxId } of companies.values()) await office.pbxBecomes(pbxId, "away");
		await Promise.all(
			plan.map(async ({ floor: number, played }) => {
				const floor = started.lab.floor(number);
				for (const scenario of played) {
					await floor.reset();
					await scenario.play(floor);
				}
			}),
		);
		gate.open();
		for (const { office, pbxId } of companies.values()) await office.pbxBecomes(pbxId, "connected");
	}, 180_000);
	afterAll(async () => {
		for (const { office } of companies.values()) await office.close();
		await gate?.close();
		await started?.stop();
	}, 60_000);

	function historyOf(kind: Kind): PbxHistoryInput {
		const { lab, mariaDb, postgres } = started;
		switch (kind) {
			case "cel-sqlite":
				return { kind, path: join(lab.journalFolder, "master.db") };
			case "cdr-csv":
				return { kind, path: join(lab.journalFolder, "cdr-csv/Master.csv") };
			case "mysql":
				return mariaDb.history;
			case "postgres":
				return postgres.history;
			default:
				return kind satisfies never;
		}
	}

	async function found(history: PbxHistoryInput): Promise<Company> {
		const office = await Office.open();
		const supervisor = await office.hire("supervisor", null);
		const { id: pbxId } = await office.addPbx(started.lab, { port: gate.port, history });
		await office.pbxBecomes(pbxId, "connected");
		return { office, supervisor, pbxId };
	}

	const wanted = plan.flatMap(({ played }) => played.flatMap(({ expected }) => expected)).length;

	/** All calls, when as many as there must be are there and over. */
	const recovered = ({ office, supervisor }: Company) =>
		until(
			"all are there",
			async () => {
				const { rows } = await office.pool.query<{ id: string; over: boolean }>(
					"select id, ended_at is not null as over from calls order by id",
				);
				if (rows.length < wanted || !rows.every(({ over }) => over)) return null;
				const calls: Call[] = [];
				for (const { id } of rows) calls.push(Call.parse(await office.do(supervisor, "GET", `/api/calls/${id}`)));
				return calls;
			},
			30_000,
		);

	/** The last day is compared as a whole, as it is every hour. */
	const counted = async ({ office, supervisor, pbxId }: Company) => {
		await office.pool.query("update observations set counted_at = null");
		await office.stop();
		await office.start();
		return await until(
			"it is counted",
			async () => {
				const observed = Observed.parse(await office.do(supervisor, "GET", `/api/pbx/${pbxId}/observed`));
				expect(observed.journal?.problem ?? null).toBeNull();
				return observed.daily;
			},
			20_000,
		);
	};

	const companyOf = (kind: Kind): Company => {
		const company = companies.get(kind);
		if (!company) throw new Error(`nobody reads ${kind}`);
		return company;
	};

	it.each(["cel-sqlite", "mysql", "postgres"] as const)(
		"is recovered from %s as it would have been seen",
		async (kind) => {
			const company = companyOf(kind);
			const calls = await recovered(company);
			for (const { floor: number, played } of plan) {
				const floor = started.lab.floor(number);
				// The journal names no recordings.
				const expected = played.flatMap((scenario) =>
					expectedOn(floor, scenario).map(({ answeredBy: _, ...call }) => ({ ...call, recordings: 0 })),
				);
				const told = calls.filter((call) => isOfFloor(call, floor)).sort(byLinkedId);
				expect(told.map((call) => ({ ...asExpected(call), recordings: 0 }))).toMatchObject(expected);
			}
			expect(calls).toHaveLength(wanted);
			expect(calls.every((call) => call.recovered)).toBe(true);
			const { made: _, ...journal } = await assertInvariants(company.office.pool, company.pbxId, started.lab);
			expect(await counted(company)).toMatchObject({ ...journal, calls: wanted, missing: 0 });
		},
	);

	it("is found in CDR, with direction and outcome", async () => {
		const company = companyOf("cdr-csv");
		const calls = await recovered(company);
		const inBrief = ({ direction, outcome }: { direction: string; outcome: string }) => `${direction} ${outcome}`;
		for (const { floor: number, played } of plan) {
			const floor = started.lab.floor(number);
			const told = calls.filter((call) => isOfFloor(call, floor)).sort(byLinkedId);
			expect(told.map(inBrief)).toEqual(played.flatMap(({ expected }) => expected.map(inBrief)));
		}
		expect(await counted(company)).toMatchObject({ missing: 0 });
	});
});

function byLinkedId(a: Call, b: Call): number {
	const [one = 0, other = 0] = [a, b].map(({ linkedId }) => Number(linkedId.split(".").at(-1)));
	return one - other;
}
