import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Call } from "../../server/protocol/call.ts";
import type { Obligation } from "../../server/protocol/obligation.ts";
import type { Floor, FloorNumber } from "../lab/floor.ts";
import { type StartedLab, startLab } from "../lab/lab.ts";
import { expectedOn, type Scenario } from "../lab/scenario.ts";
import { scenarios } from "../lab/scenarios.ts";
import { asExpected, isOfFloor, seenOf } from "./as-expected.ts";
import type { Desk } from "./desk.ts";
import { assertInvariants } from "./invariants.ts";
import { type Employee, Office } from "./office.ts";
import { noDelays, popProblems, stalePictures, strayMessages, summary } from "./pops.ts";
import { recordingProblems } from "./recordings.ts";
import { Rings } from "./rings.ts";
import { hireFloors, sitDown } from "./staff.ts";
import { until } from "./until.ts";

const floors: readonly FloorNumber[] = [1, 2, 3, 4];
/** DZVIN_SCENARIOS=park,queue plays those whose names have one of these words. */
const wanted = process.env.DZVIN_SCENARIOS?.split(",");
const played = scenarios.filter(
	({ name, before }) => !before && (!wanted || wanted.some((word) => name.includes(word))),
);

describe("played on a real Asterisk, seen through the server", { timeout: 120_000 }, () => {
	let started: StartedLab;
	let office: Office;
	let supervisor: Employee;
	let rings: Rings;
	let desks: Desk[];
	let watcher: Desk;
	let pbxId: string;
	const delays = noDelays();
	/** Calls of scenarios that are over; a beginning is only known to the second. */
	const before = new Set<string>();
	const free: Floor[] = [];
	const waiting: ((floor: Floor) => void)[] = [];

	beforeAll(async () => {
		[started, office] = await Promise.all([startLab(), Office.open()]);
		for (const number of floors) free.push(started.lab.floor(number));
		rings = new Rings(started.lab.pbx);
		supervisor = await office.hire("supervisor", null);
		const agents = await hireFloors(office, floors);
		({ id: pbxId } = await office.addPbx(started.lab));
		await office.pbxBecomes(pbxId, "connected");
		[desks, watcher] = await Promise.all([sitDown(office, agents, 2), office.sit(supervisor)]);
	}, 180_000);
	afterAll(async () => {
		rings?.stop();
		await office?.close();
		await started?.stop();
	}, 60_000);

	const take = () => {
		const floor = free.shift();
		return floor ? Promise.resolve(floor) : new Promise<Floor>((resolve) => waiting.push(resolve));
	};
	const give = (floor: Floor) => {
		const next = waiting.shift();
		if (next) next(floor);
		else free.push(floor);
	};

	async function callsOf(floor: Floor, from: number): Promise<Call[]> {
		const calls = await office.calls(supervisor, { from: new Date(from).toISOString() });
		return calls.filter((call) => isOfFloor(call, floor) && !before.has(call.id)).sort(byLinkedId);
	}

	/** When there are too few: every call of that time and the server's last words, to see where they went. */
	async function whatElse(found: number, wanted: number, from: number): Promise<string> {
		if (found >= wanted) return "the calls of the scenario";
		const all = await office.calls(supervisor, { from: new Date(from - 10_000).toISOString() });
		const rows = all.map(({ linkedId, startedAt, direction, number, did, legs, outcome }) =>
			JSON.stringify({ linkedId, startedAt, direction, number, did, legs: legs.map((leg) => leg.extension), outcome }),
		);
		return ["too few calls; of that time are", ...rows, ...office.log.slice(-10)].join("\n");
	}

	async function play(scenario: Scenario): Promise<void> {
		const floor = await take();
		try {
			await floor.reset();
			const began = Date.now();
			// The second in which the PBX says that it began: its clock for that may be some milliseconds behind.
			const from = Math.floor(began / 1000) * 1000 - 1000;
			await scenario.play(floor);
			const expected = expectedOn(floor, scenario);
			await until(
				"the calls are over",
				async () => {
					const calls = await callsOf(floor, from);
					return calls.length >= expected.length && calls.every((call) => call.endedAt !== null) ? calls : null;
				},
				5_000,
			).catch(() => {});
			// What is told late or twice would come now.
			await sleep(300);
			const calls = await callsOf(floor, from);
			for (const { id } of calls) before.add(id);
			expect(calls.map(asExpected), await whatElse(calls.length, expected.length, from)).toEqual(
				expected.map((call, at) => seenOf(call, calls[at])),
			);
			for (const call of calls) {
				expect(timeProblems(call, began), call.linkedId).toEqual([]);
				expect(userProblems(call, desks), call.linkedId).toEqual([]);
				if (call.number === null || call.direction === "internal") continue;
				const sameNumber = await office.calls(supervisor, { number: call.number, from: new Date(from).toISOString() });
				expect(sameNumber.map(({ id }) => id)).toContain(call.id);
			}
			const own = desks.filter(({ who }) => who.extension?.startsWith(String(floor.number)));
			expect(popProblems(own, rings, began, delays)).toEqual([]);
			expect(calls.flatMap((call) => callCardProblems(call, own, began))).toEqual([]);
			expect(stalePictures([...desks, watcher], calls)).toEqual([]);
		} finally {
			await floor.idle().catch(() => {});
			give(floor);
		}
	}

	describe("each scenario gives its calls, and its pop-ups to those whose phones rang", { concurrent: true }, () => {
		for (const scenario of played) it(`${scenario.title} (${scenario.name})`, () => play(scenario));
	});

	it("most pop-ups are gone within a second of an answer or a hang-up", () => {
		const closed = delays.closed.toSorted((a, b) => a - b);
		expect(closed[Math.floor(closed.length / 2)]).toBeLessThanOrEqual(1000);
	});

	it("nobody was told of a call in which they had no part, and nothing was said that is not in the protocol", () => {
		expect(strayMessages(desks)).toEqual([]);
		expect([...desks, watcher].flatMap(({ problems }) => problems)).toEqual([]);
		expect(watcher.ofCalls.filter(({ message }) => message.type === "call.ringing")).toEqual([]);
		console.log(`pop-up after ringing: ${summary(delays.opened)}; gone after it: ${summary(delays.closed)}`);
	});

	it("one obligation for each call with the outside, of the right kind, none among colleagues", async () => {
		const calls = await office.calls(supervisor, {});
		const owed = await allObligations(office, supervisor);
		const external = calls.filter(({ direction }) => direction !== "internal");
		expect(owed.map(({ call }) => call.linkedId).sort()).toEqual(external.map(({ linkedId }) => linkedId).sort());
		for (const { kind, call } of owed) {
			expect(kind, call.linkedId).toBe(call.outcome === "missed" ? "missed" : "call");
			expect(call.obligation, call.linkedId).not.toBeNull();
		}
		for (const call of calls.filter(({ direction }) => direction === "internal")) expect(call.obligation).toBeNull();
	});

	it("every recording is there to be heard, of the right length; one without sound is said to be empty", async () => {
		const calls = await until(
			"all recordings were looked at",
			async () => {
				const all = await office.calls(supervisor, {});
				return all.every((call) => call.recordings.every(({ state }) => state !== "expected")) ? all : null;
			},
			20_000,
		);
		const problems = await Promise.all(calls.map((call) => recordingProblems(office, supervisor, call)));
		expect(problems.flat()).toEqual([]);
	});

	it("the PBX's own journal, the calls and what is owed for them agree", async () => {
		const counted = await assertInvariants(office.pool, pbxId, started.lab);
		console.log(
			`journal: ${counted.families} families, ${counted.external} of them with the outside; missing 0, twice 0`,
		);
	});

	it("the server had nothing to complain of", () => {
		expect(office.log).toEqual([]);
	});
});

/** In the order in which they began; calls of one second have one time. */
const byLinkedId = (a: Call, b: Call) => a.linkedId.localeCompare(b.linkedId, "en", { numeric: true });

async function allObligations(office: Office, who: Employee): Promise<Obligation[]> {
	return [...(await office.obligations(who)), ...(await office.obligations(who, { settled: "true" }))];
}

/** Times must be in order, and within the scenario. */
function timeProblems(call: Call, began: number): string[] {
	const at = (time: string | null) => (time === null ? null : Date.parse(time));
	const [started, answered, ended] = [at(call.startedAt) ?? 0, at(call.answeredAt), at(call.endedAt) ?? 0];
	const problems: string[] = [];
	if (started < began - 2000 || started > Date.now()) problems.push(`began at ${call.startedAt}`);
	if (ended < started || ended > Date.now()) problems.push(`ended at ${call.endedAt}`);
	if (answered !== null) {
		if (answered < started || answered > ended) problems.push(`answered at ${call.answeredAt}`);
		const most = (ended - answered) / 1000;
		if (call.talkSeconds > most + 0.5) problems.push(`talked ${call.talkSeconds} s of ${most} s`);
		if (call.talkSeconds < Math.min(most, 0.4) - 0.5) problems.push(`talked only ${call.talkSeconds} s`);
	} else if (call.talkSeconds !== 0) problems.push(`nobody answered, but they talked ${call.talkSeconds} s`);
	const until = (answered ?? ended) - started;
	if (call.ringSeconds > until / 1000 + 0.5) problems.push(`rang ${call.ringSeconds} s of ${until / 1000} s`);
	for (const leg of call.legs) {
		const [rang, left] = [Date.parse(leg.rangAt), at(leg.leftAt)];
		if (left === null || rang < started || left < rang || left > ended + 1000) {
			problems.push(`${leg.extension}: ${leg.rangAt} to ${leg.leftAt}`);
		}
		if ((leg.answeredAt !== null) !== (leg.result === "answered" || leg.result === "transferred")) {
			problems.push(`${leg.extension}: ${leg.result}, answered at ${leg.answeredAt}`);
		}
	}
	return problems;
}

/** Who speaks, or dials and waits, has the card of a call in hand, in every tab. */
function callCardProblems(call: Call, desks: readonly Desk[], began: number): string[] {
	return desks.flatMap((desk) => {
		const onIt = call.legs.some(
			(leg) =>
				leg.user?.id === desk.who.id &&
				(leg.answeredAt !== null || leg.placed) &&
				// What is over at once (a number that does not exist) is only told as over.
				Date.parse(leg.leftAt ?? "") - Date.parse(leg.rangAt) > 500,
		);
		return Array.from({ length: desk.tabs }, (_, tab) => {
			const has = desk.ofCalls.some(
				({ tab: of, arrived, message }) =>
					of === tab && arrived >= began && message.type === "call.talking" && message.by?.id === desk.who.id,
			);
			return has || !onIt ? [] : [`${desk.who.name}, tab ${tab + 1}: no card of ${call.linkedId}`];
		}).flat();
	});
}

/** Each leg of a colleague names the colleague. */
function userProblems(call: Call, desks: readonly Desk[]): string[] {
	return call.legs.flatMap((leg) => {
		const who = desks.find((desk) => desk.who.extension === leg.extension)?.who;
		const expected = leg.outside ? undefined : who?.id;
		return leg.user?.id === expected ? [] : [`${leg.extension} is ${leg.user?.name ?? "nobody"}`];
	});
}
