import { expect, test } from "vitest";
import { addressOfFilter, filterOf, noFilter, queryOfFilter } from "./call-filter.ts";

test("the filter lives in the address and comes back from it", () => {
	const filter = { ...noFilter, period: "month", outcome: "missed", number: "+380 67", unprocessed: true } as const;
	const address = addressOfFilter(filter);
	expect(address).toBe("/calls?period=month&outcome=missed&number=%2B380+67&unprocessed=true");
	expect(filterOf(Object.fromEntries(new URL(address, "http://x").searchParams))).toEqual(filter);
	expect(addressOfFilter(noFilter)).toBe("/calls");
});

test("nonsense in the address is the default", () => {
	expect(filterOf({ period: "aeon", direction: "up", agent: "<script>", unprocessed: "maybe" })).toEqual(noFilter);
});

test("a week is asked from its Monday on, yesterday ends at midnight", () => {
	const now = new Date("2026-11-22T12:00:00").getTime();
	expect(queryOfFilter(noFilter, now).from).toBe(new Date("2026-11-16T00:00:00").toISOString());
	const yesterday = queryOfFilter({ ...noFilter, period: "yesterday" }, now);
	expect(yesterday.from).toBe(new Date("2026-11-21T00:00:00").toISOString());
	expect(yesterday.to).toBe(new Date("2026-11-22T00:00:00").toISOString());
	expect(queryOfFilter({ ...noFilter, period: "all" }, now).from).toBeUndefined();
});
