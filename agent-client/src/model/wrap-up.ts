import { computed, signal } from "@preact/signals";
import type { DispositionInput, DispositionStatus } from "../../../server/protocol/disposition.ts";
import { ApiError } from "../connection/http.ts";
import { parseMoment } from "./time.ts";

/** In the order of the digits 1-4. */
export const statuses = ["in_work", "bought", "refused", "not_client"] as const satisfies readonly DispositionStatus[];

/** What the person has typed so far. `nextContactAt` is the text of a local moment (see `parseMoment`), or empty. */
export interface WrapUpDraft {
	readonly status: DispositionStatus | null;
	readonly comment: string;
	readonly refusalReason: string;
	readonly amount: string;
	readonly nextContactAt: string;
}
export const emptyDraft: WrapUpDraft = { status: null, comment: "", refusalReason: "", amount: "", nextContactAt: "" };

/** What stands in the way of saving, by field; the view has a sentence for each. */
export type Problem =
	| "status-missing"
	| "comment-missing"
	| "reason-missing"
	| "amount-missing"
	| "amount-wrong"
	| "time-wrong";

export interface DraftStore {
	read(callId: string): WrapUpDraft | null;
	write(callId: string, draft: WrapUpDraft): void;
	remove(callId: string): void;
}

/** `12 500,5` → `12500.50`-like decimal text; null when it is no amount above zero. */
export function amountOf(text: string): string | null {
	const plain = text.replace(/[\s\u00a0\u202f']/g, "").replace(",", ".");
	return /^(?!0+(\.0+)?$)\d{1,13}(\.\d{1,2})?$/.test(plain) ? plain : null;
}

function problemsOf(draft: WrapUpDraft, now: number): Partial<Record<keyof WrapUpDraft, Problem>> {
	const problems: Partial<Record<keyof WrapUpDraft, Problem>> = {};
	if (draft.status === null) problems.status = "status-missing";
	if (draft.comment.trim() === "") problems.comment = "comment-missing";
	if (draft.status === "refused" && draft.refusalReason === "") problems.refusalReason = "reason-missing";
	if (draft.status === "bought") {
		if (draft.amount.trim() === "") problems.amount = "amount-missing";
		else if (amountOf(draft.amount) === null) problems.amount = "amount-wrong";
	}
	if (draft.status === "in_work" && draft.nextContactAt.trim() !== "") {
		const moment = parseMoment(draft.nextContactAt, now);
		if (moment === null || moment <= now) problems.nextContactAt = "time-wrong";
	}
	return problems;
}

/** The body for the server; null while something is missing. */
export function dispositionOf(draft: WrapUpDraft, now: number): DispositionInput | null {
	if (draft.status === null || Object.keys(problemsOf(draft, now)).length > 0) return null;
	const comment = draft.comment.trim();
	switch (draft.status) {
		case "in_work": {
			const moment = parseMoment(draft.nextContactAt, now);
			return { status: "in_work", comment, ...(moment !== null && { nextContactAt: new Date(moment).toISOString() }) };
		}
		case "bought":
			return { status: "bought", comment, amount: amountOf(draft.amount) ?? "" };
		case "refused":
			return { status: "refused", comment, refusalReason: draft.refusalReason };
		case "not_client":
			return { status: "not_client", comment };
	}
}

interface Deps {
	readonly callId: string;
	readonly drafts: DraftStore;
	readonly now: () => number;
	readonly save: (body: DispositionInput) => Promise<unknown>;
}

/** One wrap-up form. What is typed is kept with every key; a failed save loses nothing. */
export function createWrapUp({ callId, drafts, now, save }: Deps) {
	const draft = signal<WrapUpDraft>(drafts.read(callId) ?? emptyDraft);
	const touched = signal(false);
	const saving = signal(false);
	const failure = signal<ApiError | null>(null);
	const serverFields = signal<Readonly<Record<string, string>>>({});
	const problems = computed(() => problemsOf(draft.value, now()));

	return {
		callId,
		draft,
		saving,
		failure,
		serverFields,
		/** What to show beside the fields: nothing until the first try to save. */
		get problems() {
			return touched.value ? problems.value : {};
		},
		get canSave() {
			return Object.keys(problems.value).length === 0 && !saving.value;
		},
		get touched() {
			return touched.value;
		},
		change(patch: Partial<WrapUpDraft>): void {
			draft.value = { ...draft.value, ...patch };
			drafts.write(callId, draft.value);
		},
		/** A template or a recent comment: replaces an empty comment, else goes behind it. */
		insert(text: string): void {
			const present = draft.value.comment.trim();
			this.change({ comment: present === "" ? text : `${present} ${text}` });
		},
		/** True when it was saved. */
		async submit(): Promise<boolean> {
			touched.value = true;
			const body = dispositionOf(draft.value, now());
			if (body === null || saving.value) return false;
			saving.value = true;
			failure.value = null;
			serverFields.value = {};
			try {
				await save(body);
				drafts.remove(callId);
				return true;
			} catch (error) {
				if (!(error instanceof ApiError)) throw error;
				failure.value = error;
				serverFields.value = error.fields;
				return false;
			} finally {
				saving.value = false;
			}
		},
	};
}
