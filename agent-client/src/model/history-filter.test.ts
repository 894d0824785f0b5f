import { expect, test } from "vitest";
import { addressOfHistory, historyFilterOf, narrows, queryOfHistory, wholeHistory } from "./history-filter.ts";

const by = "0197b0c0-0000-7000-8000-000000000001";

test("the filter of a history stands in the address and comes back from it", () => {
	const filter = {
		kind: "call",
		period: "own",
		from: "2026-11-01",
		to: "2026-11-20",
		by,
		q: "договір & рахунок",
	} as const;
	const address = addressOfHistory("7", filter);
	const query = Object.fromEntries(new URL(address, "http://localhost").searchParams);
	expect(historyFilterOf(query)).toEqual(filter);
	expect(addressOfHistory("7", wholeHistory)).toBe("/contacts/7");
});

test("nonsense in the address shows the whole history", () => {
	const query = { kind: "secrets", period: "ever", from: "2026-11-01", to: "x", by: "olena" };
	expect(historyFilterOf(query)).toEqual(wholeHistory);
	expect(historyFilterOf({ period: "own", from: "2026-13-45", to: "0000-01-01" })).toMatchObject({ from: "", to: "" });
	expect(narrows({ ...wholeHistory, kind: "note" })).toBe(false);
	expect(narrows({ ...wholeHistory, q: " а" })).toBe(true);
});

test("a period of one's own takes in its last day whole", () => {
	const now = new Date(2026, 10, 25, 12).getTime();
	const own = { ...wholeHistory, period: "own", from: "2026-11-24", to: "2026-11-24" } as const;
	expect(queryOfHistory(own, now, [])).toMatchObject({
		from: new Date(2026, 10, 24).toISOString(),
		to: new Date(2026, 10, 25).toISOString(),
	});
	const week = queryOfHistory({ ...wholeHistory, period: "week", q: " куп " }, now, ["bought", "refused"]);
	expect(week).toMatchObject({ from: new Date(2026, 10, 23).toISOString(), q: "куп", statuses: "bought,refused" });
	expect(queryOfHistory(wholeHistory, now, ["bought"])).toEqual({});
});
