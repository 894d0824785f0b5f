import { describe, expect, it } from "vitest";
import { SequenceWatch } from "./sequence.ts";

const watch = (numbers: readonly number[]) => {
	const sequence = new SequenceWatch();
	return { sequence, lost: numbers.reduce((sum, number) => sum + sequence.take(number, 0), 0) };
};
const upTo = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

describe("numbers on events", () => {
	it("without holes lose nothing, from wherever they begin", () => {
		expect(watch(upTo(900, 1200)).lost).toBe(0);
	});

	it("a wide hole is a loss at once", () => {
		expect(watch([1, 2, 3, 500]).lost).toBe(496);
	});

	it("neighbours that change places lose nothing", () => {
		expect(watch([1, 2, 4, 3, 6, 5, ...upTo(7, 100)]).lost).toBe(0);
	});

	it("a small hole is a loss after a while, counted in events or in time", () => {
		expect(watch([1, 2, 4, ...upTo(5, 60)]).lost).toBe(1);
		const { sequence } = watch([1, 2, 5]);
		expect([sequence.tick(500), sequence.tick(1000), sequence.tick(2000)]).toEqual([0, 2, 0]);
	});

	it("a counter that begins anew is no loss", () => {
		expect(watch([5000, 5001, 0, 1, 2]).lost).toBe(0);
	});

	it("an account that may not hear everything is told so, and is not alarmed for ever", () => {
		const { sequence, lost } = watch(upTo(0, 2000).filter((number) => number % 3 === 0));
		expect(sequence.state).toBe("sparse");
		expect(lost).toBeLessThan(60);
	});
});
