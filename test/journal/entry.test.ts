import { expect, test } from "vitest";
import { isKept, keyOf } from "../../server/calls/journal/entry.ts";
import type { PbxEvent } from "../../server/pbx-event.ts";
import { traces } from "../calls/expected.ts";
import { fold } from "../calls/fold.ts";

test("what the journal leaves out changes no call of any trace", () => {
	let all = 0;
	let kept = 0;
	for (const { name, events } of traces()) {
		const journal = events.filter(isKept);
		all += events.length;
		kept += journal.length;
		expect([name, fold(journal).facts]).toEqual([name, fold(events).facts]);
	}
	expect(kept).toBeLessThan(all / 4);
});

test("every event of a trace has a key of its own, and the same one when it is heard again", () => {
	for (const { name, events } of traces()) {
		const journal = events.filter(isKept);
		for (const boot of ["2026-11-22T08:00:00", null]) {
			const keys = journal.map((event) => keyOf(event, boot));
			const contents = new Set(journal.map((event) => JSON.stringify(event)));
			expect([name, new Set(keys).size]).toEqual([name, contents.size]);
			expect(journal.map((event) => keyOf(structuredClone(event), boot))).toEqual(keys);
		}
	}
});

test("the same number after a restart of the PBX is another event", () => {
	const event: PbxEvent = { kind: "channel.renamed", at: 1, seq: 5, channelId: "1", name: "PJSIP/101-1" };
	expect(keyOf(event, "monday")).not.toBe(keyOf(event, "tuesday"));
});
