import { expect, test } from "vitest";
import { createWaitingLine } from "./waiting-line.ts";

/** A line of one a millisecond whose visitors are let in, and whose rests end, when the test says so. */
function slowLine({ together = 3, most = 10 } = {}) {
	const begun: number[] = [];
	const doors: (() => void)[] = [];
	const rests: (() => void)[] = [];
	let time = 0;
	const line = createWaitingLine<number>({
		...{ perSecond: 1000, together, most, now: () => time },
		welcome: (visitor) => {
			begun.push(visitor);
			return new Promise<void>((resolve) => doors.push(resolve));
		},
		rest: () => new Promise<void>((resolve) => rests.push(resolve)),
	});
	const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
	return {
		line,
		begun,
		/** Everybody who is being let in is in. */
		async open() {
			for (const open of doors.splice(0)) open();
			await turn();
		},
		/** The rest is over, so many milliseconds after the group before went in. */
		async rested(milliseconds = 2) {
			time += milliseconds;
			for (const end of rests.splice(0)) end();
			await turn();
		},
		resting: () => rests.length > 0,
	};
}

test("somebody alone is let in at once", () => {
	const { line, begun } = slowLine();
	expect(line.join(1)).toBe(true);
	expect(begun).toEqual([1]);
	expect(line.waiting()).toBe(0);
});

test("everybody is let in, in the order in which they came, a few together, with a rest between", async () => {
	const { line, begun, open, rested, resting } = slowLine();
	for (const visitor of [1, 2, 3, 4, 5, 6]) line.join(visitor);
	expect(begun).toEqual([1]);
	await open();
	expect(begun).toEqual([1]);
	expect(resting()).toBe(true);
	await rested();
	expect(begun).toEqual([1, 2, 3]);
	await rested(0);
	expect(begun).toEqual([1, 2, 3]);
	await open();
	// Who comes last goes behind those who wait.
	line.join(7);
	await rested();
	expect(begun).toEqual([1, 2, 3, 4, 5]);
	await open();
	await rested();
	expect(begun).toEqual([1, 2, 3, 4, 5, 6, 7]);
	expect(line.waiting()).toBe(0);
});

test("a loop that is late lets more in together, up to a bound, and hastens no more than that", async () => {
	const { line, begun, open, rested } = slowLine();
	for (const visitor of [1, 2, 3, 4, 5, 6, 7, 8]) line.join(visitor);
	const sizes = [];
	for (const late of [1, 50, 2, 0]) {
		const before = begun.length;
		await open();
		await rested(late);
		sizes.push(begun.length - before);
	}
	expect(sizes).toEqual([1, 3, 2, 1]);
	expect(begun).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

test("after a storm somebody alone is let in at once again", async () => {
	const { line, begun, open, rested } = slowLine();
	line.join(1);
	await open();
	await rested();
	line.join(2);
	expect(begun).toEqual([1, 2]);
});

test("whoever gives up holds nobody up, and the next one has the place", async () => {
	const { line, begun, open, rested } = slowLine({ most: 2 });
	for (const visitor of [1, 2, 3]) line.join(visitor);
	expect(line.join(4)).toBe(false);
	line.leave(2);
	expect(line.join(4)).toBe(true);
	await open();
	await rested();
	expect(begun).toEqual([1, 3, 4]);
});

test("when it is cleared, those who wait are handed back and nobody else goes in", async () => {
	const { line, begun, open, rested } = slowLine();
	for (const visitor of [1, 2, 3]) line.join(visitor);
	expect(line.clear()).toEqual([2, 3]);
	await open();
	await rested();
	expect(begun).toEqual([1]);
	expect(line.waiting()).toBe(0);
});
