import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "../../server/asterisk/clock.ts";
import { type Connection, createConnection } from "../../server/asterisk/connection.ts";
import type { CallFacts } from "../../server/calls/call-change.ts";
import type { Floor } from "../lab/floor.ts";
import { accounts, type Lab } from "../lab/lab.ts";
import { Book } from "./fold.ts";

/** The server's own road from the PBX to the calls. */
export class Listening {
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
