import { startOfDay, startOfWeek } from "./time.ts";

export const historyKinds = ["all", "call", "note", "task", "change"] as const;
export const historyPeriods = ["all", "today", "week", "month", "year", "own"] as const;

/** What of a contact's history is shown, as it stands in the address. */
export interface HistoryFilter {
	readonly kind: (typeof historyKinds)[number];
	readonly period: (typeof historyPeriods)[number];
	/** First and last day of the period `own`, `YYYY-MM-DD`; empty = open. */
	readonly from: string;
	readonly to: string;
	/** Id of a colleague; empty = everybody. */
	readonly by: string;
	readonly q: string;
}

export const wholeHistory: HistoryFilter = { kind: "all", period: "all", from: "", to: "", by: "", q: "" };

/** Whatever stands in the address becomes a filter; nonsense becomes the default. */
export function historyFilterOf(query: Readonly<Record<string, string>>): HistoryFilter {
	const period = historyPeriods.find((one) => one === query.period) ?? "all";
	const day = (text = "") => (period === "own" && isDay(text) ? text : "");
	return {
		kind: historyKinds.find((one) => one === query.kind) ?? "all",
		period,
		from: day(query.from),
		to: day(query.to),
		by: /^[0-9a-f-]{36}$/.test(query.by ?? "") ? (query.by ?? "") : "",
		q: (query.q ?? "").slice(0, 200),
	};
}

/** Only what differs from the default stands in the address. */
export function addressOfHistory(contactId: string, filter: HistoryFilter): string {
	const query = new URLSearchParams();
	for (const key of ["kind", "period", "from", "to", "by", "q"] as const) {
		if (filter[key] !== wholeHistory[key]) query.set(key, filter[key]);
	}
	const text = query.toString();
	return `/contacts/${contactId}${text && `?${text}`}`;
}

/** True when something could be shown that is not; the kind is a tab and no filter. */
export const narrows = ({ period, by, q }: HistoryFilter) => period !== "all" || by !== "" || q.trim() !== "";

/** What the server is asked; `statuses`: those whose name is looked for. */
export function queryOfHistory(filter: HistoryFilter, now: number, statuses: readonly string[]) {
	const q = filter.q.trim();
	return {
		...rangeOf(filter, now),
		kinds: filter.kind === "all" ? undefined : filter.kind,
		by: filter.by || undefined,
		q: q || undefined,
		statuses: (q && statuses.join(",")) || undefined,
	};
}

function rangeOf({ period, from, to }: HistoryFilter, now: number): { from?: string; to?: string } {
	const at = (milliseconds: number) => new Date(milliseconds).toISOString();
	const today = new Date(now);
	switch (period) {
		case "all":
			return {};
		case "today":
			return { from: at(startOfDay(now)) };
		case "week":
			return { from: at(startOfWeek(now)) };
		case "month":
			return { from: at(new Date(today.getFullYear(), today.getMonth(), 1).getTime()) };
		case "year":
			return { from: at(new Date(today.getFullYear(), 0, 1).getTime()) };
		case "own":
			return {
				...(from && { from: at(startOfDay(midday(from))) }),
				...(to && { to: at(startOfDay(midday(to), 1)) }),
			};
	}
}

/** A moment of this day by the clock of the person. */
const midday = (day: string) => new Date(`${day}T12:00:00`).getTime();
const isDay = (text: string) => /^[12]\d{3}-\d\d-\d\d$/.test(text) && !Number.isNaN(midday(text));
