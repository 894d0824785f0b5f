import { expect, test } from "vitest";
import type { CallFacts } from "./call-change.ts";
import { fold, progressOf } from "./progress.ts";

const call: CallFacts = {
	family: "1.1",
	startedAt: 1_800_000_000_000,
	direction: "inbound",
	outcome: "ringing",
	rawNumber: "",
	withheld: false,
	callerName: "",
	did: "",
	queue: null,
	answeredAt: null,
	endedAt: null,
	ringMs: 0,
	talkMs: 0,
	legs: [],
	recordings: [],
	ivr: "",
	interrupted: false,
	recovered: false,
};
const at = (seconds: number) => call.startedAt + seconds * 1000;
const leg = {
	index: 0,
	extension: "101",
	outside: false,
	placed: false,
	rangAt: at(1),
	answeredAt: null,
	leftAt: null,
	result: null,
};

test("a call goes forward: begun, rings, answered, ended", () => {
	const life: CallFacts[] = [
		call,
		{ ...call, ivr: "1" },
		{ ...call, ivr: "1", legs: [leg] },
		{ ...call, ivr: "1", answeredAt: at(5), legs: [{ ...leg, answeredAt: at(5) }] },
		{ ...call, ivr: "1", answeredAt: at(5), endedAt: at(5), legs: [{ ...leg, answeredAt: at(5), leftAt: at(5) }] },
	];
	const steps = life.map(progressOf);
	expect(steps).toEqual(steps.toSorted((a, b) => a - b));
	expect(new Set(steps).size).toBe(life.length);
});

test("an end that was only guessed gives way to the one that the PBX's journal knows, even an earlier one", () => {
	const guessed = { ...call, legs: [{ ...leg, leftAt: at(90) }], endedAt: at(90), interrupted: true };
	const known = { ...call, legs: [{ ...leg, leftAt: at(30) }], endedAt: at(30) };
	expect(progressOf(known)).toBeGreaterThan(progressOf(guessed));
	expect(progressOf(guessed)).toBeGreaterThan(progressOf({ ...call, legs: [leg] }));
});

test("a call that was found gone gives way to what was seen of its end, even of an earlier one, but not to a call that lives", () => {
	const found = { ...call, legs: [{ ...leg, leftAt: at(90) }], endedAt: at(90), recovered: true };
	const unseen = { found: [at(90)], after: at(20) };
	const seen = { ...call, legs: [{ ...leg, leftAt: at(30) }], endedAt: at(30) };
	expect(progressOf(seen)).toBeGreaterThan(progressOf({ ...found, unseen }));
	expect(progressOf({ ...seen, unseen: { ...unseen, found: [at(10)] } })).toBeGreaterThan(
		progressOf({ ...found, unseen }),
	);
	const rang = (seconds: number) => progressOf({ ...call, legs: [{ ...leg, rangAt: at(seconds) }] });
	expect(progressOf({ ...found, unseen })).toBeGreaterThan(rang(20));
	expect(progressOf({ ...found, unseen })).toBeLessThan(rang(21));
});

test("a call of ten years is still a number that is exact", () => {
	const long = { ...call, endedAt: at(10 * 366 * 86_400), ivr: "1".repeat(10_000) };
	expect(Number.isSafeInteger(progressOf(long))).toBe(true);
});

test("of the changes of one call the furthest stays; a family that went into another is gone, wherever it stands", () => {
	const rings = { ...call, legs: [leg] };
	const gone = { kind: "superseded", family: "2.2", startedAt: at(0), into: "1.1" } as const;
	const folded = fold([
		gone,
		{ kind: "changed", call: rings },
		{ kind: "changed", call: { ...call, family: "2.2" } },
		{ kind: "changed", call },
	]);
	expect(folded).toEqual({ calls: [rings], superseded: [gone] });
});
