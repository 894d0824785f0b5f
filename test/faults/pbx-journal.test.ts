import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { traces } from "../calls/expected.ts";
import { readPbxJournal } from "./pbx-journal.ts";

const recorded = traces().filter(({ name }) => !name.endsWith(".unnumbered"));

test.each(recorded)("the oracle reads of the PBX's journal what the lab expected of the scenario ($name)", (trace) => {
	const text = readFileSync(new URL(`../traces/${trace.name}.cel.csv`, import.meta.url), "utf8");
	const told = readPbxJournal(text).contacts.map(({ direction, outcome }) => `${direction} ${outcome}`);
	const due = trace.expected.map(({ direction, outcome }) => `${direction} ${outcome}`);
	expect(told.sort()).toEqual(due.sort());
});
