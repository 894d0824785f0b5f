import { execFile } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { goal } from "../faults/live/goals.ts";
import { shownOn, waitingIn } from "../faults/live/watched.ts";
import { MadeFaults } from "../faults/made-faults.ts";
import { type FaultProxy, faultProxy } from "../faults/proxy.ts";
import { type Floor, type FloorNumber, pause } from "../lab/floor.ts";
import { accounts, type StartedLab, startLab } from "../lab/lab.ts";
import { asExpected } from "./as-expected.ts";
import { assertInvariants } from "./invariants.ts";
import { type Employee, Office } from "./office.ts";
import { until } from "./until.ts";

const docker = promisify(execFile);

describe("when the way to the PBX, the PBX or the server breaks", { timeout: 60_000 }, () => {
	let started: StartedLab;
	let office: Office;
	let supervisor: Employee;
	let agents: Employee[];
	let gate: FaultProxy;
	let pbxId: string;
	const faults = new MadeFaults();

	beforeAll(async () => {
		[started, office] = await Promise.all([startLab(), Office.open()]);
		const { host, ami } = started.lab.address.pbx;
		gate = await faultProxy({ host, port: ami });
		supervisor = await office.hire("supervisor", null);
		agents = await Promise.all(["101", "102", "103"].map((extension) => office.hire("agent", extension)));
		({ id: pbxId } = await office.addPbx(started.lab, { port: gate.port }));
		await office.pbxBecomes(pbxId, "connected");
	}, 120_000);
	afterAll(async () => {
		await office?.close();
		await gate?.close();
		await started?.stop();
	}, 60_000);

	const onFloor = async (number: FloorNumber): Promise<Floor> => {
		const floor = started.lab.floor(number);
		await floor.reset();
		return floor;
	};
	const callsOf = (number: string) => office.calls(supervisor, { number });
	const callWhich = (
		number: string,
		what: string,
		fits: (call: Awaited<ReturnType<typeof callsOf>>[number]) => boolean,
	) => until(`${number} ${what}`, async () => (await callsOf(number)).find(fits) ?? null);
	/** The server is stopped and started again; `meanwhile` there is none. */
	const restart = async (meanwhile?: () => Promise<unknown>) => {
		const seesAgain = faults.begin("server-stopped");
		await office.stop();
		await meanwhile?.();
		await office.start();
		seesAgain();
	};
	const agree = async () =>
		await assertInvariants(office.pool, pbxId, started.lab, {
			faults: faults.all,
			shown: shownOn(office.desks.map(({ told }) => ({ messages: told.map(({ message }) => message) }))),
			tooMuch: () => waitingIn({ base: office.server.address(), memory: () => 0 }),
		});
	/** One call and one debt, whatever happened in between. */
	const theOnlyCall = async (number: string) => {
		const calls = await callsOf(number);
		expect(calls).toHaveLength(1);
		const { rows } = await office.pool.query("select 1 from obligations where number = $1", [number]);
		expect(rows).toHaveLength(1);
		return calls[0];
	};

	it("a cut link is seen and mended; a call that ended meanwhile does not stay live, another goes on", async () => {
		const floor = await onFloor(1);
		await floor.phone(1, { does: "answer", after: 0.3 });
		await floor.phone(2, { does: "answer", after: 0.3 });
		const ended = await floor.customer({ from: "0503330001", to: floor.direct(1) });
		await floor.talking(1);
		const lasting = await floor.customer({ from: "0503330002", to: floor.direct(2) });
		await floor.talking(2);
		const desk = await office.sit(agents[0] ?? supervisor);
		await callWhich("+380503330002", "talks", ({ outcome }) => outcome === "talking");
		const cutAt = Date.now();
		const seesAgain = faults.begin("link-lost");
		gate.shut();
		const away = await office.pbxBecomes(pbxId, "away", 5_000);
		expect(away.problem).toContain("closed the connection");
		const seenAfter = Date.now() - cutAt;
		await ended.hangUp();
		await pause(1000);
		const openedAt = Date.now();
		gate.open();
		await office.pbxBecomes(pbxId, "connected", 8_000);
		const backAfter = Date.now() - openedAt;
		seesAgain();
		const over = await callWhich("+380503330001", "is over", ({ endedAt }) => endedAt !== null);
		expect(over).toMatchObject({ outcome: "answered", recovered: true });
		await until(
			"the agent's card closes",
			() => desk.ofCalls.some(({ message }) => message.type === "call.ended" && message.call.id === over.id) || null,
		);
		expect(await theOnlyCall("+380503330002")).toMatchObject({ outcome: "talking", endedAt: null });
		await lasting.hangUp();
		await callWhich("+380503330002", "is over", ({ endedAt }) => endedAt !== null);
		expect(await theOnlyCall("+380503330002")).toMatchObject({ outcome: "answered", recovered: false });
		await theOnlyCall("+380503330001");
		desk.close();
		console.log(`cut seen after ${seenAfter} ms, connected ${backAfter} ms after the way was free`);
	});

	/** Twenty-four calls at once, some answered and some not; half of them end while `blind`, none before `meanwhile` is over. */
	const manyCalls = async (
		prefix: string,
		meanwhile: () => Promise<void>,
		blind: (end: () => Promise<void>) => Promise<void>,
	) => {
		const floors = [await onFloor(1), await onFloor(2), await onFloor(3), await onFloor(4)];
		// On each floor 1 to 4 pick up, 5 and 6 let it ring.
		for (const floor of floors) {
			for (const last of [1, 2, 3, 4]) await floor.phone(last, { does: "answer", after: 0.2 * last });
		}
		const dialled = floors.flatMap((floor) => [1, 2, 3, 4, 5, 6].map((last) => ({ floor, last })));
		const numberOf = (at: number) => `${prefix}${String(at).padStart(2, "0")}`;
		const from = new Date(Math.floor(Date.now() / 1000 - 1) * 1000).toISOString();
		const calls = await Promise.all(
			dialled.map(({ floor, last }, at) => floor.customer({ from: numberOf(at), to: floor.direct(last) })),
		);
		await meanwhile();
		await blind(async () => {
			await Promise.all(calls.slice(0, 12).map((call) => call.hangUp()));
		});
		await Promise.all(calls.slice(12).map((call) => call.hangUp()));
		for (const floor of floors) await floor.idle();
		const over = await until("all calls are over", async () => {
			const all = (await office.calls(supervisor, { from })).filter(({ rawNumber }) => rawNumber.startsWith(prefix));
			return all.length >= dialled.length && all.every(({ endedAt }) => endedAt !== null) ? all : null;
		});
		const expected = dialled.map(({ floor, last }, at) => ({
			rawNumber: numberOf(at),
			did: floor.direct(last),
			outcome: last <= 4 ? "answered" : "missed",
			legs: [floor.extension(last)],
		}));
		const seen = over.map(({ rawNumber, did, outcome, legs }) => ({
			rawNumber,
			did,
			outcome,
			legs: legs.map(({ extension }) => extension),
		}));
		expect(seen.sort((a, b) => a.rawNumber.localeCompare(b.rawNumber))).toEqual(expected);
		await agree();
	};

	it("the link is cut again and again under many calls: each is one call, owed once, over, and with the right end", async () => {
		await manyCalls(
			"05033400",
			async () => {
				for (let cut = 0; cut < 4; cut++) {
					await pause(500);
					const seesAgain = faults.begin("link-lost");
					gate.shut();
					await pause(300);
					gate.open();
					await office.pbxBecomes(pbxId, "connected", 8_000);
					seesAgain();
				}
			},
			async (end) => {
				const seesAgain = faults.begin("link-lost");
				gate.shut();
				await end();
				gate.open();
				seesAgain();
			},
		);
	});

	it("the server restarts again and again under many calls: each is one call, owed once, over, and with the right end", async () => {
		await manyCalls(
			"05033500",
			async () => {
				for (let time = 0; time < 4; time++) {
					await pause(400);
					await restart();
				}
			},
			restart,
		);
	});

	it("a PBX that is frozen is away within 5 s and comes back by itself", async () => {
		const desk = await office.sit(supervisor);
		const frozenAt = Date.now();
		const seesAgain = faults.begin("link-lost");
		await docker("docker", ["pause", started.lab.address.pbx.container]);
		try {
			const away = await office.pbxBecomes(pbxId, "away", 6_000);
			expect(away.problem).toMatch(/does not answer/);
			await until(
				"everybody sees it",
				() => desk.told.some(({ message }) => message.type === "pbx.state" && message.pbx.state === "away") || null,
			);
			goal("a frozen PBX is told of after", Date.now() - frozenAt, 5_000, "ms");
		} finally {
			await docker("docker", ["unpause", started.lab.address.pbx.container]);
		}
		await office.pbxBecomes(pbxId, "connected", 15_000);
		seesAgain();
		desk.close();
	});

	it("a wrong secret is told as such with the line to mend, is not tried again and again, and works once it is right", async () => {
		const before = gate.passed;
		const events = { ...accounts.events, secret: "not the secret" };
		const pbx = await office.addPbx(started.lab, { name: "Wrong secret", port: gate.port, events });
		const refused = await office.pbxBecomes(pbx.id, "login-refused");
		expect(refused.problem).toContain("[events]");
		expect(refused.problem).toContain("manager reload");
		await pause(4000);
		expect(gate.passed - before).toBe(1);
		await office.do(office.admin, "PATCH", `/api/pbx/${pbx.id}`, { events: accounts.events });
		await office.pbxBecomes(pbx.id, "connected");
		await office.do(office.admin, "DELETE", `/api/pbx/${pbx.id}`);
	});

	it("AMI over TLS: the PBX is proven by its authority or its fingerprint, and refused otherwise", async () => {
		const certificate = await readFile(started.lab.tlsCertificateFile, "utf8");
		const fingerprint = new X509Certificate(certificate).fingerprint256;
		const port = started.lab.address.pbx.amiTls;
		const proven = [
			await office.addPbx(started.lab, { name: "By authority", port, tls: { ca: certificate } }),
			await office.addPbx(started.lab, { name: "By fingerprint", port, tls: { fingerprint } }),
		];
		const unproven = [
			await office.addPbx(started.lab, { name: "Unknown authority", port, tls: true }),
			await office.addPbx(started.lab, { name: "Wrong fingerprint", port, tls: { fingerprint: "00".repeat(32) } }),
		];
		for (const { id } of proven) await office.pbxBecomes(id, "connected");
		// Changing something else does not lose the proof.
		for (const { id, name } of proven) {
			await office.changePbx(id, { name: `${name}, renamed`, tls: true });
		}
		for (const { id } of unproven) {
			expect((await office.pbxBecomes(id, "away")).problem).toMatch(/certificate/);
		}
		for (const { id } of [...proven, ...unproven]) await office.do(office.admin, "DELETE", `/api/pbx/${id}`);
	});

	it("the server restarts while a queue rings: one call, one debt, and the call is known as before", async () => {
		const floor = await onFloor(1);
		const call = await floor.customer({ from: "0503330004", to: floor.service("salesQueue") });
		await floor.ringing(3);
		await callWhich("+380503330004", "rings three", ({ legs }) => legs.length === 3);
		await restart();
		const desk = await office.sit(agents[2] ?? supervisor);
		await until(
			"the pop-up is there again",
			() =>
				desk.snapshots().some(({ ringing }) => ringing.length === 1) ||
				desk.ofCalls.some(({ message }) => message.type === "call.ringing") ||
				null,
		);
		await office.pbxBecomes(pbxId, "connected");
		await pause(500);
		await call.hangUp();
		await until("the pop-up closes", () => desk.ofCalls.some(({ message }) => message.type === "call.ended") || null);
		await callWhich("+380503330004", "is over", ({ endedAt }) => endedAt !== null);
		const only = await theOnlyCall("+380503330004");
		expect(only && asExpected(only)).toMatchObject({
			direction: "inbound",
			outcome: "missed",
			did: "0442001200",
			queue: "sales-1",
			legs: ["101", "102", "103"].map((extension) => ({ extension, result: "cancelled" })),
		});
		desk.close();
	});

	it("the server restarts in mid-call: one call, one debt, with its number, its people, its recording and its length", async () => {
		const floor = await onFloor(1);
		await floor.phone(3, { does: "answer", after: 0.5 });
		const call = await floor.customer({ from: "0503330005", name: "IVANENKO", to: floor.service("salesQueue") });
		await floor.talking(3);
		const talkingSince = Date.now();
		await callWhich("+380503330005", "talks", ({ outcome }) => outcome === "talking");
		await pause(500);
		await restart();
		await office.pbxBecomes(pbxId, "connected");
		await pause(1500);
		await call.hangUp();
		const talked = (Date.now() - talkingSince) / 1000;
		await callWhich("+380503330005", "is over", ({ endedAt }) => endedAt !== null);
		const only = await theOnlyCall("+380503330005");
		expect(only && asExpected(only)).toEqual({
			direction: "inbound",
			outcome: "answered",
			number: "+380503330005",
			did: "0442001200",
			queue: "sales-1",
			legs: [
				{ extension: "101", result: "elsewhere" },
				{ extension: "102", result: "elsewhere" },
				{ extension: "103", result: "answered" },
			],
			talked: true,
			recordings: 1,
			callerName: "IVANENKO",
		});
		expect(Math.abs((only?.talkSeconds ?? 0) - talked)).toBeLessThan(1.5);
	});

	it("a call that ended while the server was down does not stay live", async () => {
		const floor = await onFloor(1);
		await floor.phone(1, { does: "answer", after: 0.3 });
		const talked = await floor.customer({ from: "0503330006", to: floor.direct(1) });
		await floor.talking(1);
		const rang = await floor.customer({ from: "0503330007", to: floor.direct(2) });
		await floor.ringing(2);
		await callWhich("+380503330006", "talks", ({ outcome }) => outcome === "talking");
		await callWhich("+380503330007", "rings", ({ legs }) => legs.length === 1);
		await restart(async () => {
			await talked.hangUp();
			await rang.hangUp();
		});
		await callWhich("+380503330006", "is over", ({ endedAt }) => endedAt !== null);
		await callWhich("+380503330007", "is over", ({ endedAt }) => endedAt !== null);
		expect(await theOnlyCall("+380503330006")).toMatchObject({
			outcome: "answered",
			recovered: true,
			legs: [{ extension: "101", result: "answered" }],
		});
		expect(await theOnlyCall("+380503330007")).toMatchObject({ outcome: "missed", recovered: true });
		const owed = await office.obligations(supervisor, { kind: "missed" });
		expect(owed.map(({ number }) => number)).toContain("+380503330007");
	});

	it("the PBX is killed under a call and starts anew: the call is interrupted, over, and owed", async () => {
		const floor = await onFloor(1);
		await floor.phone(1, { does: "answer", after: 0.3 });
		await floor.customer({ from: "0503330008", to: floor.direct(1) });
		await floor.talking(1);
		await callWhich("+380503330008", "talks", ({ outcome }) => outcome === "talking");
		const { container } = started.lab.address.pbx;
		const seesAgain = faults.begin("link-lost");
		await docker("docker", ["kill", container]);
		await docker("docker", ["start", container]);
		// Docker publishes it on another port.
		const { stdout } = await docker("docker", ["port", container, "5038/tcp"]);
		gate.to = { host: "127.0.0.1", port: Number(/:(\d+)\s*$/m.exec(stdout)?.[1]) };
		await office.pbxBecomes(pbxId, "connected", 20_000);
		seesAgain();
		const back = Date.now();
		await callWhich("+380503330008", "is over", ({ endedAt }) => endedAt !== null);
		goal("the interrupted call is over after the PBX's return", Date.now() - back, 10_000, "ms");
		expect(await theOnlyCall("+380503330008")).toMatchObject({ outcome: "answered", interrupted: true });
	});

	it("after all of it the PBX's journal, the phone bank, the calls, the debts and the times of blindness agree", async () => {
		const counted = await agree();
		console.log(`journal: ${counted.families} families; missing 0, twice 0`);
	});
});
