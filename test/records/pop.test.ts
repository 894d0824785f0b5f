import { afterAll, beforeAll, expect, test } from "vitest";
import { createPops, type Pops } from "../../server/calls/pop.ts";
import { createMatcher } from "../../server/contacts/match.ts";
import type { SavedCall } from "../../server/events.ts";
import type { Person } from "../../server/http.ts";
import { dispose } from "../../server/obligations/dispose.ts";
import { Pop } from "../../server/protocol/live.ts";
import { type Company, call, ended, leg, monday, openCompany } from "./company.ts";

let company: Company;
let pops: Pops;
let olena: Person;
let petro: Person;
const hour = 3_600_000;

beforeAll(async () => {
	company = await openCompany();
	olena = await company.person("Олена", "agent", "101");
	petro = await company.person("Петро", "agent", "102");
	const matcher = createMatcher({ settings: company.settings });
	pops = createPops({
		db: company.database.pools.ingest,
		resolve: (caller, at) => matcher.resolve(company.database.ingest, caller, at),
	});
});
afterAll(() => company.drop());

async function rings(number: string, startedAt = monday + 10 * hour): Promise<SavedCall> {
	const facts = call({ rawNumber: number, startedAt, withheld: number === "", legs: [leg("101", startedAt + 1000)] });
	await company.record(facts);
	const saved = company.told.findLast(({ kind }) => kind === "call.saved")?.event;
	return saved as SavedCall;
}

test("the pop-up says who calls, whose client it is, what happened last and what is owed", async () => {
	const number = "+380501110001";
	const id = await company.contact("Іваненко", [number], petro);
	const earlier = Array.from({ length: 4 }, (_, n) =>
		ended("answered", "102", { startedAt: monday + n * hour, rawNumber: number }),
	);
	const missed = ended("missed", "101", { startedAt: monday + 5 * hour, rawNumber: number });
	await company.record(...earlier, missed);
	const last = earlier[3];
	if (!last) throw new Error("no call");
	await dispose(
		{ pool: company.database.pools.ui, bus: company.bus, settings: company.settings },
		petro,
		company.idOf(last),
		{ status: "in_work", comment: "Передзвонити щодо договору" },
	);
	const pop = Pop.parse(await pops.popFor(await rings(number)));
	expect(pop).toMatchObject({
		contact: { id, name: "Іваненко" },
		match: { state: "one", candidates: [{ reason: "exact" }] },
		owner: { id: petro.id, name: "Петро", extension: "102", you: false },
		numberCountry: "UA",
	});
	expect(pop.lastContacts.map(({ outcome, by, comment, status }) => [outcome, by?.name, comment, status])).toEqual([
		["missed", undefined, null, null],
		["answered", "Петро", "Передзвонити щодо договору", "in_work"],
		["answered", "Петро", null, null],
	]);
	expect(pop.openObligations.map(({ kind }) => kind)).toEqual(["call", "call", "call", "missed"]);
});

test("an unknown number shows its country and what that number did before", async () => {
	const number = "+48221234567";
	await company.record(ended("missed", "101", { rawNumber: number }));
	const pop = await pops.popFor(await rings(number));
	expect(pop).toMatchObject({ contact: null, owner: null, match: { state: "unknown" }, numberCountry: "PL" });
	expect(pop.lastContacts).toHaveLength(1);
	expect(pop.openObligations).toHaveLength(1);
});

test("a withheld number matches nobody and has no history", async () => {
	await company.record(ended("missed", "101", { rawNumber: "", withheld: true }));
	expect(await pops.popFor(await rings(""))).toMatchObject({
		match: { state: "withheld", candidates: [] },
		lastContacts: [],
		openObligations: [],
		numberCountry: null,
	});
});

test("of several people on one number none is picked", async () => {
	await company.contact("Батько", ["+380501110002"], olena);
	await company.contact("Син", ["+380501110002"], petro);
	const pop = await pops.popFor(await rings("+380501110002"));
	expect(pop).toMatchObject({ match: { state: "several" }, contact: null, owner: null });
	expect(pop.match.candidates).toHaveLength(2);
});

test("after a reload the same pop-up is made from the database", async () => {
	const saved = await rings("+380501110001", Date.now());
	const { ringing, talking } = await pops.liveCallsOf(olena.id);
	expect(talking).toEqual([]);
	expect(ringing[0]).toEqual(await pops.popFor(saved));
	expect(await pops.popOfCall(saved.call.id)).toEqual(ringing[0]);
	expect((await pops.liveCallsOf(petro.id)).ringing).toEqual([]);
	expect(await pops.popOfCall("019a0000-0000-7000-8000-000000000000")).toBeNull();
});

test("after a reload the owner sees that it is the own client", async () => {
	const number = "+380501110007";
	await company.contact("Клієнтка Олени", [number], olena);
	const saved = await rings(number, Date.now());
	const { ringing } = await pops.liveCallsOf(olena.id);
	const own = ringing.find(({ call: { id } }) => id === saved.call.id);
	expect(own?.owner).toEqual({ id: olena.id, name: "Олена", extension: "101", you: true });
});
