import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CallFacts } from "../../server/calls/call-change.ts";
import { isKept } from "../../server/calls/journal/entry.ts";
import type { PbxEvent } from "../../server/pbx-event.ts";
import { seeded } from "../support/seeded.ts";
import { traces } from "./expected.ts";
import { Book, fold } from "./fold.ts";

/** Orders tried for each trace; DZVIN_ORDERS=10000 for the full count. */
const ORDERS = Number(process.env.DZVIN_ORDERS ?? 4);
/** Pairs of traces tried: what two calls do to each other needs no full count. */
const PAIRS = Math.min(ORDERS * 5, 2_000);
const timeout = 60_000 + ORDERS * 20;
/** How many places an event may be late. */
const WINDOW = 12;

/** The tracker's end state, told apart only by what the business sees. */
const outcome = (events: readonly PbxEvent[]) => fold(events).facts;

/** The same events, each up to WINDOW places late, some of them two or three times. */
function shaken(events: readonly PbxEvent[], seed: number): PbxEvent[] {
	const chance = seeded(seed);
	const below = (most: number) => Math.floor(chance() * most);
	const placed = events.flatMap((event, index) => {
		const places = Array.from({ length: 1 + below(3) }, () => index + below(WINDOW + 1));
		return places.map((place) => ({ event, place }));
	});
	return placed.sort((a, b) => a.place - b.place).map(({ event }) => event);
}

/** The same events in any order at all, some of them twice. */
function permuted(events: readonly PbxEvent[], seed: number): PbxEvent[] {
	const chance = seeded(seed);
	const placed = events.flatMap((event) =>
		Array.from({ length: chance() < 0.1 ? 2 : 1 }, () => ({ event, place: chance() })),
	);
	return placed.sort((a, b) => a.place - b.place).map(({ event }) => event);
}

/** Snapshots and boots speak of their own moment; everything else may come late. */
function loose(events: readonly PbxEvent[]): { before: PbxEvent[]; rest: PbxEvent[] } {
	const last = events.findLastIndex((event) => event.kind === "snapshot" || event.kind === "booted");
	return { before: events.slice(0, last + 1), rest: events.slice(last + 1) };
}

describe.each(traces())("$name", ({ events, expected }) => {
	const truth = outcome(events);
	const { before, rest } = loose(events);
	// Four events in five tell the tracker nothing: without them the same window moves what matters further.
	const telling = rest.filter(isKept);

	const wanted = JSON.stringify(truth);
	it.each([
		["twice, late and in another order", shaken],
		["in any order at all", permuted],
	])("comes out the same when events arrive %s", { timeout }, (_how, disordered) => {
		for (let seed = 1; seed <= ORDERS; seed++) {
			const calls = outcome([...before, ...disordered(telling, seed)]);
			if (JSON.stringify(calls) !== wanted) expect(calls, `order ${seed}`).toEqual(truth);
		}
	});

	it("comes out the same when everything is told a second time", () => {
		expect(outcome([...events, ...rest])).toEqual(truth);
	});

	it("is at every moment no more live calls with clients than there are clients", () => {
		const book = new Book();
		const clients = expected.filter((call) => call.direction !== "internal").length;
		for (const event of events) {
			book.take(event);
			const live = book.facts.filter((call) => call.endedAt === null && call.direction !== "internal");
			expect(live.length).toBeLessThanOrEqual(clients);
		}
	});
});

describe("two calls at once", () => {
	const all = traces();
	const two = fc.tuple(fc.nat(all.length - 1), fc.nat(all.length - 1)).filter(([a, b]) => a !== b);

	it("come out as each of them alone, however their events are mixed", { timeout }, () => {
		fc.assert(
			fc.property(two, fc.infiniteStream(fc.boolean()), ([a, b], coin) => {
				const one = all[a]?.events ?? [];
				const second = all[b]?.events ?? [];
				// One PBX: one clock, and no second list of live channels.
				const shift = (one[0]?.at ?? 0) - (second[0]?.at ?? 0);
				const other = loose(second).rest.map((event): PbxEvent => ({ ...event, at: event.at + shift }));
				const left: [PbxEvent[], PbxEvent[]] = [[...one], [...other]];
				const mixed: PbxEvent[] = [];
				while (mixed.length < one.length + other.length) {
					const event = left[coin.next().value ? 0 : 1].shift();
					if (event) mixed.push(event);
				}
				const byFamily = (x: CallFacts, y: CallFacts) => (x.family < y.family ? -1 : 1);
				expect(outcome(mixed).sort(byFamily)).toEqual([...outcome(one), ...outcome(other)].sort(byFamily));
			}),
			{ numRuns: PAIRS },
		);
	});

	it("never stop the tracker, even when everything comes in no order at all", { timeout }, () => {
		fc.assert(
			fc.property(two, fc.infiniteStream(fc.nat()), ([a, b], places) => {
				const events = [...(all[a]?.events ?? []), ...(all[b]?.events ?? [])];
				const shuffled = events.map((event) => ({ event, place: places.next().value }));
				shuffled.sort((one, other) => one.place - other.place);
				expect(() => outcome(shuffled.map(({ event }) => event))).not.toThrow();
			}),
			{ numRuns: PAIRS },
		);
	});
});
