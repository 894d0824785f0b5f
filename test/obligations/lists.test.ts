import { afterAll, beforeAll, expect, test } from "vitest";
import type { CallFacts } from "../../server/calls/call-change.ts";
import type { Person } from "../../server/http.ts";
import { listObligations } from "../../server/obligations/list.ts";
import { Disposition } from "../../server/protocol/disposition.ts";
import { Obligation, ObligationCounts, ObligationPage } from "../../server/protocol/obligation.ts";
import { Task, TaskPage } from "../../server/protocol/task.ts";
import { type Company, ended, monday, openCompany } from "../records/company.ts";
import { type Office, openOffice } from "../records/http.ts";

let company: Company;
let office: Office;
let olena: Person;
let petro: Person;
let chief: Person;
const minute = 60_000;
/** Far ahead, so that nothing of it is overdue before the test says so. */
const soon =
	Date.parse("2026-12-07T08:00:00Z") +
	Math.floor((Date.now() - monday) / (7 * 24 * 60 * minute)) * 7 * 24 * 60 * minute;
const calls: Record<string, CallFacts> = {};

beforeAll(async () => {
	company = await openCompany();
	olena = await company.person("Олена", "agent", "101");
	petro = await company.person("Петро", "agent", "102");
	chief = await company.person("Ірина", "supervisor", null);
	office = await openOffice(company);
	const client = await company.contact("Іваненко", ["+380501110001", "+380501110002"], petro);
	expect(client).toBeTruthy();
	Object.assign(calls, {
		olenas: ended("answered", "101", { startedAt: soon, rawNumber: "+380502220001" }),
		petros: ended("answered", "102", { startedAt: soon + minute, rawNumber: "+380502220002" }),
		ivanenko: ended("missed", "101", { startedAt: soon + 2 * minute, rawNumber: "+380501110001" }),
		ivanenkoAgain: ended("missed", "101", { startedAt: soon + 3 * minute, rawNumber: "+380501110002" }),
		stranger: ended("missed", "101", { startedAt: soon + 4 * minute, rawNumber: "+380502220009" }),
		strangerAgain: ended("missed", "101", { startedAt: soon + 5 * minute, rawNumber: "+380502220009" }),
		hidden: ended("missed", "101", { startedAt: soon + 6 * minute, rawNumber: "", withheld: true }),
		hiddenAgain: ended("missed", "101", { startedAt: soon + 7 * minute, rawNumber: "", withheld: true }),
	});
	await company.record(...Object.values(calls));
});
afterAll(async () => {
	await office.end();
	await company.drop();
});

const names = (items: readonly Obligation[]) =>
	items.map(({ call }) => Object.entries(calls).find(([, facts]) => company.idOf(facts) === call.id)?.[0]);
const page = (person: Person, query: string) => office.read(person, `/api/obligations?${query}`, ObligationPage);
const list = async (person: Person, query: string) => names((await page(person, query)).items);
const idOf = async (name: string) => {
	const facts = calls[name];
	const [row] = await company.rows("select id from obligations where call_id = $1", [facts && company.idOf(facts)]);
	return String(row?.id);
};

test("missed calls are listed once a client, the most urgent first, with how often the client called", async () => {
	const { items } = await page(chief, "kind=missed");
	expect(names(items)).toEqual(["ivanenko", "stranger", "hidden", "hiddenAgain"]);
	expect(items.map(({ times }) => times)).toEqual([2, 2, 1, 1]);
	expect(items[0]).toMatchObject({
		contact: { name: "Іваненко" },
		assignee: { name: "Петро" },
		number: "+380501110001",
		attempts: 0,
		settledAt: null,
	});
});

test("agents see what is theirs and what is nobody's, supervisors everything", async () => {
	expect(await list(olena, "")).toEqual(["stranger", "hidden", "hiddenAgain", "olenas"]);
	expect(await list(petro, "")).toEqual(["ivanenko", "stranger", "hidden", "hiddenAgain", "petros"]);
	expect(await list(chief, "")).toEqual(["ivanenko", "stranger", "hidden", "hiddenAgain", "olenas", "petros"]);
	expect(await list(petro, "assignee=me")).toEqual(["ivanenko", "petros"]);
	expect(await list(petro, "assignee=nobody&kind=missed")).toEqual(["stranger", "hidden", "hiddenAgain"]);
	expect(await list(chief, `assignee=${olena.id}`)).toEqual(["olenas"]);
	expect((await office.ask(olena, "GET", `/api/obligations?assignee=${petro.id}`)).status).toBe(403);
});

test("pages follow one another without a gap or a repetition", async () => {
	for (const [person, query] of [
		[chief, ""],
		[petro, ""],
		[chief, "kind=missed&"],
	] as const) {
		const seen: unknown[] = [];
		let after = "";
		do {
			const { items, next } = await page(person, `${query}limit=2${after}`);
			seen.push(...names(items));
			after = next === null ? "" : `&after=${next}`;
		} while (after !== "");
		expect(seen).toEqual(await list(person, query));
	}
	expect((await office.ask(chief, "GET", "/api/obligations?after=zzz")).status).toBe(400);
});

test("the figures of the tabs say the same as the lists", async () => {
	const counts = (person: Person) => office.read(person, "/api/obligations/counts", ObligationCounts);
	expect(await counts(olena)).toEqual({ mine: 1, team: 1, missed: 3, overdue: 0, escalated: 0 });
	expect(await counts(petro)).toEqual({ mine: 1, team: 1, missed: 4, overdue: 0, escalated: 0 });
	expect(await counts(chief)).toEqual({ mine: 0, team: 2, missed: 4, overdue: 0, escalated: 0 });
	await company.rows("update obligations set due_at = now() - interval '1 second' where id = $1", [
		await idOf("stranger"),
	]);
	expect(await list(chief, "overdue=true")).toEqual(["stranger"]);
	expect((await page(chief, "overdue=true")).items[0]).toMatchObject({ overdue: true });
	expect(await counts(chief)).toMatchObject({ overdue: 1 });
});

test("however much is owed, a figure stops at 99 and a page costs three statements", async () => {
	await company.record(
		...Array.from({ length: 150 }, (_, n) =>
			ended("answered", "101", { startedAt: soon + 60 * minute + n, rawNumber: "+380502220001" }),
		),
	);
	expect(await office.read(olena, "/api/obligations/counts", ObligationCounts)).toMatchObject({ mine: 99, team: 99 });
	for (const limit of [1, 100]) {
		office.statements.length = 0;
		await page(olena, `assignee=me&kind=call&limit=${limit}`);
		expect(office.statements).toHaveLength(3);
	}
});

test.each(["", "kind=missed", "assignee=me", "settled=true", "overdue=true", "escalated=team"])(
	"the list %j is read by indexes",
	async (query) => {
		const seen: { text: string; values: unknown[] }[] = [];
		const asking = {
			query: async (config: { text: string; values?: unknown[] }) => {
				seen.push({ text: config.text, values: config.values ?? [] });
				return { rows: [] };
			},
		};
		const parsed = Object.fromEntries(new URLSearchParams(query));
		for (const person of [olena, chief]) {
			await listObligations(asking as never, person, {
				limit: 50,
				...parsed,
				settled: query === "settled=true",
			} as never);
		}
		const client = await company.database.pools.ui.connect();
		try {
			await client.query("begin");
			await client.query("set local enable_seqscan = off");
			for (const { text, values } of seen) {
				const { rows } = await client.query(`explain ${text}`, values);
				expect(rows.map((row) => String(row["QUERY PLAN"])).join("\n")).not.toMatch(/Seq Scan/);
			}
			await client.query("rollback");
		} finally {
			client.release();
		}
	},
);

test("an agent takes a missed call, gives it back, dismisses it: over HTTP, as the lists then show", async () => {
	const id = await idOf("hidden");
	const post = async (path: string, body?: unknown) =>
		Obligation.parse(await (await office.ask(olena, "POST", path, body)).json());
	expect(await post(`/api/obligations/${id}/claim`)).toMatchObject({ claimedBy: { name: "Олена" } });
	expect((await office.ask(petro, "POST", `/api/obligations/${id}/claim`)).status).toBe(409);
	const released = await office.ask(olena, "DELETE", `/api/obligations/${id}/claim`);
	expect(await released.json()).toMatchObject({ claimedBy: null, claimedAt: null });
	expect((await office.ask(olena, "POST", `/api/obligations/${id}/dismiss`, { comment: "\u200b" })).status).toBe(400);
	expect(await post(`/api/obligations/${id}/dismiss`, { comment: "Спам" })).toMatchObject({
		settledHow: "dismissed",
		settledBy: { name: "Олена" },
		overdue: false,
	});
	expect(await list(chief, "settled=true")).toEqual(["hidden"]);
});

test("the word on a call with a next contact makes a task, which is done once", async () => {
	const id = calls.olenas && company.idOf(calls.olenas);
	const said = await office.ask(olena, "POST", `/api/calls/${id}/disposition`, {
		status: "in_work",
		comment: "Надіслати договір",
		nextContactAt: "2099-05-05T09:00:00Z",
	});
	expect(said.status).toBe(200);
	expect(Disposition.parse(await said.json())).toMatchObject({
		by: { name: "Олена" },
		nextContactAt: "2099-05-05T09:00:00.000Z",
	});
	const { items } = await office.read(olena, "/api/tasks", TaskPage);
	expect(items).toMatchObject([{ title: "Надіслати договір", callId: id, number: "+380502220001", overdue: false }]);
	const task = items[0]?.id;
	expect((await office.ask(petro, "POST", `/api/tasks/${task}/done`)).status).toBe(403);
	const done = Task.parse(await (await office.ask(olena, "POST", `/api/tasks/${task}/done`)).json());
	expect(done.doneAt).not.toBeNull();
	const again = Task.parse(await (await office.ask(olena, "POST", `/api/tasks/${task}/done`)).json());
	expect(again.doneAt).toBe(done.doneAt);
	expect((await office.read(olena, "/api/tasks", TaskPage)).items).toEqual([]);
	expect((await office.read(olena, "/api/tasks?done=true", TaskPage)).items).toHaveLength(1);
});
