import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { CallFacts } from "../../server/calls/call-change.ts";
import type { Person } from "../../server/http.ts";
import { escalateDue } from "../../server/obligations/escalate.ts";
import { Obligation, ObligationCounts, ObligationPage } from "../../server/protocol/obligation.ts";
import { type Company, ended, monday, openCompany } from "../records/company.ts";
import { type Office, openOffice } from "../records/http.ts";

let company: Company;
let office: Office;
let olena: Person;
let petro: Person;
let chief: Person;
let client: string;
let clients = 2_000_000;

beforeAll(async () => {
	company = await openCompany({ escalateToTeamMinutes: 15, escalateToSupervisorMinutes: 30 });
	olena = await company.person("Олена", "agent", "101");
	petro = await company.person("Петро", "agent", "102");
	chief = await company.person("Ірина", "supervisor", null);
	office = await openOffice(company);
});
afterAll(async () => {
	await office?.end();
	await company?.drop();
});
beforeEach(async () => {
	client = `+38050${++clients}`;
	await company.rows("update obligations set escalates_at = null, settled_at = coalesce(settled_at, now())");
});

const minute = 60_000;
const pool = () => company.database.pools.ui;
const missedAt = (at: number, given: Partial<CallFacts> = {}) =>
	ended("missed", "101", { startedAt: monday + at, rawNumber: client, ...given });
/** A missed call of this client, owed by Olena; its obligation's id. */
async function owedByOlena(at = 0, given: Partial<CallFacts> = {}): Promise<string> {
	const facts = missedAt(at, given);
	await company.record(facts);
	return String((await debtOf(facts)).id);
}
async function debtOf(facts: CallFacts) {
	const [row] = await company.rows("select * from obligations where call_id = $1", [company.idOf(facts)]);
	if (!row) throw new Error("nothing is owed");
	return row;
}
const rowOf = async (id: string) => (await company.rows("select * from obligations where id = $1", [id]))[0];
/** Its time comes. */
const come = (...ids: string[]) =>
	company.rows("update obligations set escalates_at = now() - interval '1 second' where id = any($1)", [ids]);
const raise = () => escalateDue(pool(), company.settings());
const audited = (id: string) =>
	company.rows("select user_id, detail ->> 'to' as to from audit where subject = $1 order by at, id", [id]);
const listed = async (person: Person, query = "kind=missed&limit=200") =>
	(await office.read(person, `/api/obligations?${query}`, ObligationPage)).items.map(({ id }) => id);
const counts = (person: Person) => office.read(person, "/api/obligations/counts", ObligationCounts);

test.each([
	["within the day", 0, "2026-11-16T08:15:11.000Z"],
	// Monday 17:50 in Kyiv: ten minutes of the day are left.
	["over the night", 7 * 60 * minute + 50 * minute, "2026-11-17T07:05:11.000Z"],
	["on Saturday", 5 * 24 * 60 * minute, "2026-11-23T07:15:00.000Z"],
])("a missed call goes to the team after the company's working minutes: %s", async (_name, at, moment) => {
	const facts = missedAt(at);
	await company.record(facts);
	expect(await debtOf(facts)).toMatchObject({ escalates_at: new Date(moment), escalated_to: null });
});

test("an answered call goes nowhere", async () => {
	const facts = ended("answered", "101", { rawNumber: client });
	await company.record(facts);
	expect(await debtOf(facts)).toMatchObject({ escalates_at: null });
});

test("owner, then team, then supervisor: each step once, at its working minute, in the audit", async () => {
	await company.contact("Іваненко", [client], olena);
	const id = await owedByOlena();
	await company.rows("update obligations set escalates_at = '2099-01-05T10:00:00Z' where id = $1", [id]);
	expect(await raise()).toEqual([]);
	// Friday 17:55 in Kyiv: the next step is fifteen working minutes later, on Monday.
	await company.rows("update obligations set escalates_at = '2020-01-10T15:55:00Z' where id = $1", [id]);
	expect(await raise()).toEqual([{ id, to: "team" }]);
	expect(await rowOf(id)).toMatchObject({ escalates_at: new Date("2020-01-13T07:10:00Z"), assignee_id: olena.id });
	expect(await raise()).toEqual([{ id, to: "supervisor" }]);
	expect(await rowOf(id)).toMatchObject({ escalated_to: "supervisor", escalates_at: null, assignee_id: olena.id });
	expect(await raise()).toEqual([]);
	expect(await audited(id)).toEqual([
		{ user_id: null, to: "team" },
		{ user_id: null, to: "supervisor" },
	]);
});

test("servers that look at the same moment do it once", async () => {
	const ids = [await owedByOlena()];
	client = `${client}1`;
	ids.push(await owedByOlena());
	await come(...ids);
	const raised = (await Promise.all(Array.from({ length: 8 }, raise))).flat();
	// Who came while another was at it found nothing, and nothing is left for the next.
	raised.push(...(await raise()));
	expect(raised.map(({ id }) => id).sort()).toEqual(ids.sort());
	for (const id of ids) expect(await audited(id)).toEqual([{ user_id: null, to: "team" }]);
});

test("several missed calls of one client are one entry: the audit says it once, one client does not hide another", async () => {
	const ids = [await owedByOlena(), await owedByOlena(minute), await owedByOlena(2 * minute)];
	await company.rows("update obligations set escalates_at = now() + interval '1 hour' where id = $1", [ids[2]]);
	await come(ids[0] ?? "", ids[1] ?? "");
	client = `${client}2`;
	const other = await owedByOlena();
	await come(other);
	expect(await raise()).toHaveLength(3);
	await come(ids[2] ?? "");
	expect(await raise()).toHaveLength(1);
	const rows = (await Promise.all(ids.map(audited))).flat();
	expect(rows).toHaveLength(1);
	expect(await audited(other)).toHaveLength(1);
});

test("it waits for nobody: a row that somebody holds goes with the next look", async () => {
	const id = await owedByOlena();
	await come(id);
	const holder = await pool().connect();
	try {
		await holder.query("begin");
		await holder.query("select 1 from obligations where id = $1 for update", [id]);
		expect(await raise()).toEqual([]);
	} finally {
		await holder.query("rollback");
		holder.release();
	}
	expect(await raise()).toEqual([{ id, to: "team" }]);
});

test("what is settled goes nowhere, what turns out to be answered loses its mark, what is told again keeps its step", async () => {
	const settled = await owedByOlena();
	await come(settled);
	await company.record(
		ended("answered", "102", { startedAt: monday + minute, rawNumber: client, direction: "outbound" }),
	);
	expect(await raise()).toEqual([]);

	client = `${client}3`;
	const facts = missedAt(0);
	await company.record(facts);
	const { id } = await debtOf(facts);
	await come(String(id));
	await raise();
	const before = await debtOf(facts);
	await company.record({ ...facts, ivr: "12" });
	expect(await debtOf(facts)).toEqual(before);
	await company.record(ended("answered", "101", { ...facts, outcome: "answered", legs: [] }));
	expect(await debtOf(facts)).toMatchObject({
		kind: "call",
		escalated_to: null,
		escalated_at: null,
		escalates_at: null,
	});
});

test("a colleague sees it once it went to the team, and takes it; supervisors have a list of what came to them", async () => {
	await company.contact("Шевченко", [client], olena);
	const id = await owedByOlena();
	const claim = () => office.ask(petro, "POST", `/api/obligations/${id}/claim`);
	expect(await listed(petro)).not.toContain(id);
	expect((await claim()).status).toBe(403);
	await come(id);
	await raise();
	for (const person of [olena, petro, chief]) {
		expect((await listed(person)).filter((one) => one === id)).toEqual([id]);
		expect(await listed(person, "escalated=team&kind=missed")).toEqual([id]);
		expect(await listed(person, "escalated=supervisor&kind=missed")).toEqual([]);
	}
	expect(await listed(petro, "kind=missed&assignee=me")).toEqual([]);
	expect(await counts(petro)).toMatchObject({ missed: 1, escalated: 1 });
	expect(await counts(chief)).toMatchObject({ missed: 1, escalated: 0 });
	const taken = Obligation.parse(await (await claim()).json());
	expect(taken).toMatchObject({ escalatedTo: "team", claimedBy: { name: "Петро" }, assignee: { name: "Олена" } });
	// A claim stops nothing: who takes it and does nothing is found out.
	await come(id);
	await raise();
	expect(await listed(chief, "escalated=supervisor&kind=missed")).toEqual([id]);
	expect(await counts(chief)).toMatchObject({ escalated: 1 });
	const answer = await office.ask(petro, "POST", `/api/obligations/${id}/dismiss`, { comment: "Спам" });
	expect(answer.status).toBe(200);
	const news = company.told.filter(({ kind }) => kind === "obligation.settled").at(-1);
	expect(news?.event).toMatchObject({ id, assigneeId: olena.id, escalated: true });
	expect(await listed(petro, "settled=true&limit=1")).toEqual([id]);
});
