import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Person } from "../../server/http.ts";
import { claim } from "../../server/obligations/claim.ts";
import { owedFigures } from "../../server/obligations/figures.ts";
import { Call } from "../../server/protocol/call.ts";
import { Obligation, ObligationPage } from "../../server/protocol/obligation.ts";
import { type Company, ended, openCompany } from "../records/company.ts";
import { type Office, openOffice } from "../records/http.ts";

let company: Company;
let office: Office;
let olena: Person;
let petro: Person;
let chief: Person;
let client: string;
let clients = 3_000_000;
const minute = 60_000;
/** In working hours that are over, so that time to reach is more than nothing. */
const begun = Date.now() - 7 * 24 * 60 * minute;

beforeAll(async () => {
	company = await openCompany();
	olena = await company.person("Олена", "agent", "101");
	petro = await company.person("Петро", "agent", "102");
	chief = await company.person("Ірина", "supervisor", null);
	office = await openOffice(company);
});
afterAll(async () => {
	await office.end();
	await company.drop();
});
beforeEach(() => {
	client = `+38050${++clients}`;
	company.told.length = 0;
});

const pool = () => company.database.pools.ui;
async function missed(startedAt = begun, rawNumber = client): Promise<string> {
	const facts = ended("missed", "101", { rawNumber, startedAt });
	await company.record(facts);
	return company.idOf(facts);
}
const debtOf = async (callId: string) => {
	const [row] = await company.rows("select * from obligations where call_id = $1", [callId]);
	if (!row) throw new Error("nothing is owed");
	return row;
};
const idOf = async (callId: string) => String((await debtOf(callId)).id);
const answered = (person: Person, id: string, body: unknown) =>
	office.ask(person, "POST", `/api/obligations/${id}/answered`, body);
const messenger = { channel: "messenger", comment: "  Відповіли у Viber \n" };

test("a client who was answered on another channel is owed no call: by whom, where and with what words", async () => {
	const calls = [await missed(), await missed(begun + minute)];
	const id = await idOf(calls[0] ?? "");
	const answer = await answered(olena, id, messenger);
	expect(answer.status).toBe(200);
	const obligation = Obligation.parse(await answer.json());
	expect(obligation).toMatchObject({
		settledHow: "other-channel",
		settledChannel: "messenger",
		settledComment: "Відповіли у Viber",
		settledBy: { name: "Олена" },
		settledDirection: null,
		overdue: false,
	});
	// In working time: it counts as reached, which a dismissal does not.
	expect(obligation.reachedSeconds).toBeGreaterThan(3_600);
	for (const callId of calls) {
		expect(await debtOf(callId)).toMatchObject({ settled_how: "other-channel", settled_channel: "messenger" });
		const call = Call.parse(await (await office.ask(petro, "GET", `/api/calls/${callId}`)).json());
		expect(call.obligation?.settlement).toEqual({
			how: "other-channel",
			channel: "messenger",
			comment: "Відповіли у Viber",
			by: { id: olena.id, name: "Олена" },
		});
	}
	expect(company.told.filter(({ kind }) => kind === "obligation.settled")).toHaveLength(2);
	const audit = await company.rows("select user_id, action, detail from audit where subject = $1", [id]);
	expect(audit).toEqual([
		{
			user_id: olena.id,
			action: "obligation.other-channel",
			detail: { channel: "messenger", callId: calls[0], obligations: 2 },
		},
	]);
});

test("lists and figures tell it from a dismissal", async () => {
	const before = (await owedFigures(pool(), new Date(Date.now() - minute))).reached.count;
	const [one, other] = [await idOf(await missed()), await idOf(await missed(begun, "+380509990003"))];
	expect((await answered(olena, one, { channel: "letter", comment: "Лист" })).status).toBe(200);
	expect((await office.ask(olena, "POST", `/api/obligations/${other}/dismiss`, { comment: "Спам" })).status).toBe(200);
	const { items } = await office.read(chief, "/api/obligations?settled=true&kind=missed&limit=2", ObligationPage);
	expect(
		items.map(({ settledHow, settledChannel, settledComment, reachedSeconds }) => [
			settledHow,
			settledChannel,
			settledComment,
			reachedSeconds !== null,
		]),
	).toEqual([
		["dismissed", null, "Спам", false],
		["other-channel", "letter", "Лист", true],
	]);
	expect((await owedFigures(pool(), new Date(Date.now() - minute))).reached.count).toBe(before + 1);
});

test.each([
	{ channel: "messenger" },
	{ comment: "Так" },
	{ channel: "pigeon", comment: "Так" },
	{ channel: "sms", comment: "" },
	{ channel: "sms", comment: " \u200b\u3164" },
	{ channel: "sms", comment: "x".repeat(10_001) },
	{ channel: "sms", comment: "Так", settledAt: "2026-01-01T00:00:00Z" },
])("%j is refused and settles nothing", async (body) => {
	const callId = await missed();
	expect((await answered(olena, await idOf(callId), body)).status).toBe(400);
	expect(await debtOf(callId)).toMatchObject({ settled_at: null, settled_channel: null });
});

test("it is said of one's own or nobody's missed calls, of none that a colleague has, and once", async () => {
	const sms = { channel: "sms", comment: "Відповіли" };
	await company.contact("Власник", [client], petro);
	expect((await answered(olena, await idOf(await missed()), sms)).status).toBe(403);
	const taken = await idOf(await missed(begun, "+380509990004"));
	await claim(pool(), petro, taken);
	const refused = await answered(olena, taken, sms);
	expect(refused.status).toBe(409);
	expect(await refused.json()).toMatchObject({
		error: { said: { code: "refused.taken-by", values: { name: "Петро" } } },
	});
	expect((await answered(chief, taken, sms)).status).toBe(200);
	expect((await answered(petro, taken, sms)).status).toBe(409);
	// A conversation is closed by its status only.
	const facts = ended("answered", "101", { rawNumber: "+380509990005", startedAt: begun });
	await company.record(facts);
	expect((await answered(olena, await idOf(company.idOf(facts)), sms)).status).toBe(409);
	expect((await answered(olena, "019a0000-0000-7000-8000-000000000000", sms)).status).toBe(404);
});

test("it moves with the call that goes into another one", async () => {
	const target = ended("missed", "101", { rawNumber: client, startedAt: begun });
	const lost = ended("missed", "101", { rawNumber: client, startedAt: begun + 1_000 });
	await company.record(lost);
	await answered(olena, await idOf(company.idOf(lost)), { channel: "in-person", comment: "Зайшов в офіс" });
	await company.record(target);
	expect(await debtOf(company.idOf(target))).toMatchObject({ settled_at: null });
	await company.record({ kind: "superseded", family: lost.family, startedAt: lost.startedAt, into: target.family });
	expect(await debtOf(company.idOf(target))).toMatchObject({
		settled_how: "other-channel",
		settled_channel: "in-person",
		settled_comment: "Зайшов в офіс",
		settled_by_id: olena.id,
	});
});
