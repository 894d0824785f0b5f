import fc from "fast-check";
import { expect, test } from "vitest";
import { type Span, soleSpans, startOfTenure } from "./tenure.ts";

const day = (n: number) => new Date(Date.UTC(2026, 0, n));
const span = (from: number | null, to: number | null): Span => ({
	from: from === null ? null : day(from),
	to: to === null ? null : day(to),
});

test("the first owner of a number has it since ever", () => {
	expect(startOfTenure([], day(10))).toBeNull();
});

test("a number that others gave up belongs to the next owner since the last of them gave it up", () => {
	expect(startOfTenure([span(null, 3), span(3, 7)], day(10))).toEqual(day(7));
});

test("a number that another still has is shared from now on", () => {
	expect(startOfTenure([span(null, 3), span(3, null)], day(10))).toEqual(day(10));
});

test("a call is known to have begun in a second: a number is shared from the second in which it is given", () => {
	const given = new Date("2026-01-10T10:00:05.990Z");
	expect(startOfTenure([span(null, null)], given)).toEqual(new Date("2026-01-10T10:00:05.000Z"));
});

test("a number shared for some days is the first owner's alone before and after them", () => {
	expect(soleSpans([span(null, null)], [span(3, 5)])).toEqual([span(null, 3), span(5, null)]);
});

test("a number that another has since ever is nobody's alone", () => {
	expect(soleSpans([span(2, 5)], [span(null, null)])).toEqual([]);
});

test("at every moment a number is a contact's alone exactly when he has it and no other has", () => {
	const edge = fc.option(fc.integer({ min: 1, max: 12 }), { nil: null });
	const spans = fc.array(
		fc.tuple(edge, edge).map(([from, to]) => span(from, to)),
		{ maxLength: 4 },
	);
	const inside = (list: readonly Span[], at: Date) =>
		list.some(({ from, to }) => (from === null || from <= at) && (to === null || at < to));
	fc.assert(
		fc.property(spans, spans, (own, others) => {
			const sole = soleSpans(own, others);
			for (let n = 0; n <= 13; n += 1) {
				expect(inside(sole, day(n))).toBe(inside(own, day(n)) && !inside(others, day(n)));
			}
		}),
		{ numRuns: 2_000 },
	);
});
