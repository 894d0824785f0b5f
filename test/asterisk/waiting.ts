import { readFileSync } from "node:fs";
import type { Clock } from "../../server/asterisk/clock.ts";
import { type Connection, type ConnectionDeps, createConnection } from "../../server/asterisk/connection.ts";
import type { LoopbackPbx } from "../../server/asterisk/loopback/loopback-pbx.ts";
import type { PbxEvent } from "../../server/pbx-event.ts";
import type { PbxState } from "../../server/protocol/pbx.ts";

export const accounts = { dzvin: "s3cret", control: "other" };
export const trace = (name: string) => readFileSync(new URL(`../traces/${name}.ami`, import.meta.url));

/** Time that runs faster than the real one, so that minutes of waiting pass in a test. */
export function fastClock(times: number): Clock {
	const began = Date.now();
	return {
		now: () => began + (Date.now() - began) * times,
		after(milliseconds, run) {
			const timer = setTimeout(run, milliseconds / times);
			return () => clearTimeout(timer);
		},
	};
}

/** Waits until something holds; the test's own time limit ends it. */
export async function until(holds: () => boolean): Promise<void> {
	while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2));
}

export interface Watched {
	readonly connection: Connection;
	readonly events: PbxEvent[];
	readonly states: { state: PbxState; problem: string | null }[];
	/** Waits until the connection is in this state. */
	becomes(state: PbxState): Promise<void>;
	kinds(): string[];
}

/** A connection to a loopback PBX, everything that it says written down. */
export function watch(pbx: Pick<LoopbackPbx, "port">, change: Partial<ConnectionDeps> = {}): Watched {
	const events: PbxEvent[] = [];
	const states: Watched["states"] = [];
	const connection = createConnection({
		endpoint: { host: "127.0.0.1", port: pbx.port, tls: { enabled: false } },
		account: { username: "dzvin", secret: accounts.dzvin },
		clock: fastClock(1),
		random: () => 0.5,
		onEvents: (told) => events.push(...told),
		onState: (state, problem) => states.push({ state, problem }),
		onQuarantine() {},
		onOriginated() {},
		...change,
	});
	return {
		connection,
		events,
		states,
		becomes: (state) => until(() => connection.standing().state === state),
		kinds: () => events.map((event) => event.kind),
	};
}
