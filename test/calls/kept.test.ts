import { describe, expect, it } from "vitest";
import type { CallFacts } from "../../server/calls/call-change.ts";
import { longCalls } from "../../server/calls/tracker.ts";
import type { PbxEvent } from "../../server/pbx-event.ts";
import { seeded } from "../support/seeded.ts";
import { traces } from "./expected.ts";
import { Book, fold } from "./fold.ts";

/** Moments tried for each trace. */
const CUTS = 6;

/** What the next server reads in the journal. */
const inJson = (events: readonly PbxEvent[]): PbxEvent[] => JSON.parse(JSON.stringify(events));
/** Of what was not seen, everything is known again. */
const whole = (calls: readonly CallFacts[]) => calls.map(({ unseen: _, ...call }) => call);

describe.each(traces())("$name", ({ events }) => {
	const truth = fold(events).facts;

	it("is the same calls when a server that knows no beginning reads those that go on, and what came since", () => {
		const chance = seeded(events.length);
		for (let tried = 0; tried < CUTS; tried++) {
			const cut = Math.floor(chance() * events.length);
			const before = fold(events.slice(0, cut));
			const kept = inJson(longCalls(before.state, -1));
			const live = new Set(before.facts.filter(({ endedAt }) => endedAt === null).map(({ family }) => family));
			// The journal's last minutes begin somewhere before.
			const from = Math.max(0, cut - Math.floor(chance() * 40));
			const book = new Book();
			for (const event of [...events.slice(from, cut), ...kept, ...kept, ...events.slice(cut)]) book.take(event);
			const same = ({ family }: CallFacts) => live.has(family);
			// What went into another call later is a part of that one.
			const found = book.facts.filter(same);
			expect(whole(found), `cut ${cut}, from ${from}`).toEqual(whole(truth.filter(same)));
			expect(kept.length).toBeGreaterThanOrEqual(live.size);
		}
	});
});
