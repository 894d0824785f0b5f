import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { lookup } from "../../server/contacts/match.ts";
import { ContactInput } from "../../server/protocol/contact.ts";
import { type Company, openCompany } from "./company.ts";

let company: Company;
beforeAll(async () => {
	company = await openCompany();
});
afterAll(() => company.drop());

const names = (found: { match: { candidates: { contact: { name: string } }[] } }) =>
	found.match.candidates.map(({ contact }) => contact.name);

test("a caller whom one contact owns is that contact, with company and owner, and why", async () => {
	const { contacts, olena, whoCalls } = company;
	const step = await contacts.create(ContactInput.parse({ kind: "company", name: "ТОВ «Степ»" }), olena);
	const petro = await contacts.create(
		ContactInput.parse({
			name: "Петро",
			companyId: step.id,
			ownerId: olena.id,
			tags: ["VIP"],
			birthday: "1990-11-25",
			numbers: [{ raw: "067 100 00 01" }],
		}),
		olena,
	);
	expect(await whoCalls("0671000001")).toEqual({
		e164: "+380671000001",
		match: {
			state: "one",
			candidates: [
				{
					contact: {
						id: petro.id,
						name: "Петро",
						company: "ТОВ «Степ»",
						status: "new",
						tags: ["VIP"],
						birthday: "1990-11-25",
					},
					owner: { id: olena.id, name: "Олена", extension: "101" },
					reason: "national",
					lastSpokenAt: null,
				},
			],
		},
	});
	expect((await whoCalls("+380671000001")).match.candidates[0]?.reason).toBe("exact");
});

test("a hidden number matches nobody, even when the PBX sends it along", async () => {
	await company.meet("Прихована", "0671000002");
	expect((await company.whoCalls("anonymous")).match).toEqual({ state: "withheld", candidates: [] });
	expect(await company.whoCalls("0671000002", new Date(), true)).toEqual({
		e164: null,
		match: { state: "withheld", candidates: [] },
	});
});

test("a number of nobody is unknown, and a text that is no number is garbage", async () => {
	expect(await company.whoCalls("0671999999")).toEqual({
		e164: "+380671999999",
		match: { state: "unknown", candidates: [] },
	});
	expect((await company.whoCalls("asterisk")).match.state).toBe("garbage");
	expect((await company.whoCalls("101")).match.state).toBe("garbage");
});

test("several people on one number are all offered, whom we spoke with last first, and none is picked", async () => {
	const { meet, whoCalls, ring, clock } = company;
	const ago = (days: number) => new Date(clock.now - days * 86_400_000);
	const never = await meet("Ніколи", "0671000003");
	const long = await meet("Давно", "0671000003");
	const late = await meet("Недавно", "0671000003");
	await ring("+380671000003", ago(30), { contactId: long.id, spoken: true });
	await ring("+380671000003", ago(3), { contactId: late.id, spoken: true });
	await ring("+380671000003", ago(1), { contactId: never.id, spoken: false });
	const found = await whoCalls("0671000003");
	expect(found.match.state).toBe("several");
	expect(names(found)).toEqual(["Недавно", "Давно", "Ніколи"]);
	expect(found.match.candidates.map(({ reason }) => reason)).toEqual(["shared", "shared", "shared"]);
	expect(found.match.candidates.map(({ lastSpokenAt }) => lastSpokenAt)).toEqual([
		ago(3).toISOString(),
		ago(30).toISOString(),
		null,
	]);
});

test("whom an agent chose for this number the last time is marked, and still not picked", async () => {
	const { meet, whoCalls, ring, clock } = company;
	await meet("Чоловік", "0671000004");
	const wife = await meet("Дружина", "0671000004");
	await ring("+380671000004", new Date(clock.now - 60_000), { contactId: wife.id, chosen: true, spoken: true });
	const { match } = await whoCalls("0671000004");
	expect(match.state).toBe("several");
	expect(match.candidates.map(({ contact, reason }) => [contact.name, reason])).toEqual([
		["Дружина", "chosen"],
		["Чоловік", "shared"],
	]);
});

test("a call from the main number of an office may be any of its people", async () => {
	await company.meet("Ірина, доб. 12", "044 200-00-05 доб. 12");
	const alone = await company.whoCalls("0442000005");
	expect(alone.match.state).toBe("several");
	expect(alone.match.candidates[0]?.reason).toBe("extension-part");
	expect((await company.whoCalls("0442000005;ext=12")).match).toMatchObject({
		state: "one",
		candidates: [{ reason: "extension-part" }],
	});
	expect((await company.whoCalls("0442000005;ext=13")).match.state).toBe("unknown");
	await company.meet("Офіс", "044 200-00-05");
	expect((await company.whoCalls("0442000005")).match).toMatchObject({ state: "several" });
	expect(names(await company.whoCalls("0442000005;ext=12"))).toEqual(["Ірина, доб. 12"]);
});

test("a number counts for a contact only in the time in which it was his", async () => {
	const { meet, keep, whoCalls, clock, pass } = company;
	const before = await meet("Колишній", "0671000006");
	const then = new Date(clock.now);
	pass(10);
	await keep(before.id);
	pass(10);
	await meet("Теперішній", "0671000006");
	expect(names(await whoCalls("0671000006", then))).toEqual(["Колишній"]);
	expect(names(await whoCalls("0671000006"))).toEqual(["Теперішній"]);
});

test("a number that a whole town shares offers twenty and reads no more", async () => {
	for (let n = 0; n < 23; n += 1) await company.meet(`Сусід ${n}`, "0671000007");
	expect((await company.whoCalls("0671000007")).match.candidates).toHaveLength(20);
});

test("the same read serves a transaction and every connection of a pool", async () => {
	await company.meet("Скрізь", "0671000008");
	const found = await Promise.all(Array.from({ length: 12 }, () => company.whoCalls("0671000008")));
	expect(new Set(found.flatMap(names))).toEqual(new Set(["Скрізь"]));
	const inside = await company.database.ui.transaction((tx) =>
		company.matcher.resolve(tx, { raw: "0671000008", withheld: false }, new Date(company.clock.now)),
	);
	expect(names(inside)).toEqual(["Скрізь"]);
});

test("among a hundred thousand numbers the read goes through indexes only, also as a generic plan", async () => {
	const client = await company.database.pools.ui.connect();
	try {
		await client.query("begin");
		await client.query("set local statement_timeout = 0");
		await client.query(`insert into contacts (id, name, search)
			select ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'Contact ' || n, '' from generate_series(1, 100000) as n`);
		await client.query(`insert into contact_numbers (id, contact_id, e164, raw)
			select id, id, '+38063' || lpad(right(id::text, 7), 7, '0'), '' from contacts where name like 'Contact %'`);
		await client.query("analyze contacts");
		await client.query("analyze contact_numbers");
		await client.query("set local plan_cache_mode = force_generic_plan");
		await client.query(`prepare find (text, timestamptz, text) as ${lookup.sql}`);
		const { rows } = await client.query<{ "QUERY PLAN": string }>(
			"explain (costs off) execute find ('+380630000001', now(), '')",
		);
		const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
		expect(plan).toContain("contact_numbers_e164");
		expect(plan.match(/Seq Scan on (?!users)/g)).toBeNull();
	} finally {
		await client.query("rollback");
		client.release();
	}
});

test("a query that carries hostile text in its number stays a query", async () => {
	expect((await company.whoCalls("'; drop table contacts; --")).match.state).toBe("garbage");
	const { rows } = await company.database.ui.execute(sql`select 1 as alive from contacts limit 1`);
	expect(rows).toHaveLength(1);
});
