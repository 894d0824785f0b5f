import { expect, test } from "vitest";
import { call, iso } from "./fixtures.ts";
import { figuresOf } from "./today.ts";

test("the day's figures count what has ended; internal calls are not the clients'", () => {
	const endedAt = iso(Date.now());
	const owed = { id: call(1).id, dueAt: endedAt, settledAt: null };
	const figures = figuresOf([
		call(1, { endedAt, outcome: "answered", talkSeconds: 100, obligation: owed }),
		call(2, { endedAt, outcome: "answered", talkSeconds: 200, direction: "outbound" }),
		call(3, { endedAt, outcome: "no-answer", direction: "outbound" }),
		call(4, { endedAt, outcome: "missed", obligation: owed }),
		call(5, { endedAt, outcome: "answered", talkSeconds: 999, direction: "internal" }),
		call(6, { outcome: "talking" }),
	]);
	expect(figures).toEqual({ inbound: 1, outbound: 2, missed: 1, averageTalk: 150, unprocessed: 2 });
	expect(figuresOf([]).averageTalk).toBe(null);
});
