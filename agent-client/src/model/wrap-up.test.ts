import { expect, test } from "vitest";
import { ApiError } from "../connection/http.ts";
import { createDrafts, rememberComment } from "./drafts.ts";
import { amountOf, createWrapUp, dispositionOf, emptyDraft } from "./wrap-up.ts";

const now = new Date("2026-11-22T12:00:00").getTime();
function memory() {
	const map = new Map<string, string>();
	return {
		map,
		getItem: (key: string) => map.get(key) ?? null,
		setItem: (key: string, value: string) => void map.set(key, value),
		removeItem: (key: string) => void map.delete(key),
	};
}
const form = (save: (body: unknown) => Promise<unknown> = async () => {}, store = memory()) =>
	createWrapUp({ callId: "c1", drafts: createDrafts(store), now: () => now, save });

test("a comment of blanks is no comment, and the form says so after the first try", async () => {
	const wrapUp = form();
	wrapUp.change({ status: "not_client", comment: " \n\t" });
	expect(wrapUp.problems).toEqual({});
	expect(wrapUp.canSave).toBe(false);
	expect(await wrapUp.submit()).toBe(false);
	expect(wrapUp.problems).toEqual({ comment: "comment-missing" });
});

test("a sale wants an amount, a refusal wants a reason, work in hand wants nothing more", () => {
	const wrapUp = form();
	wrapUp.change({ comment: "ok", status: "bought" });
	expect(wrapUp.canSave).toBe(false);
	wrapUp.change({ amount: "12 500,50" });
	expect(dispositionOf(wrapUp.draft.value, now)).toEqual({ status: "bought", comment: "ok", amount: "12500.50" });
	wrapUp.change({ status: "refused" });
	expect(wrapUp.canSave).toBe(false);
	wrapUp.change({ refusalReason: "Too expensive" });
	expect(dispositionOf(wrapUp.draft.value, now)).toEqual({
		status: "refused",
		comment: "ok",
		refusalReason: "Too expensive",
	});
	wrapUp.change({ status: "in_work" });
	expect(dispositionOf(wrapUp.draft.value, now)).toEqual({ status: "in_work", comment: "ok" });
	wrapUp.change({ nextContactAt: "24.11 10:00" });
	expect(dispositionOf(wrapUp.draft.value, now)).toEqual({
		status: "in_work",
		comment: "ok",
		nextContactAt: new Date("2026-11-24T10:00:00").toISOString(),
	});
	wrapUp.change({ nextContactAt: "01.01.2020 10:00" });
	expect(wrapUp.canSave).toBe(false);
});

test("amounts as people type them", () => {
	expect(["1", "1 000", "1000,5", "12.34", "9'999"].map(amountOf)).toEqual(["1", "1000", "1000.5", "12.34", "9999"]);
	for (const wrong of ["", "0", "0,00", "-5", "abc", "1.234", "1,2,3", "99999999999999"])
		expect(amountOf(wrong)).toBe(null);
});

test("what is typed survives a reload and a failed save", async () => {
	const store = memory();
	const first = form(async () => {
		throw new ApiError("unavailable", "", 503);
	}, store);
	first.change({ status: "in_work", comment: "Call on Monday" });
	expect(await first.submit()).toBe(false);
	expect(first.failure.value?.code).toBe("unavailable");
	const afterReload = form(async () => {}, store);
	expect(afterReload.draft.value).toEqual({ ...emptyDraft, status: "in_work", comment: "Call on Monday" });
	expect(await afterReload.submit()).toBe(true);
	expect(store.map.size).toBe(0);
});

test("a template goes behind what is typed", () => {
	const wrapUp = form();
	wrapUp.insert("Busy");
	wrapUp.insert("call tomorrow");
	expect(wrapUp.draft.value.comment).toBe("Busy call tomorrow");
});

test("a spoilt draft in the storage is no draft", () => {
	const store = memory();
	store.setItem("dzvin:wrap-up:c1", "{broken");
	expect(form(undefined, store).draft.value).toEqual(emptyDraft);
	store.setItem("dzvin:wrap-up:c1", '{"status":"won","comment":5}');
	expect(form(undefined, store).draft.value).toEqual(emptyDraft);
});

test("recent comments keep their order of use and do not repeat", () => {
	expect(rememberComment(["a", "b"], "b ")).toEqual(["b", "a"]);
	expect(rememberComment(["1", "2", "3", "4", "5", "6", "7", "8"], "9")).toHaveLength(8);
});
