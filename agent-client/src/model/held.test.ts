import { expect, test } from "vitest";
import type { WrapUp } from "../../../server/protocol/wrap-up.ts";
import { idOf, iso } from "./fixtures.ts";
import { createHeld, holding, secondsHeld } from "./held.ts";

const one = (change: Partial<WrapUp>): WrapUp => ({
	id: idOf(1),
	callId: idOf(2),
	user: { id: idOf(3), name: "Олена" },
	queue: "sales",
	mode: "box",
	since: iso(0),
	until: iso(60_000),
	saved: false,
	extended: 0,
	extendable: true,
	effect: "paused",
	problem: null,
	...change,
});

test("a box that is over holds nobody; of two boxes the later one counts", () => {
	const items = [one({}), one({ until: iso(90_000) })];
	expect(holding(items, 70_000)).toHaveLength(1);
	expect(holding(items, 90_000)).toEqual([]);
	expect(secondsHeld(items, 59_500)).toBe(31);
	expect(secondsHeld([one({}), one({ mode: "mandatory", until: null })], 0)).toBe(null);
});

test("what the PBX has not done yet is asked for again, and changes in swarms are one question", async () => {
	const answers = [[one({ effect: "pending" })], [one({})]];
	const work: (() => void)[] = [];
	const held = createHeld({
		read: async () => answers.shift() ?? [],
		settings: () => null,
		later: (then) => void work.push(then),
	});
	await held.look();
	held.hear({ type: "obligation.opened" });
	held.hear({ type: "obligation.settled" });
	expect(work).toHaveLength(1);
	work.pop()?.();
	await Promise.resolve();
	await Promise.resolve();
	expect(held.items.value[0]?.effect).toBe("paused");
	expect(work).toHaveLength(0);
});
