import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { CallFacts } from "../../server/calls/call-change.ts";
import { failureOf } from "../../server/calls/retry.ts";
import type { SavedCall } from "../../server/events.ts";
import type { Person } from "../../server/http.ts";
import { type Company, call, ended, leg, monday, openCompany } from "./company.ts";

let company: Company;
let olena: Person;
let petro: Person;

beforeAll(async () => {
	company = await openCompany();
	olena = await company.person("Олена", "agent", "101");
	petro = await company.person("Петро", "agent", "102");
});
afterAll(() => company.drop());
beforeEach(() => {
	company.told.length = 0;
});

/** Everything that is stored about calls, in an order of its own. */
const stored = async () =>
	Promise.all(
		[
			"select * from calls order by id",
			"select * from legs order by call_id, index",
			"select * from recordings order by call_id, index",
			"select * from obligations order by id",
			"select call_id, into_call_id from merged_calls order by call_id",
		].map((text) => company.rows(text)),
	);

const lifeOf = (facts: CallFacts): CallFacts[] => {
	const at = facts.startedAt;
	const ringing = { ...facts, legs: [leg("101", at + 1000), leg("102", at + 1000, { index: 1 })] };
	const talking: CallFacts = {
		...ringing,
		outcome: "talking",
		answeredAt: at + 5000,
		ringMs: 4000,
		legs: [
			leg("101", at + 1000, { answeredAt: at + 5000 }),
			leg("102", at + 1000, { index: 1, leftAt: at + 5000, result: "elsewhere" }),
		],
		recordings: [{ path: "/var/spool/asterisk/monitor/a.wav", startedAt: at + 5000, closed: false }],
	};
	const over: CallFacts = {
		...talking,
		outcome: "answered",
		endedAt: at + 65_000,
		talkMs: 60_000,
		legs: [
			leg("101", at + 1000, { answeredAt: at + 5000, leftAt: at + 65_000, result: "answered" }),
			leg("102", at + 1000, { index: 1, leftAt: at + 5000, result: "elsewhere" }),
		],
		recordings: [{ path: "/var/spool/asterisk/monitor/a.wav", startedAt: at + 5000, closed: true }],
	};
	return [facts, ringing, talking, over];
};

test("a call is one row with its people, its recording and what is owed", async () => {
	const life = lifeOf(call({ rawNumber: "050 111 22 33" }));
	for (const facts of life) await company.record(facts);
	const id = company.idOf(call({ ...life[0] }));
	const saved = company.told.filter(({ kind }) => kind === "call.saved").map(({ event }) => event as SavedCall);
	expect(saved.map(({ ringing, talking }) => [ringing.length, talking.length])).toEqual([
		[0, 0],
		[2, 0],
		[0, 1],
		[0, 0],
	]);
	expect(saved.at(-1)?.call).toMatchObject({
		id,
		pbx: "office",
		outcome: "answered",
		number: "+380501112233",
		ringSeconds: 4,
		talkSeconds: 60,
		legs: [
			{ extension: "101", user: { name: "Олена" }, result: "answered" },
			{ extension: "102", user: { name: "Петро" }, result: "elsewhere" },
		],
		recordings: [{ state: "expected", url: `/api/calls/${id}/recordings/0` }],
		obligation: { settledAt: null },
	});
	expect(saved.map(({ receivedAt }) => receivedAt)).toEqual([1, 1, 1, 1]);
	const [obligation] = await company.rows("select * from obligations where call_id = $1", [id]);
	expect(obligation).toMatchObject({ kind: "call", assignee_id: olena.id, number: "+380501112233" });
});

test("the same changes twice, late or in any order give the same rows", async () => {
	const one = lifeOf(call({ rawNumber: "0671111111" }));
	for (const facts of one) await company.record(facts);
	const before = await stored();
	for (const order of [
		[3, 2, 1, 0],
		[1, 3, 0, 2],
		[3, 3, 0, 3],
	]) {
		for (const at of order) {
			const facts = one[at];
			if (facts) await company.record(facts);
		}
		expect(await stored()).toEqual(before);
	}
	await company.record(...one.toReversed());
	expect(await stored()).toEqual(before);
});

test("late news of a call that is over tells nobody that it rings", async () => {
	const life = lifeOf(call({ rawNumber: "0672222222" }));
	const [first, , , last] = life;
	if (!first || !last) throw new Error("no life");
	await company.record(last);
	company.told.length = 0;
	await company.record(first);
	expect(company.told).toEqual([]);
});

test("two recorders at once write each call once", async () => {
	const lives = Array.from({ length: 40 }, (_, n) => lifeOf(call({ rawNumber: `05033300${10 + n}` })));
	const started = lives.flatMap(([first]) => (first ? [first] : []));
	const over = lives.flatMap((life) => life.slice(-1));
	// As the writer does: who had to give way to the other goes again.
	const persistently = async (...facts: CallFacts[]): Promise<void> => {
		await company.record(...facts).catch((error: unknown) => {
			expect(failureOf(error)).toBe("passing");
			return persistently(...facts);
		});
	};
	await Promise.all([
		persistently(...started, ...over),
		persistently(...over.toReversed()),
		persistently(...started),
		persistently(...over),
	]);
	const ids = started.map((facts) => company.idOf(facts));
	const calls = await company.rows("select outcome from calls where id = any($1)", [ids]);
	expect(calls.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 40 }, () => "answered"));
	expect(await company.rows("select 1 from obligations where call_id = any($1)", [ids])).toHaveLength(40);
	expect(await company.rows("select 1 from legs where call_id = any($1)", [ids])).toHaveLength(80);
});

test("an internal call is nobody's debt", async () => {
	const internal = ended("answered", "101", { direction: "internal", rawNumber: "102" });
	await company.record(internal);
	expect(await company.rows("select 1 from obligations where call_id = $1", [company.idOf(internal)])).toEqual([]);
});

test("what a caller puts on the wire is kept as text", async () => {
	const name = `${"\u202e"}<img src=x onerror=alert(1)>'); drop table calls;--\r\n\0${"\ud800"}{"a":1}\\,"${"я".repeat(10_000)}`;
	const hostile = ended("missed", "101", { rawNumber: "0673333333", callerName: name, queue: "{NULL}", ivr: "1\\2" });
	await company.record(hostile);
	const [row] = await company.rows("select caller_name, queue, ivr from calls where id = $1", [company.idOf(hostile)]);
	expect(row?.caller_name).toHaveLength(10_000);
	expect(
		String(row?.caller_name).startsWith(`${"\u202e"}<img src=x onerror=alert(1)>'); drop table calls;--\r\n`),
	).toBe(true);
	expect(row).toMatchObject({ queue: "{NULL}", ivr: "1\\2" });
});

test("a call that went into another leaves one call and one debt behind", async () => {
	const first = lifeOf(call({ rawNumber: "0674444444" }));
	const second = call({ startedAt: monday + 30_000, rawNumber: "0674444444", direction: "outbound" });
	const [, , talking, over] = first;
	if (!talking || !over) throw new Error("no life");
	await company.record(talking, second);
	const gone = {
		kind: "superseded",
		family: second.family,
		startedAt: second.startedAt,
		into: talking.family,
	} as const;
	await company.record(over, gone);
	await company.record(second);
	expect(await company.rows("select 1 from calls where id = $1", [company.idOf(second)])).toEqual([]);
	expect(await company.rows("select 1 from obligations where call_id = $1", [company.idOf(second)])).toEqual([]);
	expect(company.told.filter(({ kind }) => kind === "call.superseded").map(({ event }) => event)).toEqual([
		{ callId: company.idOf(second), into: company.idOf(talking) },
	]);
	const before = await stored();
	await company.record(gone);
	await company.record(gone, over);
	expect(await stored()).toEqual(before);
});

test("a merge that is told before the call it goes into ends the same", async () => {
	const target = ended("answered", "101", { rawNumber: "0674444455" });
	const lost = ended("answered", "102", { rawNumber: "0674444455", startedAt: monday + 5000 });
	await company.record(lost);
	await company.record({ kind: "superseded", family: lost.family, startedAt: lost.startedAt, into: target.family });
	await company.record(target);
	const debts = await company.rows("select call_id, assignee_id from obligations where number = '+380674444455'");
	expect(debts).toEqual([{ call_id: company.idOf(target), assignee_id: olena.id }]);
});

test("people keep the calls of the extension that was theirs at the time", async () => {
	const ivan = await company.person("Іван", "agent", "103");
	const before = ended("answered", "103", { rawNumber: "0675555555" });
	await company.record(before);
	await company.rows("update users set extension = null where id = $1", [ivan.id]);
	const oksana = await company.person("Оксана", "agent", "103");
	const after = ended("answered", "103", { rawNumber: "0675555555", startedAt: monday + 3_600_000 });
	await company.record(after, before);
	const owners = await company.rows("select user_id from legs where call_id = any($1) order by call_id", [
		[company.idOf(before), company.idOf(after)],
	]);
	expect(owners).toEqual([{ user_id: ivan.id }, { user_id: oksana.id }]);
});

test("a client whom an agent chose stays, whatever is recorded later", async () => {
	const number = "+380676666666";
	await company.contact("Іваненко", [number], petro);
	const chosen = await company.contact("Шевченко", []);
	const [first, , , last] = lifeOf(call({ rawNumber: number }));
	if (!first || !last) throw new Error("no life");
	await company.record(first);
	await company.rows("update calls set contact_id = $2, contact_chosen = true where id = $1", [
		company.idOf(first),
		chosen,
	]);
	await company.record(last);
	const [row] = await company.rows("select contact_id from calls where id = $1", [company.idOf(first)]);
	expect(row).toEqual({ contact_id: chosen });
	const saved = company.told.findLast(({ kind }) => kind === "call.saved")?.event as SavedCall;
	expect(saved.match).toMatchObject({
		state: "one",
		candidates: [{ reason: "chosen", contact: { name: "Шевченко" } }],
	});
});

test("several people on one number: none is picked", async () => {
	await company.contact("Батько", ["+380677777777"]);
	await company.contact("Син", ["+380677777777"]);
	const shared = ended("missed", "101", { rawNumber: "0677777777" });
	await company.record(shared);
	const [row] = await company.rows("select contact_id from calls where id = $1", [company.idOf(shared)]);
	expect(row).toEqual({ contact_id: null });
});
