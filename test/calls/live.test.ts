import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../server/asterisk/clock.ts";
import { type Connection, createConnection } from "../../server/asterisk/connection.ts";
import type { CallFacts } from "../../server/calls/call-change.ts";
import type { Floor, FloorNumber } from "../lab/floor.ts";
import { accounts, type Lab, type StartedLab, startLab } from "../lab/lab.ts";
import { expectedOn, type Scenario } from "../lab/scenario.ts";
import { scenarios } from "../lab/scenarios.ts";
import { asExpected } from "./expected.ts";
import { Book } from "./fold.ts";

/** One scenario at a time on each floor; DZVIN_SCENARIOS=park,queue plays those whose names have one of these words. */
const floors: readonly FloorNumber[] = [1, 2, 3, 4];
const wanted = process.env.DZVIN_SCENARIOS?.split(",");
const played = scenarios.filter(({ name }) => !wanted || wanted.some((word) => name.includes(word)));

/** The server's own road from the PBX to the calls. */
class Listening {
	readonly book = new Book();
	readonly #connection: Connection;
	#last = 0;
	readonly #ready: Promise<void>;

	constructor(lab: Lab) {
		const { host, ami } = lab.address.pbx;
		let ready = () => {};
		this.#ready = new Promise((resolve) => {
			ready = resolve;
		});
		this.#connection = createConnection({
			endpoint: { host, port: ami, tls: { enabled: false } },
			account: accounts.events,
			clock: systemClock,
			random: Math.random,
			onEvents: (events) => {
				for (const event of events) {
					this.#last = Date.now();
					this.book.take(event);
					if (event.kind === "snapshot") ready();
				}
			},
			onState() {},
			onQuarantine({ reason }) {
				throw new Error(`the PBX was not understood: ${reason}`);
			},
			onOriginated() {},
		});
	}

	async start(): Promise<void> {
		this.#connection.start();
		await this.#ready;
	}

	/** Waits until the calls of this floor are over and quiet. */
	async quiet(floor: Floor): Promise<void> {
		for (let tries = 0; tries < 100; tries++) {
			const live = this.callsOf(floor).some((call) => call.endedAt === null);
			if (!live && Date.now() - this.#last > 300) return;
			await sleep(100);
		}
	}

	/** Other floors play their own scenarios on the same PBX. */
	callsOf(floor: Floor): CallFacts[] {
		const own = String(floor.number);
		return this.book.facts.filter(
			(call) =>
				call.did.startsWith(`044200${own}`) ||
				(own === "1" && call.did === "+380442345678") ||
				call.legs.some((leg) => !leg.outside && leg.extension.startsWith(own)),
		);
	}

	stop(): Promise<void> {
		return this.#connection.stop();
	}
}

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
