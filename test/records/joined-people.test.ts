import { afterAll, beforeAll, expect, test } from "vitest";
import type { Person } from "../../server/http.ts";
import { Call } from "../../server/protocol/call.ts";
import { type Company, ended, monday, openCompany } from "./company.ts";
import { type Office, openOffice } from "./http.ts";

let company: Company;
let office: Office;
let olena: Person;
let petro: Person;

beforeAll(async () => {
	company = await openCompany();
	olena = await company.person("Олена", "agent", "101");
	petro = await company.person("Петро", "agent", "102");
	office = await openOffice(company);
});
afterAll(async () => {
	await office.end();
	await company.drop();
});

test("who answered a call that went into another one may say what came of it, before the other's own legs are told", async () => {
	await company.contact("Іваненко", ["+380501110001"], petro);
	const rawNumber = "+380501110001";
	const into = ended("answered", "102", { startedAt: monday, rawNumber });
	const gone = ended("answered", "101", { startedAt: monday + 5_000, rawNumber });
	await company.record(into, gone);
	await company.record({ kind: "superseded", family: gone.family, startedAt: gone.startedAt, into: into.family });
	const said = { status: "not_client", comment: "Помилка номером" };
	const answer = await office.ask(olena, "POST", `/api/calls/${company.idOf(gone)}/disposition`, said);
	expect(answer.status).toBe(200);
	const call = await office.read(petro, `/api/calls/${company.idOf(gone)}`, Call);
	expect(call).toMatchObject({ id: company.idOf(into), disposition: { by: { id: olena.id } } });
});
