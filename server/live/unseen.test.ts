import { expect, test } from "vitest";
import { createUnseenWatch } from "./unseen.ts";

const call = "call";

test("a pop-up that is on the screen in time is no news", () => {
	const watch = createUnseenWatch();
	watch.rings(call, "olena", 0, true);
	watch.seen(call, "olena");
	expect(watch.due(60_000)).toEqual([]);
});

test("a pop-up that nobody acknowledged for five seconds is unseen, and is told once", () => {
	const watch = createUnseenWatch();
	watch.rings(call, "olena", 1_000, true);
	expect(watch.due(5_999)).toEqual([]);
	expect(watch.due(6_000)).toEqual([{ callId: call, userId: "olena", since: 1_000, cause: "not-acknowledged" }]);
	expect(watch.due(7_000)).toEqual([]);
});

test("each person's pop-up counts: of two phones the one is seen, the other is not", () => {
	const watch = createUnseenWatch();
	watch.rings(call, "olena", 0, true);
	watch.rings(call, "petro", 0, true);
	watch.seen(call, "petro");
	expect(watch.due(5_000).map(({ userId }) => userId)).toEqual(["olena"]);
});

test("who has no browser open is no news while a colleague with one is rung for the same call", () => {
	const watch = createUnseenWatch();
	watch.rings(call, "ira", 0, false);
	watch.rings(call, "petro", 0, true);
	watch.seen(call, "petro");
	expect(watch.due(9_000)).toEqual([]);
});

test("a phone of which nobody has a browser open is unseen", () => {
	const watch = createUnseenWatch();
	watch.rings(call, "ira", 0, false);
	expect(watch.due(5_000)).toEqual([{ callId: call, userId: "ira", since: 0, cause: "not-connected" }]);
});

test("when nobody else shows it either, both are unseen", () => {
	const watch = createUnseenWatch();
	watch.rings(call, "ira", 0, false);
	watch.rings(call, "petro", 0, true);
	expect(watch.due(5_000).map(({ userId }) => userId)).toEqual(["petro"]);
	expect(watch.due(6_000).map(({ userId }) => userId)).toEqual(["ira"]);
});

test("a phone that stopped ringing in time is no news, and ringing again begins anew", () => {
	const watch = createUnseenWatch();
	watch.rings(call, "olena", 0, true);
	watch.stops(call, "olena");
	expect(watch.due(9_000)).toEqual([]);
	watch.rings(call, "olena", 10_000, true);
	expect(watch.due(14_999)).toEqual([]);
	watch.over(call);
	expect(watch.due(60_000)).toEqual([]);
});

test("what could not be written down is due again", () => {
	const watch = createUnseenWatch();
	watch.rings(call, "olena", 0, true);
	for (const one of watch.due(5_000)) watch.again(one);
	expect(watch.due(6_000)).toHaveLength(1);
});
