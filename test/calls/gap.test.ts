import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { remember } from "../../server/calls/tracker.ts";
import type { PbxEvent } from "../../server/pbx-event.ts";
import { traces } from "./expected.ts";
import { Book, fold } from "./fold.ts";
import { pictureAfter } from "./picture.ts";

/** Gaps tried for each trace; DZVIN_GAPS=200 for a long run. */
const GAPS = Number(process.env.DZVIN_GAPS ?? 6);

const boot = (events: readonly PbxEvent[]) =>
	events.find((event) => event.kind === "snapshot" || event.kind === "booted")?.boot ?? "boot";

describe.each(traces())("$name", ({ events }) => {
	const truth = fold(events);
	const spots = fc.tuple(fc.nat(events.length - 1), fc.nat(events.length - 1));

	it("ends, and is not told twice, when a part of it was not seen", () => {
		fc.assert(
			fc.property(spots, (two) => {
				const [from, to] = [Math.min(...two), Math.max(...two)];
				const at = (events[to]?.at ?? 0) + 0.5;
				const book = new Book();
				for (const event of events.slice(0, from)) book.take(event);
				// Longer than what counts as fresh, so that nothing hides behind the list's own delay.
				const channels = pictureAfter(events.slice(0, to + 1), at);
				const later = (event: PbxEvent) => ({ ...event, at: event.at + 5000 });
				book.take({ kind: "snapshot", at: at + 5000, boot: boot(events), channels });
				for (const event of events.slice(to + 1)) book.take(later(event));
				for (const call of book.facts) {
					expect(call.endedAt, `${call.family} still live`).not.toBeNull();
					if (call.direction === "internal") continue;
					expect([...truth.calls.keys()]).toContain(call.family);
				}
			}),
			{ numRuns: GAPS },
		);
	});

	it("is the same call when the server starts anew under it", () => {
		fc.assert(
			fc.property(fc.nat(events.length - 1), (cut) => {
				const first = new Book();
				for (const event of events.slice(0, cut + 1)) first.take(event);
				const book = new Book();
				for (const call of first.facts) book.calls.set(call.family, call);
				const at = (events[cut]?.at ?? 0) + 0.5;
				remember(
					book.state,
					first.facts.filter((call) => call.endedAt === null),
				);
				const channels = pictureAfter(events.slice(0, cut + 1), at);
				book.take({ kind: "snapshot", at, boot: boot(events), channels });
				for (const event of events.slice(cut + 1)) book.take(event);
				const essence = (calls: Book) =>
					calls.facts
						.filter((call) => call.direction !== "internal")
						.map(({ family, direction, outcome, rawNumber, did, endedAt, legs }) => {
							const people = [...new Set(legs.map(({ extension }) => extension))].sort();
							// Why a client was not reached is told by events that may have come before the start.
							const talked = direction === "inbound" ? outcome : outcome === "answered";
							return { family, direction, talked, rawNumber, did, over: endedAt !== null, people };
						});
				expect(essence(book)).toEqual(essence(truth));
			}),
			{ numRuns: GAPS },
		);
	});

	it("is interrupted, and owed, when the PBX begins anew under it", () => {
		fc.assert(
			fc.property(fc.nat(events.length - 1), (cut) => {
				const book = new Book();
				for (const event of events.slice(0, cut)) book.take(event);
				const live = book.facts.filter((call) => call.endedAt === null);
				const at = (events[cut]?.at ?? 0) + 1;
				book.take({ kind: "snapshot", at, boot: "another boot", channels: [] });
				for (const { family } of live) {
					expect(book.calls.get(family)).toMatchObject({ endedAt: Math.floor(at), interrupted: true });
				}
				expect(book.facts.filter((call) => call.endedAt === null)).toEqual([]);
			}),
			{ numRuns: GAPS },
		);
	});
});
