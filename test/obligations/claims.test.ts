import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { DzvinError } from "../../server/errors.ts";
import type { Person } from "../../server/http.ts";
import { claim, dismiss, release } from "../../server/obligations/claim.ts";
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
	company = await openCompany();
	olena = await company.person("Олена", "agent", "101");
	petro = await company.person("Петро", "agent", "102");
	chief = await company.person("Ірина", "supervisor", null);
});
afterAll(() => company.drop());
beforeEach(() => {
	client = `+38050${++clients}`;
	company.told.length = 0;
});

const pool = () => company.database.pools.ui;
const say = (person: Person, id: string, input: DispositionInput) =>
	dispose({ pool: pool(), bus: company.bus, settings: company.settings }, person, id, input);
const inWork: DispositionInput = { status: "in_work", comment: "Передзвонити щодо договору" };

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

test("who says 'I take it' first has it", async () => {
	const { id } = await debtOf(await missed());
	const outcomes = await Promise.all(
		[olena, petro, olena, petro].map((who) => refusal(claim(pool(), who, String(id)))),
	);
	expect(outcomes.toSorted()).toEqual(["accepted", "accepted", "conflict", "conflict"]);
});

test("a claim holds for the whole client and is given back by its maker or a supervisor", async () => {
	const first = await debtOf(await missed());
	const second = await debtOf(await missed(monday + 60_000));
	await claim(pool(), olena, String(first.id));
	expect(await refusal(claim(pool(), petro, String(second.id)))).toBe("conflict");
	expect(await refusal(release(pool(), petro, String(second.id)))).toBe("forbidden");
	await release(pool(), chief, String(second.id));
	expect(await refusal(claim(pool(), petro, String(first.id)))).toBe("accepted");
});

test("a claim of a colleague who went home holds nobody back", async () => {
	const { id } = await debtOf(await missed());
	await claim(pool(), olena, String(id));
	const claimedFor = (minutes: number) =>
		company.rows("update obligations set claimed_at = now() - make_interval(mins => $2) where id = $1", [id, minutes]);
	await claimedFor(14);
	await expect(claim(pool(), petro, String(id))).rejects.toMatchObject({
		said: { code: "refused.taken-by", values: { name: "Олена", minutes: "1" } },
	});
	await claimedFor(16);
	expect(await refusal(claim(pool(), petro, String(id)))).toBe("accepted");
	// The company's own minutes are in force at once, for claims that are held already too.
	await company.rows("insert into settings (id, value) values (1, '{\"claimMinutes\": 60}')");
	await claimedFor(16);
	expect(await refusal(claim(pool(), olena, String(id)))).toBe("conflict");
	await company.rows("delete from settings");
});

test("who tries to call keeps what they have taken: the claim begins anew", async () => {
	const facts = ended("missed", "101", { rawNumber: client });
	await company.record(facts);
	const { id } = await debtOf(company.idOf(facts));
	await claim(pool(), olena, String(id));
	await company.rows("update obligations set claimed_at = now() - interval '14 minutes' where id = $1", [id]);
	await company.record(
		ended("missed", "101", { rawNumber: client, startedAt: monday + 60_000, direction: "outbound" }),
	);
	const [row] = await company.rows(
		"select attempts, claimed_at > now() - interval '1 minute' as anew from obligations where id = $1",
		[id],
	);
	expect(row).toEqual({ attempts: 1, anew: true });
});

test("a supervisor takes over what a colleague has, and the audit says from whom", async () => {
	const { id } = await debtOf(await missed());
	await claim(pool(), olena, String(id));
	expect(await refusal(claim(pool(), chief, String(id)))).toBe("accepted");
	expect(await refusal(claim(pool(), olena, String(id)))).toBe("conflict");
	const rows = await company.rows("select user_id, action, detail ->> 'from' as from from audit where subject = $1", [
		id,
	]);
	expect(rows).toEqual([{ user_id: chief.id, action: "obligation.take-over", from: olena.id }]);
});

test("while a colleague's claim holds, an agent neither dismisses nor processes that client, and hears who has it", async () => {
	const first = await missed();
	const second = await missed(monday + 60_000);
	const { id } = await debtOf(first);
	await claim(pool(), olena, String(id));
	// The client calls once more: the claim is of the client, not of a row.
	const third = await missed(monday + 120_000);
	const takenBy = { code: "conflict", said: { code: "refused.taken-by", values: { name: "Олена", minutes: "15" } } };
	for (const callId of [first, second, third]) {
		await expect(say(petro, callId, inWork)).rejects.toMatchObject(takenBy);
		const debt = await debtOf(callId);
		await expect(dismiss(pool(), company.bus, petro, String(debt.id), "Спам")).rejects.toMatchObject(takenBy);
		await expect(claim(pool(), petro, String(debt.id))).rejects.toMatchObject(takenBy);
		expect(await debtOf(callId)).toEqual(debt);
	}
	expect(await company.rows("select 1 from dispositions where call_id = any($1)", [[first, second, third]])).toEqual(
		[],
	);
	expect(company.told.filter(({ kind }) => kind === "obligation.settled")).toEqual([]);
	// Who has it does as they like; when it has fallen, everybody.
	await company.rows("update obligations set claimed_at = now() - interval '16 minutes' where number = $1", [client]);
	expect(await refusal(say(petro, second, inWork))).toBe("accepted");
});

test("who has taken a client processes it, and a colleague may still say more of what is settled", async () => {
	const callId = await missed();
	const { id } = await debtOf(callId);
	await claim(pool(), olena, String(id));
	expect(await refusal(say(olena, callId, inWork))).toBe("accepted");
	expect(await refusal(say(petro, callId, inWork))).toBe("accepted");
});

test("a supervisor closes what a colleague has taken, and the audit says from whom", async () => {
	const ids = [await missed(), await missed(monday, "+380509990007")];
	const debts = [];
	for (const callId of ids) debts.push(await debtOf(callId));
	for (const { id } of debts) await claim(pool(), olena, String(id));
	expect(await refusal(say(chief, ids[0] ?? "", inWork))).toBe("accepted");
	expect(await refusal(dismiss(pool(), company.bus, chief, String(debts[1]?.id), "Спам"))).toBe("accepted");
	const rows = await company.rows(
		"select user_id, action, detail ->> 'from' as from from audit where subject = any($1)",
		[debts.map(({ id }) => id)],
	);
	expect(rows).toEqual(Array(2).fill({ user_id: chief.id, action: "obligation.take-over", from: olena.id }));
});

test("a claim and a colleague's word at the same moment: whichever is first, they never both hold", async () => {
	for (let n = 0; n < 10; n++) {
		const number = `+38050888${String(n).padStart(4, "0")}`;
		const callId = await missed(monday, number);
		const { id } = await debtOf(callId);
		const [claimed, word] = await Promise.all([
			refusal(claim(pool(), olena, String(id))),
			refusal(say(petro, callId, inWork)),
		]);
		expect([claimed, word].toSorted()).toEqual(["accepted", "conflict"]);
	}
});
