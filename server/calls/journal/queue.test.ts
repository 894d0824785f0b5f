import { expect, test } from "vitest";
import type { Entry } from "./entry.ts";
import { createEntryQueue } from "./queue.ts";

const entry = (arrival: number, name = "PJSIP/101"): Entry => ({
	...{ pbxId: "one", day: "2026-11-22", key: String(arrival), arrival, at: arrival },
	event: { kind: "channel.renamed", at: arrival, channelId: "1", name },
});
const large = (arrival: number) => entry(arrival, "x".repeat(1_000_000));
const arrivals = (entries: readonly Entry[]) => entries.map(({ arrival }) => arrival);
const plenty = Number.POSITIVE_INFINITY;

test("a queue gives what came first, and what was put back before that", () => {
	const queue = createEntryQueue();
	queue.add([entry(1), entry(2), entry(3), entry(4)]);
	const first = queue.take({ events: 2, bytes: plenty });
	expect(arrivals(first)).toEqual([1, 2]);
	queue.putBack(first);
	expect(arrivals(queue.take({ events: 3, bytes: plenty }))).toEqual([1, 2, 3]);
	expect(queue.size).toBe(1);
});

test("of large events a queue gives few at a time, but one however large", () => {
	const queue = createEntryQueue();
	queue.add([large(1), large(2), large(3), entry(4)]);
	expect(arrivals(queue.take({ events: 200, bytes: 2_500_000 }))).toEqual([1, 2]);
	expect(arrivals(queue.take({ events: 200, bytes: 10 }))).toEqual([3]);
	expect(queue.bytes).toBeLessThan(1_000);
	queue.take({ events: 200, bytes: 10 });
	expect([queue.size, queue.bytes]).toEqual([0, 0]);
	expect(queue.take({ events: 200, bytes: 10 })).toEqual([]);
});

test("what does not fit into memory goes, the oldest first", () => {
	const queue = createEntryQueue();
	queue.add([entry(1), large(2), large(3), entry(4), entry(5)]);
	expect(queue.trim({ events: 10, bytes: 1_500_000 })).toBe(2);
	expect(queue.trim({ events: 2, bytes: plenty })).toBe(1);
	expect(queue.trim({ events: 2, bytes: plenty })).toBe(0);
	expect(arrivals(queue.take({ events: 10, bytes: plenty }))).toEqual([4, 5]);
});
