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

test("who showed it before the phone was known to ring has it on the screen", () => {
	const watch = createUnseenWatch();
	watch.seen(call, "olena");
	watch.rings(call, "olena", 0, true);
	watch.rings(call, "petro", 0, true);
	expect(watch.due(5_000).map(({ userId }) => userId)).toEqual(["petro"]);
});

test("what was shown before the phone stopped says nothing of its ringing again", () => {
	const watch = createUnseenWatch();
	watch.seen(call, "olena");
	watch.stops(call, "olena");
	watch.rings(call, "olena", 0, true);
	expect(watch.due(5_000)).toHaveLength(1);
});

test("of cards that are shown before their phones are known to ring, a few of each person are kept", () => {
	const watch = createUnseenWatch();
	for (let n = 0; n < 1_000; n += 1) watch.seen(`call ${n}`, "olena");
	watch.seen(call, "petro");
	for (const id of ["call 0", "call 999"]) watch.rings(id, "olena", 0, true);
	watch.rings(call, "petro", 0, true);
	expect(watch.due(5_000).map(({ callId }) => callId)).toEqual(["call 0"]);
});
