import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { celEvents } from "../../server/asterisk/history/cel.ts";
import { celRowsOf } from "../../server/asterisk/history/cel-csv.ts";
import { atTimes, type RawCelRow } from "../../server/asterisk/history/cel-row.ts";
import { groupsOf } from "../../server/asterisk/history/families.ts";
import type { CallFacts } from "../../server/calls/call-change.ts";
import { asExpected, traces } from "../calls/expected.ts";
import { fold } from "../calls/fold.ts";
import type { ExpectedCall } from "../lab/scenario.ts";

const folder = new URL("../traces/", import.meta.url);

/** Where the journal knows more than a server that began to listen in mid-call. */
const knowsMore: Readonly<Record<string, Partial<ExpectedCall>>> = {
	"server-starts-while-queueing": { did: "0442001200" },
};

/** Applications that FreePBX names in cel_general_additional.conf. */
const freePbx = new Set([
	"confbridge",
	"meetme",
	"mixmonitor",
	"queue",
	"stopmixmonitor",
	"voicemail",
	"voicemailmain",
]);

describe("a call read from the PBX's journal comes out as it was seen live", () => {
	const live = new Map(traces().map((trace) => [trace.name, trace]));
	for (const file of readdirSync(folder).filter((name) => name.endsWith(".cel.csv"))) {
		const name = file.slice(0, -".cel.csv".length);
		const trace = live.get(name);
		if (!trace) throw new Error(`${file} stands alone`);
		it(`${trace.title} (${name})`, () => {
			const { rows, strange } = celRowsOf(readFileSync(new URL(file, folder), "utf8"));
			expect(strange).toBe(0);
			const book = fold(celEvents(atTimes(rows)));
			const told = book.facts.map((call) => asExpected(book, call));
			// The journal names no recordings; only scenarios about names say which one they expect.
			const expected = trace.expected.map((call) => ({ ...call, recordings: 0, ...knowsMore[name] }));
			const named = expected.some((call) => call.callerName !== undefined);
			expect(told.map((call) => (named ? call : { ...call, callerName: undefined }))).toEqual(expected);
			// Two runs of one scenario, so the times are compared from the start of each call.
			if (knowsMore[name] || name.startsWith("server-starts")) return;
			for (const [index, call] of fold(trace.events).facts.entries()) {
				const other = book.facts[index];
				expect(Math.abs((other?.talkMs ?? 0) - call.talkMs), "talk").toBeLessThanOrEqual(1000);
				expect(Math.abs(answerOf(other) - answerOf(call)), "answer").toBeLessThanOrEqual(2000);
			}
		});
	}
});

it("of what FreePBX logs by itself, without Dial, only phones that rang when the caller gave up are told otherwise", () => {
	const different: Record<string, string> = {};
	const brief = (rows: readonly RawCelRow[]) => {
		const book = fold(celEvents(atTimes(rows)));
		return JSON.stringify(book.facts.map((call) => asExpected(book, call)));
	};
	const names = readdirSync(folder).filter((name) => name.endsWith(".cel.csv"));
	for (const file of names) {
		const { rows } = celRowsOf(readFileSync(new URL(file, folder), "utf8"));
		const logged = rows.filter(
			({ event, application }) => !/^APP_/.test(event) || freePbx.has(application.toLowerCase()),
		);
		if (brief(logged) !== brief(rows)) different[file.slice(0, -".cel.csv".length)] = brief(logged);
	}
	expect(names.length).toBeGreaterThan(60);
	expect(Object.keys(different).sort()).toEqual(["client-calls-again-at-once", "direct-given-up", "outbound-given-up"]);
	for (const told of Object.values(different)) expect(told).toContain('"result":"no-answer"');
});

it("a transfer whose target the PBX could not name is a call of its own, and ends", async () => {
	const text = readFileSync(new URL("attended-transfer-completed.cel.csv", folder), "utf8").replaceAll(
		/(""transfer_target_channel_(?:name|uniqueid)"":"")[^"]*/g,
		"$1N/A",
	);
	expect(text).toContain('""N/A""');
	const other = text
		.replaceAll(/"(\d{10})\.(\d+)"/g, (_, epoch, number) => `"${epoch}.${Number(number) + 10_000}"`)
		.replaceAll(/(bridge\d?_id"":"")/g, "$1other-");
	const rows = atTimes([...celRowsOf(text).rows, ...celRowsOf(other).rows]);
	const groups = await groupsOf(rows);
	expect(groups).toHaveLength(2);
	for (const group of groups) {
		const { facts } = fold(celEvents(group.rows));
		expect(facts).toMatchObject([{ outcome: "answered", endedAt: expect.any(Number) }]);
	}
});

const answerOf = (call: CallFacts | undefined) => (call?.answeredAt == null ? 0 : call.answeredAt - call.startedAt);
