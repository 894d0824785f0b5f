import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { compare } from "../../server/calls/reconcile/compare.ts";
import { asExpected, traces } from "../calls/expected.ts";
import { fold, rules } from "../calls/fold.ts";
import { wholeJournalOf } from "./whole.ts";

const folder = new URL("../traces/", import.meta.url);
const recorded = traces().filter(({ name }) => !name.endsWith(".unnumbered"));
const textOf = (name: string) => readFileSync(new URL(`${name}.cdr.csv`, folder), "utf8");

/** What CDR cannot tell, and how it tells it. */
const rough: Readonly<Record<string, string>> = {
	// Of a phone that the PBX called first, and that was not picked up, no number of a client is written.
	"click-to-call-agent-does-not-pick-up": "internal failed instead of outbound failed",
	"click-to-call-agent-rejects": "internal failed instead of outbound failed",
	// A number that does not exist and one that nobody answers are written alike.
	"outbound-failed": "outbound no-answer instead of outbound failed",
};

let place: string;
beforeEach(() => {
	place = mkdtempSync(join(tmpdir(), "dzvin-cdr-"));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

const journal = (text: string) => {
	const path = join(place, "Master.csv");
	writeFileSync(path, text);
	return wholeJournalOf({ kind: "cdr-csv", path });
};

test("recorded scenarios come out as the same calls, with direction and outcome", async () => {
	const different: Record<string, string> = {};
	for (const { name, expected } of recorded) {
		const { families, strange } = await journal(textOf(name)).read(0);
		expect(strange).toBe(0);
		const calls = families.flatMap((family) => {
			const book = fold(family.events);
			return book.facts.map((call) => asExpected(book, call));
		});
		const brief = (list: readonly { direction: string; outcome: string }[]) =>
			list.map(({ direction, outcome }) => `${direction} ${outcome}`).join(", ");
		if (brief(calls) !== brief(expected)) different[name] = `${brief(calls)} instead of ${brief(expected)}`;
	}
	console.log(`cdr-csv: ${recorded.length - Object.keys(different).length} of ${recorded.length} scenarios are equal`);
	expect(different).toEqual(rough);
});

test("a call that was seen is left as it was seen, one of a blind time is recovered", async () => {
	const { families } = await journal(textOf("direct-answered")).read(0);
	const [family] = families;
	if (!family) throw new Error("no call");
	const call = fold(family.events).facts[0];
	if (!call) throw new Error("no facts");
	const from = call.startedAt - 1000;
	const unseen = compare(family, { stored: new Map(), blind: [{ from, to: null }], live: null }, rules);
	expect(unseen).toMatchObject({ missing: true, changes: [{ kind: "changed" }] });
	// The beginning is told to the second: the blind time may have begun later in the same one.
	const within = { stored: new Map(), blind: [{ from: call.startedAt + 900, to: null }], live: null };
	expect(compare(family, within, rules)).toMatchObject({ missing: true, changes: [{ kind: "changed" }] });
	// The half of a transfer, perhaps, which went into another call.
	const awake = compare(family, { stored: new Map(), blind: [], live: null }, rules);
	expect(awake).toMatchObject({ changes: [], missing: false, calls: [], unmatched: [{ family: call.family }] });
	expect(unseen.unmatched).toEqual([]);
	const row = {
		...{ family: call.family, startedAt: call.startedAt, endedAt: call.endedAt, outcome: "missed", talkMs: 0 },
		...{ recovered: false, interrupted: false, progress: 1, callerName: "", did: "", queue: null, ivr: "" },
	};
	const seen = compare(
		family,
		{ stored: new Map([[call.family, row]]), blind: [{ from, to: null }], live: null },
		rules,
	);
	expect(seen).toMatchObject({ missing: false, changes: [], calls: [{ family: call.family }] });
});

test("a file that was rotated, emptied or cut in mid-record is read as far as it goes", async () => {
	const names = recorded.filter(({ name }) => !name.startsWith("server-starts")).map(({ name }) => name);
	const text = names.map(textOf).join("");
	const whole = (await journal(text).read(0)).families.length;
	const path = join(place, "Master.csv");
	const half = text.indexOf("\n", text.length / 2) + 1;
	writeFileSync(`${path}.1`, text.slice(0, half));
	writeFileSync(path, text.slice(half));
	expect((await wholeJournalOf({ kind: "cdr-csv", path }).read(0)).families).toHaveLength(whole);
	const torn = await journal(text.slice(0, -40)).read(0);
	expect(torn.strange).toBe(0);
	truncateSync(`${path}.1`);
	truncateSync(path);
	expect(await wholeJournalOf({ kind: "cdr-csv", path }).read(0)).toEqual({
		families: [],
		newest: null,
		strange: 0,
		last: null,
		holes: [],
	});
});

test("lines in local time are told in UTC, lines without a unique id are strange", async () => {
	const text = textOf("queue-answered");
	const utc = await journal(text).read(0);
	const shifted = text.replaceAll(/"(2026-\d\d-\d\d) (\d\d):/g, (_, day, hour) => `"${day} ${Number(hour) + 2}:`);
	expect((await journal(shifted).read(0)).newest).toBe(utc.newest);
	const bare = text.replaceAll(/,"\d{10}\.\d+",""\n/g, "\n");
	expect((await journal(bare).read(0)).strange).toBeGreaterThan(0);
});
