import { expect, test } from "vitest";
import { chosenOf, extended, nothingChosen, toggled } from "./selection.ts";

const rows = ["a", "b", "c", "d"];

test("a row is chosen and given back; Shift reaches from the last step to this row", () => {
	const one = toggled(nothingChosen, "b");
	expect(chosenOf(one, rows)).toEqual(["b"]);
	expect(chosenOf(toggled(one, "b"), rows)).toEqual([]);
	expect(chosenOf(extended(one, "d", rows), rows)).toEqual(["b", "c", "d"]);
	expect(chosenOf(extended(one, "a", rows), rows)).toEqual(["a", "b"]);
	// From nowhere it begins here.
	expect(chosenOf(extended(nothingChosen, "c", rows), rows)).toEqual(["c"]);
});

test("a row that is gone is chosen no more", () => {
	expect(chosenOf(extended(toggled(nothingChosen, "a"), "c", rows), ["a", "d"])).toEqual(["a"]);
});
