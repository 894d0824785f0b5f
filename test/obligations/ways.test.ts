import { afterAll, beforeAll, expect, test } from "vitest";
import type { CallFacts } from "../../server/calls/call-change.ts";
import type { Person } from "../../server/http.ts";
import { CallPage, CallWays } from "../../server/protocol/call.ts";
import { CallBackTabs, ObligationPage } from "../../server/protocol/obligation.ts";
import { type Company, ended, openCompany } from "../records/company.ts";
import { type Office, openOffice } from "../records/http.ts";

let company: Company;
let office: Office;
let olena: Person;
let petro: Person;
let chief: Person;
const minute = 60_000;
const now = Math.floor(Date.now() / 1000) * 1000;
let made = 0;
const missed = (rawNumber: string, did: string, queue: string | null): CallFacts => {
	made += 1;
	return ended("missed", "101", { startedAt: now - 3_600_000 + made * minute, rawNumber, did, queue });
};

beforeAll(async () => {
	company = await openCompany();
	olena = await company.person("Олена", "agent", "101");
	petro = await company.person("Петро", "agent", "102");
	chief = await company.person("Ірина", "supervisor", null);
	office = await openOffice(company);
	await company.contact("Клієнт Петра", ["+380501110001"], petro);
	await company.record(
		missed("+380501110001", "0442000001", "sales"),
		// The same client on another line, and a stranger on both.
		missed("+380501110001", "0442000002", "support"),
		missed("+380502220001", "0442000001", "sales"),
		missed("+380502220001", "0442000002", null),
		missed("+380502220002", "0442000001", "sales"),
		missed("+380502220003", "0442000003", null),
	);
	const [last] = (await office.read(chief, "/api/obligations?kind=missed&did=0442000003", ObligationPage)).items;
	await office.ask(olena, "POST", `/api/obligations/${last?.id}/dismiss`, { comment: "Помилився номером" });
});
afterAll(async () => {
	await office.end();
	await company.drop();
});

const tabs = (person: Person, query = "") => office.read(person, `/api/obligations/call-back?${query}`, CallBackTabs);
const rows = async (person: Person, query: string) => {
	const { items } = await office.read(person, `/api/obligations?kind=missed&${query}`, ObligationPage);
	return items.map(({ number, call }) => `${number?.slice(-4)} ${call.did.slice(-1)} ${call.queue ?? "-"}`);
};

test("the call-back list of a line or a queue has the clients who called there, once each", async () => {
	expect(await rows(chief, "")).toEqual(["0001 1 sales", "0001 1 sales", "0002 1 sales"]);
	// Who called on two lines is found by either, with the call of that line.
	expect(await rows(chief, "did=0442000002")).toEqual(["0001 2 support", "0001 2 -"]);
	expect(await rows(chief, "queue=support")).toEqual(["0001 2 support"]);
	expect(await rows(chief, "queue=support&did=0442000001")).toEqual([]);
	expect(await rows(chief, "settled=true&did=0442000003")).toEqual(["0003 3 -"]);
	expect(await rows(chief, "settled=true&did=0442000001")).toEqual([]);
	expect(await rows(olena, "queue=support")).toEqual([]);
	expect(await rows(petro, "queue=support&assignee=me")).toEqual(["0001 2 support"]);
});

test("the figure of every tab is the number of rows that the tab lists, whoever asks and whatever the filter", async () => {
	expect(await tabs(chief)).toEqual({ open: 3, mine: 0, escalated: 0, closed: 1 });
	expect(await tabs(petro, "queue=support")).toEqual({ open: 1, mine: 1, escalated: 0, closed: 0 });
	for (const person of [olena, petro, chief]) {
		const step = person.role === "agent" ? "team" : "supervisor";
		for (const filter of ["", "did=0442000001", "did=0442000002", "queue=sales", "did=0442000003", "overdue=true"]) {
			const settled = filter.replace("overdue=true", "");
			expect([filter, await tabs(person, filter)]).toEqual([
				filter,
				{
					open: (await rows(person, filter)).length,
					mine: (await rows(person, `${filter}&assignee=me`)).length,
					escalated: (await rows(person, `${filter}&escalated=${step}`)).length,
					closed: (await rows(person, `${settled}&settled=true`)).length,
				},
			]);
		}
	}
	const refused = await office.ask(olena, "GET", `/api/obligations/call-back?assignee=${petro.id}`);
	expect(refused.status).toBe(403);
	expect((await office.ask(olena, "GET", "/api/obligations/call-back?kind=call")).status).toBe(400);
});

test("calls are listed by line and queue, and both are offered by name", async () => {
	expect(await office.read(olena, "/api/calls/ways", CallWays)).toEqual({
		lines: ["0442000001", "0442000002", "0442000003"],
		queues: ["sales", "support"],
	});
	const numbers = async (query: string) =>
		(await office.read(chief, `/api/calls?${query}`, CallPage)).items.map(({ number }) => number?.slice(-4));
	expect(await numbers("did=0442000001")).toEqual(["0002", "0001", "0001"]);
	expect(await numbers("queue=support")).toEqual(["0001"]);
	expect(await numbers("queue=support&did=0442000001")).toEqual([]);
});
