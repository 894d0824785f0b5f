import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CallFacts } from "../../server/calls/call-change.ts";
import type { PbxEvent } from "../../server/pbx-event.ts";
import { traces } from "./expected.ts";
import { Book, fold } from "./fold.ts";

/** Orders tried for each trace; DZVIN_ORDERS=200 for a long run. */
const ORDERS = Number(process.env.DZVIN_ORDERS ?? 4);
/** How many places an event may be late. */
const WINDOW = 12;

/** The tracker's end state, told apart only by what the business sees. */
const outcome = (events: readonly PbxEvent[]) => fold(events).facts;

/** The same events, each up to WINDOW places late, some of them two or three times. */
function shaken(events: readonly PbxEvent[]): fc.Arbitrary<PbxEvent[]> {
	const one = fc.record({ late: fc.nat(WINDOW), again: fc.array(fc.nat(WINDOW), { maxLength: 2 }) });
	return fc.array(one, { minLength: events.length, maxLength: events.length }).map((plan) => {
		const placed = events.flatMap((event, index) => {
			const { late, again } = plan[index] ?? { late: 0, again: [] };
			return [late, ...again].map((places) => ({ event, place: index + places }));
		});
		return placed.sort((a, b) => a.place - b.place).map(({ event }) => event);
	});
}

/** Snapshots and boots speak of their own moment; everything else may come late. */
function loose(events: readonly PbxEvent[]): { before: PbxEvent[]; rest: PbxEvent[] } {
	const last = events.findLastIndex((event) => event.kind === "snapshot" || event.kind === "booted");
	return { before: events.slice(0, last + 1), rest: events.slice(last + 1) };
}

describe.each(traces())("$name", ({ events, expected }) => {
	const truth = outcome(events);
	const { before, rest } = loose(events);

	it("comes out the same when events arrive twice, late and in another order", () => {
		fc.assert(
			fc.property(shaken(rest), (order) => {
				expect(outcome([...before, ...order])).toEqual(truth);
			}),
			{ numRuns: ORDERS },
		);
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

	it("come out as each of them alone, however their events are mixed", () => {
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
			{ numRuns: ORDERS * 5 },
		);
	});

	it("never stop the tracker, even when everything comes in no order at all", () => {
		fc.assert(
			fc.property(two, fc.infiniteStream(fc.nat()), ([a, b], places) => {
				const events = [...(all[a]?.events ?? []), ...(all[b]?.events ?? [])];
				const shuffled = events.map((event) => ({ event, place: places.next().value }));
				shuffled.sort((one, other) => one.place - other.place);
				expect(() => outcome(shuffled.map(({ event }) => event))).not.toThrow();
			}),
			{ numRuns: ORDERS * 5 },
		);
	});
});
