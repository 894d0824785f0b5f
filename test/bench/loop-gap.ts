/**
 * How long the event loop is kept from others while 200,000 events are drained from a loopback socket that another
 * thread fills: our connection (reader, translation, budget of bytes a turn) and `asterisk-manager`, in turns.
 *
 *   node test/bench/loop-gap.ts [--events 200000] [--rounds 3]
 *
 * Goals for ours: p99 ≤ 10 ms, max ≤ 50 ms. A gap is the time between two turns in which a timer of 0 ms could run:
 * "by the clock" as others feel it, which on a busy machine is the machine's doing too (see "idle": the same watch
 * with nothing to do), and "of work", the processor time that this thread used in between.
 */
import { createRequire } from "node:module";
import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { systemClock } from "../../server/asterisk/clock.ts";
import { createConnection } from "../../server/asterisk/connection.ts";
import { startLoopbackPbx } from "../../server/asterisk/loopback/loopback-pbx.ts";
import { streamOf } from "./ami-stream.ts";
import { busy, report } from "./figures.ts";

const account = { username: "bench", secret: "bench" };
const { values: options } = parseArgs({
	options: { events: { type: "string", default: "200000" }, rounds: { type: "string", default: "3" } },
});
const total = Number(options.events);

if (isMainThread) await measure();
else await flood();

/** The PBX, in a thread of its own: sends everything when it is told to. */
async function flood(): Promise<void> {
	const pbx = await startLoopbackPbx({ accounts: { [account.username]: account.secret } });
	const bytes = streamOf(total);
	parentPort?.on("message", () => pbx.sendRaw(bytes));
	parentPort?.postMessage(pbx.port);
}

interface Gaps {
	readonly clock: number[];
	readonly work: number[];
}

/** Watches the loop until `done`; answers its gaps in ms, in ascending order. */
async function gapsUntil(done: () => boolean): Promise<Gaps> {
	const clock: number[] = [];
	const work: number[] = [];
	let last = performance.now();
	let used = busy();
	while (!done()) {
		await new Promise<void>((resolve) => setTimeout(resolve, 0));
		const [now, usedNow] = [performance.now(), busy()];
		clock.push(now - last);
		work.push(usedNow - used);
		[last, used] = [now, usedNow];
	}
	const ascending = (values: number[]) => values.sort((a, b) => a - b);
	return { clock: ascending(clock), work: ascending(work) };
}

async function idle(): Promise<Gaps> {
	const until = performance.now() + 2000;
	return gapsUntil(() => performance.now() > until);
}

async function ours(port: number, start: () => void): Promise<Gaps> {
	let seen = 0;
	let ready = () => {};
	const connected = new Promise<void>((resolve) => {
		ready = resolve;
	});
	const connection = createConnection({
		endpoint: { host: "127.0.0.1", port, tls: { enabled: false } },
		account,
		clock: systemClock,
		random: Math.random,
		onEvents(events) {
			for (const event of events) {
				if (event.kind === "snapshot") ready();
				// The last number of the stream is the end.
				if (event.seq !== undefined && event.seq > seen) seen = event.seq;
			}
		},
		onState() {},
		onQuarantine: ({ reason }) => console.log(`put aside: ${reason}`),
		onOriginated() {},
	});
	connection.start();
	await connected;
	start();
	// The very last packets may be of kinds that mean nothing to us.
	const gaps = await gapsUntil(() => seen > total - 200);
	await connection.stop();
	return gaps;
}

async function theirs(port: number, start: () => void): Promise<Gaps> {
	const createManager: unknown = createRequire(import.meta.url)("asterisk-manager");
	if (typeof createManager !== "function") throw new Error("asterisk-manager is not there");
	let seen = 0;
	const manager = createManager(undefined, "", account.username, account.secret, true);
	await new Promise<void>((resolve) => manager.connect(port, "127.0.0.1", () => manager.login(resolve)));
	manager.on("managerevent", () => seen++);
	start();
	const gaps = await gapsUntil(() => seen > total - 200);
	manager.disconnect();
	return gaps;
}

async function measure(): Promise<void> {
	const worker = new Worker(new URL(import.meta.url), { argv: process.argv.slice(2) });
	const port = await new Promise<number>((resolve) => worker.once("message", resolve));
	const start = () => worker.postMessage("flood");
	const sides = { idle, ours, "asterisk-manager": theirs };
	const figures: Record<string, number[]> = {};
	for (let round = 0; round < Number(options.rounds); round++) {
		for (const [name, side] of Object.entries(sides)) {
			const began = performance.now();
			const gaps = await side(port, start);
			const note = (what: string, value: number | undefined) => {
				figures[`${name}: ${what}`] ??= [];
				figures[`${name}: ${what}`]?.push(value ?? Number.NaN);
			};
			for (const [kind, values] of [
				["by the clock", gaps.clock],
				["of work", gaps.work],
			] as const) {
				note(`p99 ${kind}`, values[Math.floor((values.length - 1) * 0.99)]);
				note(`max ${kind}`, values.at(-1));
			}
			if (side !== idle) note("thousand events a second", total / (performance.now() - began));
			await new Promise((resolve) => setTimeout(resolve, 300));
		}
	}
	console.log(`draining ${total} events; gaps of the event loop in ms, median of ${options.rounds} rounds (quartiles)`);
	for (const [title, values] of Object.entries(figures)) {
		const goal = title.startsWith("ours: p99") ? 10 : title.startsWith("ours: max") ? 50 : null;
		report(title, values, goal === null ? undefined : { atMost: goal });
	}
	await worker.terminate();
}
