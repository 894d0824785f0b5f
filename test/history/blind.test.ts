import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Observed } from "../../server/protocol/observed.ts";
import { PbxCheck } from "../../server/protocol/pbx.ts";
import { asExpected } from "../end-to-end/as-expected.ts";
import { assertInvariants } from "../end-to-end/invariants.ts";
import { type Employee, Office } from "../end-to-end/office.ts";
import { until } from "../end-to-end/until.ts";
import { type FaultProxy, faultProxy } from "../faults/proxy.ts";
import { pause } from "../lab/floor.ts";
import { type StartedLab, startLab } from "../lab/lab.ts";

const docker = promisify(execFile);

describe.each(["cel-sqlite", "cel-csv"] as const)("with the journal in %s", { timeout: 90_000 }, (kind) => {
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
		await Promise.all(["101", "102", "103"].map((extension) => office.hire("agent", extension)));
		const file = kind === "cel-sqlite" ? "master.db" : "cel-custom/Master.csv";
		const history = { kind, path: join(started.lab.journalFolder, file) };
		({ id: pbxId } = await office.addPbx(started.lab, { port: gate.port, history }));
		await office.pbxBecomes(pbxId, "connected");
	}, 120_000);
	afterAll(async () => {
		await office?.close();
		await gate?.close();
		await started?.stop();
	}, 60_000);

	const observed = async () => Observed.parse(await office.do(supervisor, "GET", `/api/pbx/${pbxId}/observed`));
	const callsOf = (number: string) => office.calls(supervisor, { number });
	const callWhich = (
		number: string,
		what: string,
		fits: (call: Awaited<ReturnType<typeof callsOf>>[number]) => boolean,
		within = 12_000,
	) => until(`${number} ${what}`, async () => (await callsOf(number)).find(fits) ?? null, within);
	const theOnlyCall = async (number: string) => {
		const calls = await callsOf(number);
		expect(calls).toHaveLength(1);
		const { rows } = await office.pool.query("select 1 from obligations where number = $1", [number]);
		expect(rows).toHaveLength(1);
		return calls[0];
	};

	it("calls made while the link was down are recovered, each once and owed once, and the blind time is told", async () => {
		const floor = started.lab.floor(1);
		await floor.reset();
		await floor.phone(1, { does: "answer", after: 0.3 });
		await floor.phone(2, { does: "answer", after: 2 });
		// One rings when the link breaks, and is answered and over when it comes back.
		const rings = await floor.customer({ from: "0504440001", to: floor.direct(2) });
		await floor.ringing(2);
		await callWhich("+380504440001", "rings", ({ legs }) => legs.length === 1);
		gate.shut();
		await office.pbxBecomes(pbxId, "away");
		const talked = await floor.customer({ from: "0504440002", name: "IVANENKO", to: floor.direct(1) });
		await floor.talking(1);
		await floor.talking(2);
		const missed = await floor.customer({ from: "0504440003", to: floor.service("salesQueue") });
		await floor.ringing(3);
		await pause(1200);
		for (const call of [rings, talked, missed]) await call.hangUp();
		await floor.idle();
		gate.open();
		await office.pbxBecomes(pbxId, "connected");
		const backAt = Date.now();

		const two = await callWhich("+380504440002", "is recovered", ({ endedAt }) => endedAt !== null);
		await callWhich("+380504440003", "is recovered", ({ endedAt }) => endedAt !== null);
		await callWhich(
			"+380504440001",
			"is known as answered",
			({ outcome, talkSeconds }) => outcome === "answered" && talkSeconds > 0,
		);
		console.log(`${kind}: three calls recovered ${Date.now() - backAt} ms after the link was back`);
		expect(two.recovered).toBe(true);
		expect(asExpected(two)).toMatchObject({
			direction: "inbound",
			outcome: "answered",
			did: "0442001001",
			callerName: "IVANENKO",
			legs: [{ extension: "101", result: "answered" }],
		});
		const first = await theOnlyCall("+380504440001");
		expect(first).toMatchObject({
			outcome: "answered",
			recovered: true,
			legs: [{ extension: "102", result: "answered" }],
		});
		await theOnlyCall("+380504440002");
		const lost = await theOnlyCall("+380504440003");
		expect(lost).toMatchObject({ outcome: "missed", queue: "sales-1", recovered: true });
		// The two others were speaking: the queue rang only who was free.
		expect(lost?.legs.map(({ extension }) => extension)).toEqual(["103"]);

		const told = await until("the blind time is looked into", async () => {
			const now = await observed();
			return now.windows[0]?.reconciledAt && now.windows[0].recovered >= 3 ? now : null;
		});
		expect(told.windows).toHaveLength(1);
		expect(told.windows[0]).toMatchObject({ cause: "link-lost", recovered: 3 });
		expect(told.journal).toMatchObject({ kind, problem: null });
	});

	it("the doctor reads the journal", async () => {
		const { findings } = PbxCheck.parse(await office.do(office.admin, "POST", `/api/pbx/${pbxId}/check`));
		expect(findings.find(({ code }) => code === "journal")).toMatchObject({ level: "ok" });
	});

	it("calls made while the server was down are recovered, and the time is told", async () => {
		const floor = started.lab.floor(1);
		await floor.reset();
		await floor.phone(1, { does: "answer", after: 0.3 });
		await office.stop();
		const call = await floor.customer({ from: "0504440004", to: floor.direct(1) });
		await floor.talking(1);
		await pause(1000);
		await call.hangUp();
		await floor.idle();
		await office.start();
		await callWhich("+380504440004", "is recovered", ({ outcome }) => outcome === "answered");
		expect(await theOnlyCall("+380504440004")).toMatchObject({ recovered: true });
		const { windows } = await until("the window is closed", async () => {
			const now = await observed();
			return now.windows[0]?.to && now.windows[0].recovered > 0 ? now : null;
		});
		expect(windows[0]).toMatchObject({ cause: "server-stopped", recovered: 1 });
	});

	it("Asterisk is killed under calls, of which one began unseen: all are interrupted and owed within 10 s of its return", async () => {
		const floor = started.lab.floor(1);
		await floor.reset();
		await floor.phone(1, { does: "answer", after: 0.3 });
		await floor.phone(2, { does: "answer", after: 0.3 });
		await floor.customer({ from: "0504440005", to: floor.direct(1) });
		await floor.talking(1);
		await callWhich("+380504440005", "talks", ({ outcome }) => outcome === "talking");
		gate.shut();
		await office.pbxBecomes(pbxId, "away");
		await floor.customer({ from: "0504440006", to: floor.direct(2) });
		await floor.talking(2);
		await pause(1500);
		const { container } = started.lab.address.pbx;
		await docker("docker", ["kill", "--signal=KILL", container]);
		await docker("docker", ["start", container]);
		const { stdout } = await docker("docker", ["port", container, "5038/tcp"]);
		gate.to = { host: "127.0.0.1", port: Number(/:(\d+)\s*$/m.exec(stdout)?.[1]) };
		gate.open();
		await office.pbxBecomes(pbxId, "connected", 30_000);
		const backAt = Date.now();
		await callWhich("+380504440005", "is over", ({ endedAt }) => endedAt !== null);
		await callWhich("+380504440006", "is over", ({ endedAt }) => endedAt !== null);
		const after = Date.now() - backAt;
		console.log(`${kind}: interrupted calls ended ${after} ms after the PBX was back`);
		expect(after).toBeLessThan(10_000);
		expect(await theOnlyCall("+380504440005")).toMatchObject({ outcome: "answered", interrupted: true });
		expect(await theOnlyCall("+380504440006")).toMatchObject({
			outcome: "answered",
			interrupted: true,
			recovered: true,
			legs: [{ extension: "102", result: "answered" }],
		});
	});

	it("after all of it the journal, the calls and the debts agree", async () => {
		const counted = await assertInvariants(office.pool, pbxId, started.lab);
		expect(counted.families).toBeGreaterThanOrEqual(6);
	});
});
