import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { CallFacts } from "../../server/calls/call-change.ts";
import type { Person } from "../../server/http.ts";
import { type Company, call, ended, monday, openCompany } from "../records/company.ts";

let company: Company;
let olena: Person;
let petro: Person;
let client: string;
let clients = 1_000_000;

beforeAll(async () => {
	company = await openCompany({ conversationSeconds: 5, callBackWithinMinutes: 20, processWithinMinutes: 120 });
	olena = await company.person("Олена", "agent", "101");
	petro = await company.person("Петро", "agent", "102");
});
afterAll(() => company.drop());
beforeEach(() => {
	client = `+38050${++clients}`;
});
afterEach(() => {
	company.told.length = 0;
});

const minute = 60_000;
const missedAt = (at: number, given: Partial<CallFacts> = {}) =>
	ended("missed", "101", { startedAt: monday + at, rawNumber: client, ...given });
const spokenAt = (at: number, given: Partial<CallFacts> & { talk?: number } = {}) =>
	ended("answered", "102", { startedAt: monday + at, rawNumber: client, ...given });
const triedAt = (at: number, given: Partial<CallFacts> = {}) =>
	ended("missed", "102", { startedAt: monday + at, rawNumber: client, direction: "outbound", ...given });
const debtOf = async (facts: CallFacts) => {
	const [row] = await company.rows("select * from obligations where call_id = $1", [company.idOf(facts)]);
	return row;
};

test("every external call is owed: the agent who answered has two working hours", async () => {
	const answered = spokenAt(0);
	await company.record(answered);
	expect(await debtOf(answered)).toMatchObject({
		kind: "call",
		assignee_id: petro.id,
		due_at: new Date((answered.endedAt ?? 0) + 120 * minute),
		settled_at: null,
	});
});

test("a call that nobody answered is a missed one, due in twenty working minutes", async () => {
	const missed = missedAt(0);
	await company.record({ ...call({ ...missed }), outcome: "ringing", answeredAt: null, endedAt: null, legs: [] });
	expect(await debtOf(missed)).toMatchObject({ kind: "call" });
	await company.record(missed);
	expect(await debtOf(missed)).toMatchObject({
		kind: "missed",
		due_at: new Date((missed.endedAt ?? 0) + 20 * minute),
	});
});

test.each([
	["rang nobody", { legs: [] }],
	["hid the number", { withheld: true, rawNumber: "" }],
	["had a number that is none", { rawNumber: "sip:garbage" }],
])("a client who %s is owed too", async (_name, given) => {
	const missed = missedAt(0, given);
	await company.record(missed);
	expect(await debtOf(missed)).toMatchObject({ kind: "missed", settled_at: null });
});

test("a missed call is its client's manager's to call back", async () => {
	await company.contact("Іваненко", [client], olena);
	const missed = missedAt(0);
	await company.record(missed);
	expect(await debtOf(missed)).toMatchObject({ assignee_id: olena.id });
});

test("a missed call of a client without a manager goes to who spoke with the client last", async () => {
	await company.record(spokenAt(0, { talk: 30 }));
	const missed = missedAt(10 * minute);
	await company.record(missed);
	expect(await debtOf(missed)).toMatchObject({ assignee_id: petro.id });
	const stranger = missedAt(0, { rawNumber: "+380509999999" });
	await company.record(stranger);
	expect(await debtOf(stranger)).toMatchObject({ assignee_id: null });
});

test("calling back settles it: the agent reached the client", async () => {
	const missed = missedAt(0);
	const back = spokenAt(5 * minute, { direction: "outbound", talk: 30 });
	await company.record(missed);
	await company.record(back);
	expect(await debtOf(missed)).toMatchObject({
		settled_how: "conversation",
		settled_by_id: petro.id,
		settled_by_call_id: company.idOf(back),
		settled_at: new Date((back.answeredAt ?? 0) + 5000),
	});
	expect(company.told.filter(({ kind }) => kind === "obligation.settled")).toEqual([
		{
			kind: "obligation.settled",
			event: { id: expect.anything(), callId: company.idOf(missed), assigneeId: null, escalated: false },
		},
	]);
	expect(await debtOf(back)).toMatchObject({ kind: "call", settled_at: null });
});

test("the client who calls again and is answered settles it", async () => {
	const missed = missedAt(0);
	await company.record(missed, spokenAt(minute));
	expect(await debtOf(missed)).toMatchObject({ settled_how: "conversation" });
});

test("a conversation from another number of the same contact settles it", async () => {
	await company.contact("Шевченко", [client, "+380671230099"]);
	const missed = missedAt(0);
	await company.record(missed);
	await company.record(spokenAt(minute, { rawNumber: "+380671230099" }));
	expect(await debtOf(missed)).toMatchObject({ settled_how: "conversation" });
});

test.each([
	["of four seconds is no conversation", { talk: 4 }],
	["with somebody else says nothing of this client", { rawNumber: "+380671230001" }],
	["between colleagues says nothing", { direction: "internal" as const }],
])("a talk %s", async (_name, given) => {
	const missed = missedAt(0);
	await company.record(missed);
	await company.record(spokenAt(minute, given));
	expect(await debtOf(missed)).toMatchObject({ settled_at: null });
});

test("a conversation before the missed call does not settle it", async () => {
	const missed = missedAt(10 * minute);
	await company.record(spokenAt(0));
	await company.record(missed);
	expect(await debtOf(missed)).toMatchObject({ settled_at: null });
});

test("it is settled while the agent still speaks, once the talk is long enough", async () => {
	const missed = missedAt(0);
	await company.record(missed);
	const back = spokenAt(minute, { direction: "outbound" });
	const talking = { ...back, outcome: "talking" as const, endedAt: null, legs: [] };
	await company.record({ ...talking, talkMs: 0 });
	expect(await debtOf(missed)).toMatchObject({ settled_at: null });
	await company.record({ ...talking, talkMs: 6000 });
	expect(await debtOf(missed)).toMatchObject({ settled_how: "conversation" });
});

test("tries that did not reach the client are counted, each once", async () => {
	const missed = missedAt(0);
	const tries = [triedAt(minute), triedAt(2 * minute, { outcome: "busy" }), triedAt(3 * minute, { outcome: "failed" })];
	await company.record(missed);
	for (const one of tries) await company.record(one);
	await company.record(...tries, missed);
	expect(await debtOf(missed)).toMatchObject({ attempts: 3, settled_at: null });
	const told = company.told.filter(({ kind }) => kind === "obligation.opened").map(({ event }) => event);
	expect(told).toContainEqual({ obligation: expect.objectContaining({ attempts: 3, times: 1 }) });
});

test("calls that are recorded late, in whatever order, leave the same debt", async () => {
	const shapes: unknown[] = [];
	for (const order of [
		[0, 1, 2],
		[2, 1, 0],
		[1, 2, 0],
		[2, 0, 1],
	]) {
		client = `+38050${++clients}`;
		const calls = [missedAt(0), triedAt(minute), spokenAt(2 * minute, { direction: "outbound" })];
		const missed = calls[0];
		if (!missed) throw new Error("no call");
		for (const at of order) {
			const one = calls[at];
			if (one) await company.record(one);
		}
		const { kind, settled_how, settled_at, settled_by_id } = (await debtOf(missed)) ?? {};
		shapes.push({ kind, settled_how, settled_at, settled_by_id });
	}
	expect(new Set(shapes.map((shape) => JSON.stringify(shape))).size).toBe(1);
	expect(shapes[0]).toMatchObject({ kind: "missed", settled_how: "conversation" });
});

test("two recorders that store a missed call and its conversation at once see each other", async () => {
	for (let round = 0; round < 15; round++) {
		client = `+38050${++clients}`;
		const missed = missedAt(0);
		await Promise.all([company.record(missed), company.record(spokenAt(minute))]);
		expect(await debtOf(missed)).toMatchObject({ settled_how: "conversation" });
	}
});

test("late news does not open what was settled", async () => {
	const missed = missedAt(0);
	await company.record(missed);
	await company.record(spokenAt(minute));
	const before = await debtOf(missed);
	await company.record({ ...missed, ivr: "12", recovered: true });
	expect(await debtOf(missed)).toEqual(before);
});

test("a call that turns out to be answered is no missed call", async () => {
	const answered = spokenAt(0);
	await company.record({ ...answered, outcome: "missed", answeredAt: null, talkMs: 0, legs: [], interrupted: true });
	expect(await debtOf(answered)).toMatchObject({ kind: "missed" });
	await company.record(answered);
	expect(await debtOf(answered)).toMatchObject({ kind: "call", assignee_id: petro.id });
});
