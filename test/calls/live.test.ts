import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Floor, FloorNumber } from "../lab/floor.ts";
import { type StartedLab, startLab } from "../lab/lab.ts";
import { expectedOn, type Scenario } from "../lab/scenario.ts";
import { scenarios } from "../lab/scenarios.ts";
import { asExpected } from "./expected.ts";
import { Listening } from "./listening.ts";

/** One scenario at a time on each floor; DZVIN_SCENARIOS=park,queue plays those whose names have one of these words. */
const floors: readonly FloorNumber[] = [1, 2, 3, 4];
const wanted = process.env.DZVIN_SCENARIOS?.split(",");
const played = scenarios.filter(({ name }) => !wanted || wanted.some((word) => name.includes(word)));

describe("played on a real Asterisk", { timeout: 900_000, concurrent: true }, () => {
	let started: StartedLab;
	const free: Floor[] = [];
	const waiting: ((floor: Floor) => void)[] = [];

	beforeAll(async () => {
		started = await startLab();
		for (const number of floors) free.push(started.lab.floor(number));
	}, 180_000);
	afterAll(() => started?.stop(), 60_000);

	const take = () => {
		const floor = free.shift();
		return floor ? Promise.resolve(floor) : new Promise<Floor>((resolve) => waiting.push(resolve));
	};
	const give = (floor: Floor) => {
		const next = waiting.shift();
		if (next) next(floor);
		else free.push(floor);
	};

	async function play(scenario: Scenario): Promise<void> {
		const floor = await take();
		const listening = new Listening(floor.lab);
		try {
			await floor.reset();
			await scenario.before?.(floor);
			await listening.start();
			await scenario.play(floor);
			await listening.quiet(floor);
			const expected = expectedOn(floor, scenario);
			const calls = listening.callsOf(floor).map((call) => {
				const told = asExpected(listening.book, call);
				return expected.some((one) => one.callerName !== undefined) ? told : { ...told, callerName: undefined };
			});
			expect(calls).toEqual(expected);
		} finally {
			await listening.stop();
			await floor.idle().catch(() => {});
			give(floor);
		}
	}

	for (const scenario of played) it(`${scenario.title} (${scenario.name})`, () => play(scenario));
});
