import { type DraftStore, emptyDraft, type WrapUpDraft } from "./wrap-up.ts";

type Store = Pick<Storage, "getItem" | "setItem" | "removeItem">;
const prefix = "dzvin:wrap-up:";
const openKey = "dzvin:open-wrap-ups";

function parse(text: string | null): unknown {
	if (text === null) return null;
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}

function draftOf(value: unknown): WrapUpDraft | null {
	if (typeof value !== "object" || value === null) return null;
	const field = (name: string) => {
		const found = Object.entries(value).find(([key]) => key === name)?.[1];
		return typeof found === "string" ? found : "";
	};
	const status = (["in_work", "bought", "refused", "not_client"] as const).find((known) => known === field("status"));
	return {
		...emptyDraft,
		status: status ?? null,
		comment: field("comment"),
		refusalReason: field("refusalReason"),
		amount: field("amount"),
		nextContactAt: field("nextContactAt"),
	};
}

/** Drafts live in the tab's session storage: over a reload, not over a sign-out. A full storage is no error. */
export function createDrafts(store: Store): DraftStore & { open: () => string[]; setOpen: (ids: string[]) => void } {
	const put = (key: string, value: unknown) => {
		try {
			store.setItem(key, JSON.stringify(value));
		} catch {
			// Storage is full or forbidden: the draft lives in memory only.
		}
	};
	return {
		read: (callId) => draftOf(parse(store.getItem(prefix + callId))),
		write: (callId, draft) => put(prefix + callId, draft),
		remove: (callId) => store.removeItem(prefix + callId),
		/** Calls whose card showed the wrap-up form. */
		open() {
			const ids = parse(store.getItem(openKey));
			return Array.isArray(ids) ? ids.filter((id) => typeof id === "string") : [];
		},
		setOpen: (ids) => put(openKey, ids),
	};
}

/** The last comments of this person, newest first, without repetition. */
export function rememberComment(recent: readonly string[], comment: string): string[] {
	const text = comment.trim();
	return [text, ...recent.filter((old) => old !== text)].slice(0, 8);
}
