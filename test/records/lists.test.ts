import { afterAll, beforeAll, expect, test } from "vitest";
import type { CallFacts } from "../../server/calls/call-change.ts";
import { listStatement } from "../../server/calls/queries.ts";
import type { Person } from "../../server/http.ts";
import { Call, CallListQuery, CallPage } from "../../server/protocol/call.ts";
import { type Company, call, ended, leg, monday, openCompany } from "./company.ts";
import { type Office, openOffice } from "./http.ts";

let company: Company;
let office: Office;
let olena: Person;
let petro: Person;
let chief: Person;
let ivanenko: string;
const hour = 3_600_000;
const calls: Record<string, CallFacts> = {};

beforeAll(async () => {
	company = await openCompany();
	olena = await company.person("Олена", "agent", "101");
	petro = await company.person("Петро", "agent", "102");
	chief = await company.person("Ірина", "supervisor", null);
	office = await openOffice(company);
	ivanenko = await company.contact("Іваненко", ["+380501110001"], petro);
	Object.assign(calls, {
		own: ended("answered", "101", { startedAt: monday, rawNumber: "+380502220001" }),
		petros: ended("answered", "102", { startedAt: monday + hour, rawNumber: "+380502220002" }),
		missed: ended("missed", "101", { startedAt: monday + 2 * hour, rawNumber: "+380501110001" }),
		nobodys: ended("missed", "101", { startedAt: monday + 3 * hour, rawNumber: "+380502220003", legs: [] }),
		out: ended("answered", "102", { startedAt: monday + 4 * hour, rawNumber: "+380502220001", direction: "outbound" }),
		internal: ended("answered", "102", { startedAt: monday + 5 * hour, rawNumber: "103", direction: "internal" }),
		lastMonth: ended("answered", "101", { startedAt: monday - 30 * 24 * hour, rawNumber: "+380502220001" }),
	});
	await company.record(...Object.values(calls));
});
afterAll(async () => {
	await office.end();
	await company.drop();
});

const names = (items: readonly { id: string }[]) =>
	items.map(({ id }) => Object.entries(calls).find(([, facts]) => company.idOf(facts) === id)?.[0]);
const list = async (person: Person, query: string) =>
	names((await office.read(person, `/api/calls?${query}`, CallPage)).items);

test.each([
	["", ["internal", "out", "nobodys", "missed", "petros", "own", "lastMonth"]],
	["direction=outbound", ["out"]],
	["outcome=missed", ["nobodys", "missed"]],
	["from=2026-11-16T09:00:00Z&to=2026-11-16T11:00:00Z", ["missed", "petros"]],
	["number=%2B380502220001", ["out", "own", "lastMonth"]],
	["number=050%20222-00-01", ["out", "own", "lastMonth"]],
	["number=2220003", ["nobodys"]],
	["number=1110", ["missed"]],
	["unprocessed=true&outcome=missed", ["nobodys", "missed"]],
])("a supervisor asks for %j", async (query, expected) => {
	expect(await list(chief, query)).toEqual(expected);
});

test("calls of one agent, and those of them that are not processed", async () => {
	expect(await list(chief, `agent=${petro.id}`)).toEqual(["internal", "out", "petros"]);
	expect(await list(chief, `agent=${petro.id}&direction=inbound`)).toEqual(["petros"]);
	expect(await list(chief, `agent=${petro.id}&unprocessed=true`)).toEqual(["out", "petros"]);
	expect(await list(chief, `contact=${ivanenko}`)).toEqual(["missed"]);
});

test("an agent's list holds the own calls and those of the own contacts; a client's history is whole", async () => {
	expect(await list(olena, "")).toEqual(["missed", "own", "lastMonth"]);
	expect(await list(petro, "")).toEqual(["internal", "out", "missed", "petros"]);
	expect(await list(olena, `agent=${petro.id}`)).toEqual([]);
	expect(await list(olena, "number=0502220001")).toEqual(["out", "own", "lastMonth"]);
	expect(await list(petro, `contact=${ivanenko}`)).toEqual(["missed"]);
	expect(await list(olena, "unprocessed=true")).toEqual(["missed", "own", "lastMonth"]);
});

test("pages follow one another without a gap or a repetition", async () => {
	for (const [person, query] of [
		[chief, ""],
		[chief, `agent=${petro.id}&`],
		[petro, ""],
		[chief, "unprocessed=true&"],
	] as const) {
		const whole = await list(person, query);
		const seen: unknown[] = [];
		let after = "";
		do {
			const page = await office.read(person, `/api/calls?${query}limit=2${after}`, CallPage);
			seen.push(...names(page.items));
			after = page.next === null ? "" : `&after=${page.next}`;
		} while (after !== "");
		expect(seen).toEqual(whole);
	}
});

test("three digits, a strange cursor and unknown fields are refused", async () => {
	for (const query of ["number=123", "after=zzz", "limit=0", "colour=red", "from=yesterday"]) {
		expect([query, (await office.ask(chief, "GET", `/api/calls?${query}`)).status]).toEqual([query, 400]);
	}
});

test("a page costs the same number of statements, however long it is", async () => {
	const more = Array.from({ length: 60 }, (_, n) =>
		ended("answered", "103", { startedAt: Date.parse("2026-12-01T10:00:00Z") + n, rawNumber: "+380503334455" }),
	);
	await company.record(...more);
	for (const limit of [1, 60]) {
		office.statements.length = 0;
		await office.read(chief, `/api/calls?limit=${limit}&from=2026-12-01T00:00:00Z`, CallPage);
		expect(office.statements).toHaveLength(2);
	}
});

test("an id of a call that went into another leads to that one", async () => {
	const into = call({ startedAt: monday + 9 * hour, rawNumber: "+380502220009" });
	const gone = call({ startedAt: monday + 9 * hour + 1000, rawNumber: "+380502220009" });
	await company.record(into, gone);
	await company.record({ kind: "superseded", family: gone.family, startedAt: gone.startedAt, into: into.family });
	expect((await office.read(chief, `/api/calls/${company.idOf(gone)}`, Call)).id).toBe(company.idOf(into));
});

test("a conversation between colleagues is theirs", async () => {
	const id = company.idOf(calls.internal ?? call());
	expect((await office.ask(petro, "GET", `/api/calls/${id}`)).status).toBe(200);
	expect((await office.ask(olena, "GET", `/api/calls/${id}`)).status).toBe(403);
	expect((await office.ask(chief, "GET", `/api/calls/${id}`)).status).toBe(200);
	expect((await office.ask(chief, "GET", "/api/calls/019a0000-0000-7000-8000-000000000000")).status).toBe(404);
	expect((await office.ask(chief, "GET", "/api/calls/1")).status).toBe(400);
});

test("the choice of a client is kept and can be taken back", async () => {
	const shared = "+380507770001";
	const one = await company.contact("Батько", [shared]);
	await company.contact("Син", [shared]);
	const facts = call({ startedAt: monday + 10 * hour, rawNumber: shared, legs: [leg("101", monday + 10 * hour)] });
	await company.record(facts);
	const id = company.idOf(facts);
	const choose = (contactId: string | null) => office.ask(olena, "POST", `/api/calls/${id}/contact`, { contactId });
	company.told.length = 0;
	expect(await (await choose(one)).json()).toMatchObject({ contact: { id: one, name: "Батько" } });
	expect(company.told).toEqual([{ kind: "call.contact", event: { callId: id } }]);
	expect(await company.rows("select contact_id from obligations where call_id = $1", [id])).toEqual([
		{ contact_id: one },
	]);
	await company.record({ ...facts, endedAt: facts.startedAt + 5000, outcome: "missed" });
	expect(await (await office.ask(olena, "GET", `/api/calls/${id}`)).json()).toMatchObject({ contact: { id: one } });
	expect(await (await choose(null)).json()).toMatchObject({ contact: null });
	expect((await choose("019a0000-0000-7000-8000-000000000000")).status).toBe(400);
});

/** With sequential scans forbidden a plan that still has one has no index to use. */
test.each([
	["", "supervisor"],
	["from=2026-11-16T09:00:00Z", "supervisor"],
	["contact=019a0000-0000-7000-8000-000000000000", "agent"],
	["number=%2B380502220001", "agent"],
	["number=22200", "supervisor"],
	["agent=019a0000-0000-7000-8000-000000000000", "supervisor"],
	["unprocessed=true", "agent"],
	["", "agent"],
])("the list %j of a %s is read by indexes", async (query, role) => {
	const person = role === "agent" ? olena : chief;
	const parsed = CallListQuery.parse(Object.fromEntries(new URLSearchParams(query)));
	const statement = listStatement(person, parsed, (raw) => (raw.startsWith("+") ? raw : null));
	const client = await company.database.pools.ui.connect();
	try {
		await client.query("begin");
		await client.query("set local enable_seqscan = off");
		const { rows } = await client.query(`explain ${statement.text}`, statement.values);
		const plan = rows.map((row) => String(row["QUERY PLAN"])).join("\n");
		expect(plan).not.toMatch(/Seq Scan/);
		expect(plan).toMatch(/Index|Bitmap/);
		await client.query("rollback");
	} finally {
		client.release();
	}
});

test("a read by id looks into one month only", async () => {
	const id = company.idOf(calls.own ?? call());
	const at = new Date(monday).toISOString();
	const { rows } = await company.database.pools.ui.query(
		`explain select * from unnest(array['${id}'::uuid], array['${at}'::timestamptz]) as k(id, started_at)
		join calls c on c.id = k.id and c.started_at = k.started_at and c.started_at between '${at}' and '${at}'`,
	);
	const plan = rows.map((row) => String(row["QUERY PLAN"])).join("\n");
	expect(plan).toMatch(/calls_2026_11/);
	expect(plan).not.toMatch(/calls_2026_1[02]|calls_other/);
});
