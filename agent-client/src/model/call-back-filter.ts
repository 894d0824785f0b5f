import { waysOf } from "./call-filter.ts";

export const callBackScopes = ["open", "mine", "escalated", "closed"] as const;
export type CallBackScope = (typeof callBackScopes)[number];

/** What of the call-back list is shown, as it stands in the address. */
export interface CallBackFilter {
	readonly scope: CallBackScope;
	/** A person's id, `nobody`, or empty for everybody's. */
	readonly assignee: string;
	readonly overdue: boolean;
	readonly did: string;
	readonly queue: string;
}

/** Whatever stands in the address becomes a filter; nonsense becomes the default. */
export function callBackFilterOf(query: Readonly<Record<string, string>>): CallBackFilter {
	const { assignee = "" } = query;
	return {
		scope: callBackScopes.find((one) => one === query.scope) ?? "open",
		assignee: assignee === "nobody" || /^[0-9a-f-]{36}$/.test(assignee) ? assignee : "",
		overdue: query.overdue === "true",
		...waysOf(query),
	};
}

/** Only what narrows stands in the address. */
export function addressOfCallBack(filter: CallBackFilter): string {
	const query = new URLSearchParams();
	if (filter.scope !== "open") query.set("scope", filter.scope);
	for (const key of ["assignee", "did", "queue"] as const) if (filter[key]) query.set(key, filter[key]);
	if (filter.overdue) query.set("overdue", "true");
	const text = query.toString();
	return text ? `/call-back?${text}` : "/call-back";
}

/** What the server is asked for the figures of all tabs. */
export const queryOfTabs = ({ assignee, overdue, did, queue }: CallBackFilter) => ({
	assignee: assignee || undefined,
	overdue: overdue || undefined,
	did: did || undefined,
	queue: queue || undefined,
});

/** What the server is asked for the rows of the chosen tab; `step`: how far it went to be the viewer's. */
export const queryOfCallBack = (filter: CallBackFilter, step: "team" | "supervisor") => ({
	...queryOfTabs(filter),
	kind: "missed",
	...(filter.scope === "mine" && { assignee: "me" }),
	...(filter.scope === "escalated" && { escalated: step }),
	// What is closed is overdue no more.
	...(filter.scope === "closed" && { settled: true, overdue: undefined }),
});
