import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { rebuildCall } from "../../server/calls/journal/rebuild.ts";
import { insertEntries, lastArrival, readEvents } from "../../server/calls/journal/store.ts";
import { createReconciler, type ReconcileDeps, type ReconcileInput } from "../../server/calls/reconcile/reconcile.ts";
import { rulesOf } from "../../server/calls/tracker-rules.ts";
import type { PbxEvent } from "../../server/pbx-event.ts";
import type { JournalFamily } from "../../server/pbx-journal.ts";

import { fold } from "../calls/fold.ts";
import { type Company, openCompany } from "../records/company.ts";
import { journalText, wholeJournal } from "./golden.ts";
import { wholeJournalOf } from "./whole.ts";

let company: Company;
let folder: string;
let complaints: Record<string, unknown>[] = [];
beforeEach(async () => {
	complaints = [];
	company = await openCompany();
	folder = mkdtempSync(join(tmpdir(), "dzvin-reconcile-"));
});
afterEach(async () => {
	await company?.drop();
	rmSync(folder, { recursive: true, force: true });
});

const later = Date.parse("2026-11-30T00:00:00Z");

async function reconcile(
	families: readonly JournalFamily[],
	given: Partial<ReconcileInput> = {},
	deps: Partial<ReconcileDeps> = {},
) {
	const { recorder, database, pbxId } = company;
	const reconciler = createReconciler({
		...{ pool: database.pools.ingest, recorder, now: () => later },
		log: { error: (context, message) => void complaints.push({ ...context, message }) },
		...deps,
	});
	return await reconciler({
		pbxId,
		extensionPattern: "^[1-4]0[1-7]$",
		families,
		blind: [],
		live: { at: later, channels: new Set() },
		settledBefore: later,
		...given,
	});
}

async function read(text: string): Promise<readonly JournalFamily[]> {
	const path = join(folder, "Master.csv");
	writeFileSync(path, text);
	return (await wholeJournalOf({ kind: "cel-csv", path }).read(0)).families;
}

const stateOf = () =>
	company.rows(`select linked_id, outcome, direction, number, talk_ms, recovered, interrupted, progress,
		(select count(*)::integer from obligations o where o.call_id = c.id) as owed,
		(select json_agg(l order by index) from legs l where l.call_id = c.id) as legs
	from calls c order by linked_id`);

test("every scenario is recovered from the journal alone: each call once, external ones owed once, and again changes nothing", async () => {
	const families = await read(wholeJournal());
	const first = await reconcile(families);
	const state = await stateOf();
	expect(first.families).toBeGreaterThan(65);
	expect(state).toHaveLength(first.families);
	expect(first).toMatchObject({ calls: first.families, obligations: first.external });
	expect(first.recovered).toHaveLength(first.families);
	expect(state.every(({ direction, owed }) => owed === (direction === "internal" ? 0 : 1))).toBe(true);
	expect(state.every(({ recovered, interrupted }) => recovered === true && interrupted === false)).toBe(true);

	const again = await reconcile(families);
	expect(again.recovered).toEqual([]);
	expect(await stateOf()).toEqual(state);
});

test("a call that was seen from beginning to end is left alone", async () => {
	const families = await read(journalText("queue-answered"));
	const [seen] = fold(families.flatMap(({ events }) => events)).facts;
	if (!seen) throw new Error("no call");
	await company.record(seen);
	const before = await stateOf();
	expect((await reconcile(families)).recovered).toEqual([]);
	expect(await stateOf()).toEqual(before);
	expect(before).toMatchObject([{ recovered: false, owed: 1 }]);
});

test("a call whose answer and end were not seen gets them, keeps its debt and what only the live road told", async () => {
	const families = await read(journalText("direct-answered"));
	const [whole] = fold(families.flatMap(({ events }) => events)).facts;
	if (!whole) throw new Error("no call");
	// The list of live channels ended it some time later, as a missed call.
	const endedAt = (whole.endedAt ?? 0) + 20_000;
	await company.record({
		...whole,
		...{ outcome: "missed", answeredAt: null, endedAt, talkMs: 0, ivr: "12", recovered: true },
		legs: whole.legs.map((leg) => ({ ...leg, answeredAt: null, leftAt: endedAt, result: "no-answer" as const })),
	});
	const { recovered } = await reconcile(families);
	expect(recovered).toMatchObject([{ missing: false }]);
	expect(await company.rows("select outcome, ended_at, talk_ms, ivr from calls")).toEqual([
		{ outcome: "answered", ended_at: new Date(whole.endedAt ?? 0), talk_ms: whole.talkMs, ivr: "12" },
	]);
	expect(await company.rows("select kind from obligations")).toEqual([{ kind: "call" }]);
	expect(await company.rows("select extension, result from legs")).toEqual([{ extension: "101", result: "answered" }]);
	expect((await reconcile(families)).recovered).toEqual([]);
});

test("a call that the PBX died under is ended, interrupted and owed; one that still lives is not touched", async () => {
	const text = journalText("direct-answered");
	const cut = text.slice(0, text.indexOf('\n"BRIDGE_EXIT"') + 1);
	const families = await read(cut);
	const [family] = families;
	if (!family) throw new Error("no family");
	const alive = { at: later, channels: new Set(family.open.slice(0, 1)) };
	expect((await reconcile(families, { live: alive })).recovered).toEqual([]);
	expect((await reconcile(families, { live: null })).recovered).toEqual([]);
	expect(await stateOf()).toEqual([]);

	const lostAt = family.lastAt + 5_000;
	await reconcile(families, { blind: [{ from: lostAt, to: later }] });
	expect(await company.rows("select outcome, interrupted, recovered, ended_at, talk_ms from calls")).toEqual([
		{
			outcome: "answered",
			interrupted: true,
			recovered: true,
			ended_at: new Date(lostAt),
			talk_ms: expect.any(Number),
		},
	]);
	expect(await company.rows("select kind from obligations")).toEqual([{ kind: "call" }]);
	// The journal comes back whole (it had lain on another machine): the end is the true one.
	await reconcile(await read(text));
	expect(await company.rows("select interrupted from calls")).toEqual([{ interrupted: false }]);
});

test("what was written just now is left to the live road", async () => {
	const families = await read(journalText("direct-answered"));
	const [{ lastAt } = { lastAt: 0 }] = families;
	expect((await reconcile(families, { settledBefore: lastAt })).recovered).toEqual([]);
	expect((await reconcile(families, { settledBefore: lastAt + 1 })).recovered).toHaveLength(1);
});

test("two calls that were joined while nobody looked become one, with one debt", async () => {
	const families = await read(journalText("attended-transfer-two-calls-joined"));
	const [joined] = fold(families.flatMap(({ events }) => events)).facts;
	const other = families.flatMap(({ links }) => links).find((link) => link !== joined?.family);
	if (!joined || !other) throw new Error("not two families");
	const startedAt = Number(other.split(".")[0]) * 1000;
	await company.record(
		{ ...joined, outcome: "talking", endedAt: null },
		{
			...joined,
			family: other,
			startedAt,
			direction: "outbound",
			outcome: "talking",
			endedAt: null,
			rawNumber: "0507777777",
		},
	);
	await reconcile(families);
	expect(await stateOf()).toMatchObject([{ linked_id: joined.family, outcome: "answered", owed: 1 }]);
	expect(await company.rows("select 1 from obligations")).toHaveLength(1);
});

test("one call that the database refuses is left out, said and missing; all others are recovered", async () => {
	const families = [...(await read(wholeJournal()))];
	const place = families.findIndex(({ events }) => events.some(({ kind }) => kind === "bridge.entered"));
	const [bad] = families.splice(place, 1);
	if (!bad) throw new Error("no family");
	// A damaged row: a time, but none that PostgreSQL reads.
	const late = bad.events.map((event) => (event.kind === "channel.ended" ? { ...event, at: 8.63e15 } : event));
	const hostile = "x\n\u001b[31m";
	const refused: JournalFamily = { ...bad, events: late, links: [...bad.links, hostile], lastAt: later - 1 };
	families.splice(place, 0, refused);

	const first = await reconcile(families);
	expect(first.refused).toBe(1);
	expect(first.families).toBeGreaterThan(65);
	expect(first.calls).toBe(first.families - 1);
	expect(first.recovered).toHaveLength(first.families - 1);
	expect(await stateOf()).toHaveLength(first.families - 1);
	expect(complaints).toHaveLength(1);
	expect(JSON.stringify(complaints)).toContain(bad.links[0]);
	// Nothing that a caller or a file brings gets out of its line of the log.
	const family = String(complaints[0]?.family);
	expect([family.includes("\n"), family.includes("\u001b")]).toEqual([false, false]);
	// Nor does it keep later calls waiting.
	expect(await reconcile(families)).toMatchObject({ recovered: [], refused: 1, calls: first.families - 1 });
});

test("a server that lost its token between two writes takes no legs away", async () => {
	const families = await read(journalText("direct-answered"));
	const [whole] = fold(families.flatMap(({ events }) => events)).facts;
	const [only] = whole?.legs ?? [];
	if (!whole || !only) throw new Error("no call");
	const legs = [
		only,
		{ ...only, index: only.index + 1, extension: "107", answeredAt: null, result: "no-answer" as const },
	];
	const seen = { ...whole, outcome: "missed" as const, answeredAt: null, talkMs: 0, recovered: true, legs };
	const legsOf = async () =>
		(await company.rows("select extension from legs order by index")).map((leg) => leg.extension);
	const { recorder, pbxId } = company;
	await company.rows(`insert into pbx_writers (pbx_id, token, holder) values ('${pbxId}', 1, 'this one')`);
	await company.record(seen);
	expect(await legsOf()).toEqual(["101", "107"]);
	const overtaken = {
		...recorder,
		async record(batch: Parameters<typeof recorder.record>[0]) {
			await recorder.record(batch);
			await company.rows("update pbx_writers set token = 2, holder = 'another'");
		},
	};
	await reconcile(families, {}, { recorder: overtaken, token: () => 1 });
	expect(await company.rows("select outcome from calls")).toEqual([{ outcome: "answered" }]);
	expect(await legsOf()).toEqual(["101", "107"]);
});

test("every call that was recovered can be rebuilt: what the journal told of it is kept", async () => {
	const { recorder, database, pbxId } = company;
	const families = await read(wholeJournal());
	await reconcile(families);
	const text = journalText("queue-answered");
	// The PBX died under this one.
	const cut = text.slice(0, text.indexOf('\n"BRIDGE_EXIT"') + 1).replaceAll(/\b(179\d{7})\.(\d+)\b/g, "$1.9$2");
	await reconcile(await read(cut), { blind: [{ from: later - 1000, to: later }] });
	const state = await stateOf();
	expect(state.filter(({ interrupted }) => interrupted === true)).toHaveLength(1);
	const rules = rulesOf({ id: pbxId, extensionPattern: "^[1-4]0[1-7]$" });
	const ids = (await company.rows("select id from calls")).map(({ id }) => String(id));
	for (const table of ["legs", "recordings", "obligations", "calls"]) await company.rows(`delete from ${table}`);
	for (const id of ids) {
		const rebuilt = await rebuildCall(database.pools.ingest, [rules], id);
		if (!rebuilt) throw new Error(`${id} is not rebuilt`);
		await recorder.record({ pbxId, changes: rebuilt.changes, receivedAt: () => later });
	}
	expect(await stateOf()).toEqual(state);
	// It is no event that a server heard: a server that begins does not take it for one.
	expect(await lastArrival(database.pools.ingest, pbxId, Date.parse("2026-11-22T00:00:00Z"))).toBeNull();
	const heard = [];
	for await (const one of readEvents(database.pools.ingest, pbxId, 0, later)) heard.push(one);
	expect(heard).toEqual([]);
	// Told again, it is kept once.
	const kept = async () => (await company.rows("select count(*)::integer as n from pbx_events"))[0]?.n;
	expect(await kept()).toBe(ids.length);
	for (const table of ["legs", "obligations", "calls"]) await company.rows(`delete from ${table}`);
	await reconcile(families);
	expect(await kept()).toBe(ids.length);
});

test("a call of which a part was heard keeps that when it is rebuilt from the PBX's journal", async () => {
	const { database, pbxId } = company;
	const families = await read(journalText("direct-answered"));
	const [family] = families;
	if (!family) throw new Error("no family");
	const began = family.events[0]?.at ?? 0;
	const heard: PbxEvent[] = family.events.filter(({ at }) => at === began);
	const channel = heard.find((event) => event.kind === "channel.created")?.channel ?? null;
	if (channel === null) throw new Error("no channel");
	const said: PbxEvent[] = [
		...heard,
		{ kind: "variable.set", at: began + 1, channel, name: "FROM_DID", value: "0442009009" },
		{ kind: "recording.began", at: began + 2, channel, path: "/var/spool/asterisk/monitor/one.wav" },
	];
	const entries = said.map((event, n) => ({
		...{ pbxId, day: "2026-11-22", key: `boot/${n}`, arrival: event.at * 1000 + n, at: event.at, event },
	}));
	await insertEntries(database.pools.ingest, entries);
	await reconcile(families);
	const [id] = (await company.rows("select id from calls")).map((row) => String(row.id));
	const rules = rulesOf({ id: pbxId, extensionPattern: "^[1-4]0[1-7]$" });
	const rebuilt = await rebuildCall(database.pools.ingest, [rules], id ?? "");
	expect(rebuilt?.call).toMatchObject({
		...{ outcome: "answered", recovered: true },
		recordings: [{ path: "/var/spool/asterisk/monitor/one.wav" }],
	});
});

test("a database that refuses everybody's calls is no matter of a call: nothing counts as looked into", async () => {
	const families = await read(wholeJournal());
	const denied = Object.assign(new Error("permission denied for table calls"), { code: "42501" });
	const refusing = {
		...company.recorder,
		record: async () => {
			throw denied;
		},
	};
	await expect(reconcile(families, {}, { recorder: refusing })).rejects.toBe(denied);
	expect(complaints.length).toBeLessThan(30);
});
