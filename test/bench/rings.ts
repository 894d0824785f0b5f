import { setTimeout as sleep } from "node:timers/promises";
import type { EventBus } from "../../server/events.ts";
import { incoming, moment } from "../live/calls.ts";

/** Rings one phone after the other for a fifth of a second; the moment of the event travels as the caller's name. */
export async function ringPhones(
	bus: EventBus,
	next: (index: number) => { id: string; name: string; extension: string },
	count: number,
	perSecond: number,
): Promise<void> {
	const began = performance.now();
	for (let index = 0; index < count; index += 1) {
		await sleep(Math.max(0, began + (index * 1000) / perSecond - performance.now()));
		const person = next(index);
		const call = incoming({ callerName: String(process.hrtime.bigint()) });
		bus.emit("call.saved", moment(call, { ringing: [person] }));
		setTimeout(() => bus.emit("call.saved", moment(call, { past: [person], ended: true })), 200);
	}
}

/** Milliseconds that such a ring took to this browser; null for any other message. */
export function sinceRing(text: string): number | null {
	if (!text.includes('"type":"call.ringing"')) return null;
	const sent = /"callerName":"(\d+)"/.exec(text)?.[1];
	return sent === undefined ? null : Number(process.hrtime.bigint() - BigInt(sent)) / 1e6;
}

/** Seconds of processor that this process used so far. */
export function processorSeconds(): number {
	const { user, system } = process.cpuUsage();
	return (user + system) / 1e6;
}
