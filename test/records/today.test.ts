import { afterAll, beforeAll, expect, test } from "vitest";
import type { Person } from "../../server/http.ts";
import { OwnFigures } from "../../server/protocol/call.ts";
import { type Company, call, ended, openCompany } from "./company.ts";
import { type Office, openOffice } from "./http.ts";

const minute = 60_000;
const now = Date.now();
let company: Company;
let office: Office;
let olena: Person;

beforeAll(async () => {
	company = await openCompany();
	olena = await company.person("Олена", "agent", "101");
	await company.person("Петро", "agent", "102");
	office = await openOffice(company);
	const at = (ago: number, rawNumber: string) => ({ startedAt: now - ago * minute, rawNumber });
	await company.record(
		ended("answered", "101", at(90, "+380502220001")),
		ended("answered", "101", { ...at(80, "+380502220002"), direction: "outbound" }),
		ended("missed", "101", at(70, "+380502220003")),
		ended("answered", "101", { ...at(60, "103"), direction: "internal" }),
		ended("answered", "102", at(50, "+380502220004")),
		ended("missed", "101", at(30 * 60, "+380502220005")),
		ended("missed", "101", at(60 * 60, "+380502220006")),
		call({ ...at(5, "+380502220007") }),
	);
});
afterAll(async () => {
	await office.end();
	await company.drop();
});
const figures = (from: number) =>
	office.read(olena, `/api/calls/today?from=${new Date(from).toISOString()}`, OwnFigures);

test("the own day counts what is over; internal calls are not the clients', a colleague's are not mine", async () => {
	const today = await figures(now - 120 * minute);
	expect(today).toMatchObject({ inbound: 1, outbound: 1, missed: 1 });
	expect(today.averageTalk).toBeGreaterThan(0);
	expect(await figures(now)).toEqual({ inbound: 0, outbound: 0, missed: 0, averageTalk: null });
});

test("nobody makes the server count years: two days are the most", async () => {
	expect(await figures(0)).toMatchObject({ inbound: 1, outbound: 1, missed: 2 });
});
