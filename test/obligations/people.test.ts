import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { DzvinError } from "../../server/errors.ts";
import type { Person } from "../../server/http.ts";
import { claim, dismiss } from "../../server/obligations/claim.ts";
import { dispose } from "../../server/obligations/dispose.ts";
import type { DispositionInput } from "../../server/protocol/disposition.ts";
import { type Company, ended, monday, openCompany } from "../records/company.ts";

let company: Company;
let olena: Person;
let petro: Person;
let chief: Person;
let client: string;
let clients = 2_000_000;

beforeAll(async () => {
	company = await openCompany({ refusalReasons: ["Дорого", "Інше"], currency: "UAH" });
	olena = await company.person("Олена", "agent", "101");
	petro = await company.person("Петро", "agent", "102");
	chief = await company.person("Ірина", "supervisor", null);
});
afterAll(() => company.drop());
beforeEach(() => {
	client = `+38050${++clients}`;
	company.told.length = 0;
});

const say = (person: Person, id: string, input: DispositionInput) =>
	dispose({ pool: company.database.pools.ui, bus: company.bus, settings: company.settings }, person, id, input);
const inWork: DispositionInput = { status: "in_work", comment: "Передзвонити щодо договору" };

async function answeredBy(extension = "101", startedAt = monday): Promise<string> {
	const facts = ended("answered", extension, { rawNumber: client, startedAt });
	await company.record(facts);
	return company.idOf(facts);
}
async function missed(startedAt = monday, rawNumber = client): Promise<string> {
	const facts = ended("missed", "101", { rawNumber, startedAt });
	await company.record(facts);
	return company.idOf(facts);
}
const debtOf = async (callId: string) => {
	const [row] = await company.rows("select * from obligations where call_id = $1", [callId]);
	if (!row) throw new Error("nothing is owed");
	return row;
};
const refusal = async (work: Promise<unknown>): Promise<string> =>
	work.then(
		() => "accepted",
		(error) => {
			if (error instanceof DzvinError) return error.code;
			throw error;
		},
	);

test("a status and a comment settle what is owed, and only they do", async () => {
	const id = await answeredBy();
	const disposition = await say(olena, id, { ...inWork, comment: "  Передзвонити \n" });
	expect(disposition).toMatchObject({ status: "in_work", comment: "Передзвонити", by: { name: "Олена" } });
	expect(await debtOf(id)).toMatchObject({ settled_how: "disposition", settled_by_id: olena.id });
	expect(company.told.filter(({ kind }) => kind === "obligation.settled")).toHaveLength(1);
});

test("late news of a call that was processed does not open it again", async () => {
	const facts = ended("answered", "101", { rawNumber: client });
	await company.record(facts);
	const id = company.idOf(facts);
	await say(olena, id, inWork);
	const before = await debtOf(id);
	await company.record({ ...facts, ivr: "123", recovered: true });
	await company.record(ended("answered", "101", { ...facts, talk: 600 }));
	expect(await debtOf(id)).toEqual(before);
});

test.each(["   ", "\u00a0\u2003", "\u200b\u200d\ufeff", "\u2800", "\u3164\u115f", "\n\t\r", "\u202e\u2066", "\0"])(
	"a comment that nobody can see is none: %j",
	async (comment) => {
		const id = await answeredBy();
		expect(await refusal(say(olena, id, { ...inWork, comment }))).toBe("validation");
		expect(await debtOf(id)).toMatchObject({ settled_at: null });
	},
);

test("a refusal wants a reason from the company's list", async () => {
	const id = await answeredBy();
	const no = (refusalReason: string) => say(olena, id, { status: "refused", comment: "Ні", refusalReason });
	expect(await refusal(no("Просто так"))).toBe("validation");
	expect((await no("Дорого")).refusalReason).toBe("Дорого");
});

test("what was bought carries its amount in the company's currency", async () => {
	await company.contact("Бондар", [client]);
	const id = await answeredBy();
	expect(await say(olena, id, { status: "bought", comment: "Так", amount: "12500.5" })).toMatchObject({
		currency: "UAH",
	});
	const [row] = await company.rows("select amount, currency from dispositions where call_id = $1", [id]);
	expect(row).toEqual({ amount: "12500.50", currency: "UAH" });
	const [contact] = await company.rows("select status from contacts where name = 'Бондар'");
	expect(contact).toEqual({ status: "client" });
});

test("work that goes on gives the contact a status, a manager and a planned contact, each with its history", async () => {
	const contactId = await company.contact("Гудзь", [client]);
	const id = await answeredBy();
	await say(olena, id, { ...inWork, nextContactAt: "2099-01-05T10:00:00Z" });
	const [contact] = await company.rows("select status, owner_id from contacts where id = $1", [contactId]);
	expect(contact).toEqual({ status: "in_work", owner_id: olena.id });
	const changes = await company.rows("select field, from_value, to_value from contact_changes where contact_id = $1", [
		contactId,
	]);
	expect(changes).toEqual([
		{ field: "status", from_value: "new", to_value: "in_work" },
		{ field: "owner", from_value: null, to_value: olena.id },
	]);
	const [task] = await company.rows("select * from tasks where contact_id = $1", [contactId]);
	expect(task).toMatchObject({ assignee_id: olena.id, due_at: new Date("2099-01-05T10:00:00Z"), call_id: id });
});

test("the same word sent again, because its answer was lost, plans no second contact; another time does", async () => {
	const id = await answeredBy();
	const first = { ...inWork, nextContactAt: "2099-01-05T10:00:00Z" };
	await Promise.all([say(olena, id, first), say(olena, id, first)]);
	await say(olena, id, first);
	await say(olena, id, { ...inWork, nextContactAt: "2099-01-06T10:00:00Z" });
	const planned = await company.rows("select due_at from tasks where call_id = $1 order by due_at", [id]);
	expect(planned).toEqual([{ due_at: new Date("2099-01-05T10:00:00Z") }, { due_at: new Date("2099-01-06T10:00:00Z") }]);
});

test("a next contact in the past is refused", async () => {
	const id = await answeredBy();
	expect(await refusal(say(olena, id, { ...inWork, nextContactAt: "2020-01-01T00:00:00Z" }))).toBe("validation");
});

test("who bought stays a client, whatever is said of later calls", async () => {
	const contactId = await company.contact("Клієнт", [client]);
	await say(olena, await answeredBy(), { status: "bought", comment: "Так", amount: "1" });
	await say(olena, await answeredBy("101", monday + 60_000), inWork);
	const [contact] = await company.rows("select status from contacts where id = $1", [contactId]);
	expect(contact).toEqual({ status: "client" });
});

test("two agents who speak of one call at once are both kept, one settles", async () => {
	const id = await missed();
	const said = await Promise.all(
		[olena, petro, chief].map((person) => say(person, id, { ...inWork, comment: person.name })),
	);
	const rows = await company.rows("select id from dispositions where call_id = $1 order by at, id", [id]);
	expect(rows).toHaveLength(3);
	const newest = said.toSorted((a, b) => a.at.localeCompare(b.at) || a.id.localeCompare(b.id)).at(-1);
	expect(rows.at(-1)).toEqual({ id: newest?.id });
	expect(company.told.filter(({ kind }) => kind === "obligation.settled")).toHaveLength(1);
});

test("saying more later keeps both and the debt settled", async () => {
	const id = await answeredBy();
	await say(olena, id, inWork);
	const before = await debtOf(id);
	await say(olena, id, { status: "not_client", comment: "Помилились" });
	expect(await debtOf(id)).toEqual(before);
	expect(await company.rows("select 1 from dispositions where call_id = $1", [id])).toHaveLength(2);
});

test("an agent processes own calls and nobody's, a supervisor everybody's", async () => {
	const id = await answeredBy("101");
	expect(await refusal(say(petro, id, inWork))).toBe("forbidden");
	expect(await refusal(say(chief, id, inWork))).toBe("accepted");
	expect(await refusal(say(petro, await missed(monday, "+380509990001"), inWork))).toBe("accepted");
});

test("an internal call and a call that does not exist are not processed", async () => {
	const internal = ended("answered", "101", { direction: "internal", rawNumber: "102" });
	await company.record(internal);
	expect(await refusal(say(olena, company.idOf(internal), inWork))).toBe("conflict");
	expect(await refusal(say(olena, "019a0000-0000-7000-8000-000000000000", inWork))).toBe("not-found");
});

test("a word about a call that went into another is kept with that one", async () => {
	const target = ended("answered", "101", { rawNumber: client });
	const lost = ended("answered", "101", { rawNumber: client, startedAt: monday + 1000 });
	await company.record(target, lost);
	await say(olena, company.idOf(lost), inWork);
	await company.record({ kind: "superseded", family: lost.family, startedAt: lost.startedAt, into: target.family });
	expect(await debtOf(company.idOf(target))).toMatchObject({ settled_how: "disposition", settled_by_id: olena.id });
	await say(olena, company.idOf(lost), inWork);
	const rows = await company.rows("select 1 from dispositions where call_id = $1", [company.idOf(target)]);
	expect(rows).toHaveLength(2);
});

test("three missed calls of one client are one entry: one word settles them", async () => {
	const ids = [await missed(), await missed(monday + 60_000), await missed(monday + 120_000)];
	const other = await missed(monday, "+380509990002");
	await say(olena, ids[1] ?? "", inWork);
	for (const id of ids) expect(await debtOf(id)).toMatchObject({ settled_how: "disposition" });
	expect(await debtOf(other)).toMatchObject({ settled_at: null });
});

const pool = () => company.database.pools.ui;

test("a missed call is dismissed with a reason, once; an answered one is not", async () => {
	const bus = company.bus;
	const { id } = await debtOf(await missed());
	expect(await refusal(dismiss(pool(), bus, olena, String(id), "\u200b"))).toBe("validation");
	expect(await refusal(dismiss(pool(), bus, olena, String(id), "Спам"))).toBe("accepted");
	expect(await refusal(dismiss(pool(), bus, petro, String(id), "Спам"))).toBe("conflict");
	const [row] = await company.rows(
		"select settled_how, settled_comment, settled_by_id from obligations where id = $1",
		[id],
	);
	expect(row).toEqual({ settled_how: "dismissed", settled_comment: "Спам", settled_by_id: olena.id });
	const answered = await debtOf(await answeredBy("101", monday + 60_000));
	expect(await refusal(dismiss(pool(), bus, olena, String(answered.id), "Спам"))).toBe("conflict");
});

test("what is a colleague's is neither claimed nor dismissed by an agent", async () => {
	await company.contact("Власник", [client], petro);
	const { id } = await debtOf(await missed());
	expect(await refusal(claim(pool(), olena, String(id)))).toBe("forbidden");
	expect(await refusal(dismiss(pool(), company.bus, olena, String(id), "Спам"))).toBe("forbidden");
});
