import { afterEach, beforeEach, expect, test } from "vitest";
import type { CallFacts } from "../../server/calls/call-change.ts";
import { listCalls } from "../../server/calls/queries.ts";
import type { Person } from "../../server/http.ts";
import { CallListQuery } from "../../server/protocol/call.ts";
import { type Company, call, ended, leg, monday, openCompany } from "./company.ts";
import { type Office, openOffice } from "./http.ts";

let company: Company;
let office: Office;
let olena: Person;
let petro: Person;
let chief: Person;
const rawNumber = "+380501110001";
const minute = 60_000;

beforeEach(async () => {
	company = await openCompany({ conversationSeconds: 5 });
	olena = await company.person("Олена", "agent", "101");
	petro = await company.person("Петро", "agent", "102");
	chief = await company.person("Ірина", "supervisor", null);
	office = await openOffice(company);
});
afterEach(async () => {
	await office.end();
	await company.drop();
});

/** Ids of the unprocessed calls of this agent, as a supervisor lists them. */
const unprocessedOf = async (agent: Person, more: Record<string, string> = {}) =>
	(
		await listCalls(
			company.database.pools.ui,
			chief,
			CallListQuery.parse({ limit: "50", unprocessed: "true", agent: agent.id, ...more }),
			() => null,
		)
	).items.map(({ id }) => id);
const ids = (...facts: CallFacts[]) => facts.map(company.idOf);
/** Of how many calls that are over and owed somebody's part is kept. */
const kept = async () => (await company.rows("select count(*)::int as n from owed_people"))[0]?.n;

test("a call is unprocessed for everybody whom it rang, from its first ring until somebody processed it", async () => {
	const startedAt = monday;
	const rings = call({ startedAt, rawNumber, legs: [leg("101", startedAt), leg("102", startedAt, { index: 1 })] });
	await company.record(rings);
	for (const agent of [olena, petro]) expect(await unprocessedOf(agent)).toEqual(ids(rings));
	const up = startedAt + 5_000;
	const over: CallFacts = {
		...rings,
		...{ outcome: "answered", answeredAt: up, endedAt: up + minute, talkMs: minute },
		legs: [
			leg("101", startedAt, { leftAt: up, result: "elsewhere" }),
			leg("102", startedAt, { index: 1, answeredAt: up, leftAt: up + minute, result: "answered" }),
		],
	};
	await company.record(over);
	for (const agent of [olena, petro]) expect(await unprocessedOf(agent)).toEqual(ids(over));
	const said = { status: "not_client", comment: "Помилка номером" };
	expect((await office.ask(petro, "POST", `/api/calls/${company.idOf(over)}/disposition`, said)).status).toBe(200);
	for (const agent of [olena, petro]) expect(await unprocessedOf(agent)).toEqual([]);
	// Told once more, it stays processed.
	await company.record(over);
	expect(await unprocessedOf(petro)).toEqual([]);
	expect(await kept()).toBe(0);
});

test("a talk takes the missed calls that it settles from everybody's unprocessed ones", async () => {
	const missed = [0, 1, 2].map((n) => ended("missed", "101", { startedAt: monday + n * minute, rawNumber }));
	await company.record(...missed);
	expect(await unprocessedOf(olena)).toEqual(ids(...missed.toReversed()));
	const talk = ended("answered", "102", { startedAt: monday + 5 * minute, rawNumber });
	await company.record(talk);
	expect(await unprocessedOf(olena)).toEqual([]);
	expect(await unprocessedOf(petro)).toEqual(ids(talk));
	expect(await kept()).toBe(1);
});

test("whoever took part in a call that went into another one took part in that", async () => {
	const into = ended("answered", "102", { startedAt: monday, rawNumber });
	const gone = ended("answered", "101", { startedAt: monday + 5_000, rawNumber });
	await company.record(into, gone);
	await company.record({ kind: "superseded", family: gone.family, startedAt: gone.startedAt, into: into.family });
	for (const agent of [olena, petro]) expect(await unprocessedOf(agent)).toEqual(ids(into));
	expect(await kept()).toBe(2);
});

test("a page ends where the next one begins", async () => {
	const calls = [0, 1, 2, 3, 4].map((n) => ended("answered", "101", { startedAt: monday + n * minute, rawNumber }));
	await company.record(...calls);
	const newest = ids(...calls.toReversed());
	expect(await unprocessedOf(olena, { limit: "2" })).toEqual(newest.slice(0, 2));
	expect(await unprocessedOf(olena, { limit: "2", after: newest[1] ?? "" })).toEqual(newest.slice(2, 4));
});
