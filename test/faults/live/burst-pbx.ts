/**
 * A PBX with many calls in a process of its own, so that what it costs to play them is no load of the test's: it begins
 * calls of a recorded trace when its parent says so, each with its own ids and number, writes those that are due every few
 * milliseconds, and keeps its own journal of them.
 */
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { startLoopbackPbx } from "../../../server/asterisk/loopback/loopback-pbx.ts";
import { replayOf, type Step, stepsOf } from "../../../server/asterisk/loopback/replay.ts";
import { KeptJournal } from "../../journal/kept-journal.ts";

/** What the parent asks for. */
export interface Order {
	readonly trace: string;
	readonly seconds: number;
	readonly eventsPerSecond: number;
	/** The file into which the PBX writes its calls down. */
	readonly journal: string;
}

/** What was sent, epoch milliseconds. */
export interface Sent {
	readonly events: number;
	/** The most by which an event was later than due. */
	readonly late: number;
	/** Seconds of processor time that it took. */
	readonly cpu: number;
	/** Linked id → its first and its last event. */
	readonly families: ReadonlyMap<string, { readonly first: number; readonly last: number }>;
	/** Number → when its phone was told to ring. */
	readonly rang: ReadonlyMap<string, number>;
	/** Events sent in each second since the beginning. */
	readonly seconds: readonly number[];
}

interface Playing {
	readonly number: string;
	readonly startedAt: number;
	readonly steps: readonly Step[];
	readonly kept: KeptJournal;
	sent: number;
}

/** Milliseconds. */
const tick = 4;
const recordedNumber = /05011\d000\d/g;

const pbx = await startLoopbackPbx({ accounts: { dzvin: "a secret" } });
process.on("message", (order: Order) => void play(order).then((sent) => process.send?.(sent)));
process.on("disconnect", () => process.exit());
process.send?.(pbx.port);

async function play({ trace, seconds, eventsPerSecond, journal }: Order): Promise<Sent> {
	const steps = stepsOf(readFileSync(new URL(`../../traces/${trace}.ami`, import.meta.url)));
	const replay = replayOf(steps);
	const families = new Map<string, { first: number; last: number }>();
	const rang = new Map<string, number>();
	const perSecond: number[] = [];
	const playing = new Set<Playing>();
	const between = (1000 * steps.length) / eventsPerSecond;
	const began = Date.now();
	// A call that ends is followed by another one for as long as the burst lasts.
	const calls = Math.round((seconds * 1000 + replay.length) / between);
	let events = 0;
	let late = 0;
	let begun = 0;
	const cpu = process.cpuUsage();
	while (begun < calls || playing.size > 0) {
		const now = Date.now();
		while (begun < calls && began + begun * between <= now) {
			const startedAt = Math.floor(began + begun * between);
			const number = `050${String(++begun).padStart(7, "0")}`;
			const kept = new KeptJournal(journal, trace, 1, (text) => text.replaceAll(recordedNumber, number));
			playing.add({ number, startedAt, kept, steps: replay.play({ startedAt, playing: begun, speed: 1 }), sent: 0 });
		}
		const due: string[] = [];
		for (const one of playing) {
			for (let step = one.steps[one.sent]; step && one.startedAt + step.offset <= now; step = one.steps[++one.sent]) {
				const packet = step.text.replaceAll(recordedNumber, one.number);
				late = Math.max(late, now - one.startedAt - step.offset);
				const family = /\r\nLinkedid: (\S+)/i.exec(packet)?.[1];
				if (family) families.set(family, { first: families.get(family)?.first ?? now, last: now });
				if (packet.startsWith("Event: DialBegin")) rang.set(`+38${one.number}`, now);
				one.kept.sent(packet);
				due.push(packet);
			}
			if (one.sent < one.steps.length) continue;
			one.kept.close();
			playing.delete(one);
		}
		if (due.length > 0) pbx.send(...due);
		events += due.length;
		const second = Math.floor((now - began) / 1000);
		perSecond[second] = (perSecond[second] ?? 0) + due.length;
		await sleep(tick);
	}
	const { user, system } = process.cpuUsage(cpu);
	return { events, late, cpu: (user + system) / 1e6, families, rang, seconds: perSecond };
}
