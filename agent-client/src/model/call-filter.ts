import { startOfDay, startOfWeek } from "./time.ts";

/** The filter of the calls list as it stands in the address. */
export interface CallFilter {
	readonly period: "today" | "yesterday" | "week" | "month" | "all";
	readonly direction: "" | "inbound" | "outbound" | "internal";
	readonly outcome: "" | "answered" | "missed" | "no-answer" | "busy" | "failed";
	readonly agent: string;
	readonly number: string;
	/** The line that was dialled, and the queue; empty = whichever. */
	readonly did: string;
	readonly queue: string;
	readonly unprocessed: boolean;
}

export const periods = ["today", "yesterday", "week", "month", "all"] as const;
export const directions = ["", "inbound", "outbound", "internal"] as const;
export const outcomes = ["", "answered", "missed", "no-answer", "busy", "failed"] as const;
export const noFilter: CallFilter = {
	period: "week",
	direction: "",
	outcome: "",
	agent: "",
	number: "",
	did: "",
	queue: "",
	unprocessed: false,
};

const oneOf = <T extends string>(known: readonly T[], value: string | undefined, otherwise: T): T =>
	known.find((one) => one === value) ?? otherwise;

/** Whatever stands in the address becomes a filter; nonsense becomes the default. */
export function filterOf(query: Readonly<Record<string, string>>): CallFilter {
	return {
		period: oneOf(periods, query.period, noFilter.period),
		direction: oneOf(directions, query.direction, ""),
		outcome: oneOf(outcomes, query.outcome, ""),
		agent: /^[0-9a-f-]{36}$/.test(query.agent ?? "") ? (query.agent ?? "") : "",
		number: (query.number ?? "").slice(0, 40),
		...waysOf(query),
		unprocessed: query.unprocessed === "true",
	};
}

/** By which line and queue, as the address says it. */
export const waysOf = ({ did = "", queue = "" }: Readonly<Record<string, string>>) => ({
	did: did.slice(0, 60),
	queue: queue.slice(0, 100),
});

/** Only what differs from the default stands in the address. */
export function addressOfFilter(filter: CallFilter): string {
	const query = new URLSearchParams();
	for (const key of ["period", "direction", "outcome", "agent", "number", "did", "queue"] as const) {
		if (filter[key] !== noFilter[key]) query.set(key, filter[key]);
	}
	if (filter.unprocessed) query.set("unprocessed", "true");
	const text = query.toString();
	return text ? `/calls?${text}` : "/calls";
}

/** What the server is asked. */
export function queryOfFilter(filter: CallFilter, now: number): Record<string, string | boolean | undefined> {
	const at = (milliseconds: number) => new Date(milliseconds).toISOString();
	const date = new Date(now);
	const range: Record<CallFilter["period"], { from?: string; to?: string }> = {
		today: { from: at(startOfDay(now)) },
		yesterday: { from: at(startOfDay(now, -1)), to: at(startOfDay(now)) },
		week: { from: at(startOfWeek(now)) },
		month: { from: at(new Date(date.getFullYear(), date.getMonth(), 1).getTime()) },
		all: {},
	};
	return {
		...range[filter.period],
		direction: filter.direction || undefined,
		outcome: filter.outcome || undefined,
		agent: filter.agent || undefined,
		number: filter.number.trim() || undefined,
		did: filter.did || undefined,
		queue: filter.queue || undefined,
		unprocessed: filter.unprocessed || undefined,
	};
}
