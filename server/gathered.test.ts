import { expect, test } from "vitest";
import { gathered } from "./gathered.ts";

/** A read that answers when it is told to. */
function slowRead() {
	const reads: { keys: readonly number[]; answer: () => void; fail: () => void }[] = [];
	const read = (keys: readonly number[]) =>
		new Promise<Map<number, string>>((resolve, reject) => {
			const found = new Map(keys.filter((key) => key >= 0).map((key) => [key, `of ${key}`]));
			reads.push({ keys, answer: () => resolve(found), fail: () => reject(new Error("away")) });
		});
	return { reads, read };
}
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

test("what is asked for in one moment is read together, each key once", async () => {
	const { reads, read } = slowRead();
	const ask = gathered(read, "none");
	const all = Promise.all([ask(1), ask(2), ask(1), ask(-1)]);
	await turn();
	expect(reads.map(({ keys }) => keys)).toEqual([[1, 2, -1]]);
	reads[0]?.answer();
	expect(await all).toEqual(["of 1", "of 2", "of 1", "none"]);
});

test("who asks while reads are under way waits for the next one, which begins after the question", async () => {
	const { reads, read } = slowRead();
	const ask = gathered(read, "none", { atOnce: 1, most: 2 });
	const first = ask(1);
	await turn();
	const later = Promise.all([ask(1), ask(2), ask(3)]);
	await turn();
	expect(reads).toHaveLength(1);
	reads[0]?.answer();
	expect(await first).toBe("of 1");
	await turn();
	expect(reads[1]?.keys).toEqual([1, 2]);
	reads[1]?.answer();
	await turn();
	expect(reads[2]?.keys).toEqual([3]);
	reads[2]?.answer();
	expect(await later).toEqual(["of 1", "of 2", "of 3"]);
});

test("a read that fails fails for those who waited for it, and the next one goes on", async () => {
	const { reads, read } = slowRead();
	const ask = gathered(read, "none", { atOnce: 1 });
	const first = ask(1);
	await turn();
	const second = ask(2);
	reads[0]?.fail();
	await expect(first).rejects.toThrow("away");
	await turn();
	reads[1]?.answer();
	expect(await second).toBe("of 2");
});
