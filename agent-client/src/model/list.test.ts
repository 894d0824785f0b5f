import { expect, test } from "vitest";
import { ApiError } from "../connection/http.ts";
import { createList } from "./list.ts";

test("pages follow each other, and a reload begins anew", async () => {
	const list = createList(async (after) =>
		after === null ? { items: [{ id: "1" }], next: "p2" } : { items: [{ id: "2" }], next: null },
	);
	await list.reload();
	await list.more();
	expect(list.items.value.map((item) => item.id)).toEqual(["1", "2"]);
	await list.more();
	await list.reload();
	expect(list.items.value.map((item) => item.id)).toEqual(["1"]);
});

test("a slow answer never overwrites the answer to a newer question", async () => {
	const doors: (() => void)[] = [];
	let question = 0;
	const list = createList(async () => {
		const id = String(++question);
		await new Promise<void>((resolve) => doors.push(resolve));
		return { items: [{ id }], next: null };
	});
	const first = list.reload();
	const second = list.reload();
	doors[1]?.();
	await second;
	doors[0]?.();
	await first;
	expect(list.items.value).toEqual([{ id: "2" }]);
});

test("rows stay on the screen when reading them anew fails", async () => {
	let fail = false;
	const list = createList(async () => {
		if (fail) throw new ApiError("offline", "");
		return { items: [{ id: "1" }], next: null };
	});
	await list.reload();
	fail = true;
	await list.reload();
	expect(list.items.value).toHaveLength(1);
	expect(list.phase.value).toBe("ready");
	expect(list.failure.value).toBe("offline");
});

test("a first reading that fails is a failure; an empty list is no failure", async () => {
	const failing = createList(async () => {
		throw new ApiError("unavailable", "");
	});
	await failing.reload();
	expect(failing.phase.value).toBe("failed");
	const empty = createList(async () => ({ items: [], next: null }));
	await empty.reload();
	expect(empty.empty.value).toBe(true);
});
