import type { Call } from "../../server/protocol/call.ts";
import { callOf, type Desk, type ToldOfCall } from "./desk.ts";
import type { Rings } from "./rings.ts";

/** How long things took, ms. */
export interface Delays {
	/** From the moment the PBX says that the phone rings to the pop-up in the tab. */
	readonly opened: number[];
	/** From the moment the phone stops ringing to the message that closes the pop-up. */
	readonly closed: number[];
}
export const noDelays = (): Delays => ({ opened: [], closed: [] });

/**
 * The promise is a second, and the middle one of all must keep it. A single one may be late where Asterisk, the phones, PostgreSQL
 * and the tests share two cores; what is not gone after this (ms) stays.
 */
const goneWithin = 5000;

/**
 * What is wrong with the pop-ups since a moment: each tab of a person shows one for each time the person's phone rang, and
 * closes it in time; nobody else has any. Adds to `delays`.
 */
export function popProblems(desks: readonly Desk[], rings: Rings, since: number, delays: Delays): string[] {
	return desks.flatMap((desk) => {
		const rang = rings.of(desk.who.extension ?? "", since);
		return Array.from({ length: desk.tabs }, (_, tab) => {
			const told = desk.ofCalls.filter((one) => one.tab === tab && one.arrived >= since);
			const rung = told.filter(({ message }) => message.type === "call.ringing");
			const pops = rung.length < rang.length ? told.filter((one) => isPop(one, told)) : rung;
			const whose = `${desk.who.name}, tab ${tab + 1}`;
			if (pops.length !== rang.length) {
				return [`${whose}: the phone rang ${rang.length} times, there were ${pops.length} pop-ups`];
			}
			return pops.flatMap((pop, at) => {
				const ring = rang[at];
				if (!ring || pop.message.type === "call.talking") return [];
				const close = closingOf(pop, told);
				if (ring.to === null || close === undefined) return [`${whose}: the pop-up stays`];
				delays.opened.push(pop.arrived - ring.from);
				const took = close.arrived - ring.to;
				delays.closed.push(took);
				return took > goneWithin ? [`${whose}: the pop-up closed after ${took} ms`] : [];
			});
		}).flat();
	});
}

/** Whoever answers before the pop-up was there gets it with the conversation. */
function isPop({ message, arrived }: ToldOfCall, told: readonly ToldOfCall[]): boolean {
	if (message.type === "call.ringing") return true;
	if (message.type !== "call.talking" || !message.pop) return false;
	return !told.some(
		(one) => callOf(one).id === message.call.id && one.message.type === "call.ringing" && one.arrived <= arrived,
	);
}

/** The message that takes the pop-up away: the person talks, or it ended for the person. */
function closingOf(pop: ToldOfCall, told: readonly ToldOfCall[]): ToldOfCall | undefined {
	const { id } = callOf(pop);
	const later = told.slice(told.indexOf(pop) + 1).filter((one) => callOf(one).id === id);
	return later.find(({ message }) => message.type === "call.talking" || message.type === "call.ended");
}

/** Agents who were told of a call in which they have no part. */
export function strayMessages(desks: readonly Desk[]): string[] {
	return desks.flatMap((desk) =>
		desk.ofCalls
			.filter((told) => callOf(told).legs.every((leg) => leg.user?.id !== desk.who.id))
			.map((told) => `${desk.who.name} was told ${told.message.type} of ${told.message.call.linkedId}`),
	);
}

/** People of a call whose client shows it as still going on. */
export function stalePictures(desks: readonly Desk[], calls: readonly Call[]): string[] {
	return desks.flatMap((desk) =>
		calls.flatMap(({ id, linkedId }) => {
			const last = desk.ofCalls.findLast((told) => callOf(told).id === id);
			const live = last !== undefined && callOf(last).endedAt === null && last.message.type !== "call.ended";
			return live ? [`${desk.who.name} sees ${linkedId} as going on (${last.message.type})`] : [];
		}),
	);
}

/** `p50 3 ms, p95 8 ms, most 12 ms (of 96)` */
export function summary(delays: readonly number[]): string {
	const sorted = delays.toSorted((a, b) => a - b);
	const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
	return `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, most ${at(1)} ms (of ${sorted.length})`;
}
