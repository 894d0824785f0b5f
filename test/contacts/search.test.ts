import { sql } from "drizzle-orm";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ContactInput, ContactListQuery } from "../../server/protocol/contact.ts";
import { type Company, openCompany } from "./company.ts";

let company: Company;
beforeAll(async () => {
	company = await openCompany();
	const people: [string, ...string[]][] = [
		["Іваненко Олена Петрівна", "0674000001"],
		["Иваненко Пётр", "+79164000002"],
		["Ковальчук Ігор", "0674000003"],
		["Ґудзь Петро", "0674000004"],
		["Солов'йова Анна"],
		["Щербаченко Григорій"],
		["John Smith", "+12125550105"],
		["ТОВ «Степ 2000»", "0444000006"],
	];
	for (const [name, ...numbers] of people) await company.meet(name, ...numbers);
});
afterAll(() => company.drop());

const found = async (q: string, more: object = {}) => {
	const page = await company.contacts.list(ContactListQuery.parse({ q, ...more }));
	expect(page.next).toBeNull();
	return page.items.map(({ name }) => name);
};

test.each([
	["Іваненко", "in her own alphabet"],
	["иваненко", "in Russian letters"],
	["ivanenko", "in Latin letters"],
	["IVANENKO", "in capitals"],
	["sdfytyrj", "typed on a Latin layout by mistake"],
	["ываненко", "with ы for і, as the other layout gives"],
	["ivanen", "by the beginning"],
	["ваненк", "by the middle"],
	["iv", "by two letters"],
	["іваненко олена", "by two words"],
	["олена іваненко", "in the other order"],
	["олен ів", "by the beginnings of two words"],
	["іванннко", "with a slip"],
	["іваненко!!", "with marks around"],
])("%s finds Іваненко Олена (%s)", async (query) => {
	expect(await found(query)).toContain("Іваненко Олена Петрівна");
});

test.each([
	["петр", "Иваненко Пётр"],
	["Петро Гудзь", "Ґудзь Петро"],
	["соловйова", "Солов'йова Анна"],
	["Soloviova", "Солов'йова Анна"],
	["hryhorii", "Щербаченко Григорій"],
	["shcherbachenko", "Щербаченко Григорій"],
	["rjdfkmxer", "Ковальчук Ігор"],
	["smith", "John Smith"],
	["Ыьшер", "John Smith"],
	["степ 2000", "ТОВ «Степ 2000»"],
])("%s finds %s", async (query, name) => {
	expect(await found(query)).toContain(name);
});

test.each([
	["0674000001", "Іваненко Олена Петрівна"],
	["+38 (067) 400-00-01", "Іваненко Олена Петрівна"],
	["380674000001", "Іваненко Олена Петрівна"],
	["74000001", "Іваненко Олена Петрівна"],
	["0001", "Іваненко Олена Петрівна"],
	["400-00-03", "Ковальчук Ігор"],
	["8 916 400 00 02", "Иваненко Пётр"],
	["89164000", "Иваненко Пётр"],
	["067400", "Ковальчук Ігор"],
	["555 0105", "John Smith"],
	["4000006", "ТОВ «Степ 2000»"],
])("the number fragment %s finds %s", async (query, name) => {
	expect(await found(query)).toContain(name);
});

test("fewer than four digits, marks alone and other people's names find nobody", async () => {
	expect(await found("000")).toEqual([]);
	expect(await found("%_%")).toEqual([]);
	expect(await found("' or 1=1 --")).toEqual([]);
	expect(await found("Бондаренко")).toEqual([]);
});

test("who is called exactly so stands before who is only like it", async () => {
	await company.meet("Іваненков Сергій");
	await company.meet("Іванченко Марія");
	const names = await found("Іваненко Олена");
	expect(names[0]).toBe("Іваненко Олена Петрівна");
	expect((await found("іваненко"))[0]).not.toBe("Іванченко Марія");
});

test("a full number that somebody has is not looked for inside other numbers, an end of one is", async () => {
	await company.meet("Містить", "+4974000001");
	await company.meet("Містить усе", "+490674000001");
	expect(await found("0674000001")).toEqual(["Іваненко Олена Петрівна"]);
	expect((await found("74000001")).toSorted()).toEqual(["Іваненко Олена Петрівна", "Містить", "Містить усе"]);
});

test("owner and status narrow the search down", async () => {
	const { contacts, olena } = company;
	await contacts.create(
		ContactInput.parse({ name: "Іваненко Своя", ownerId: olena.id, numbers: [{ raw: "0674000091" }] }),
		olena,
	);
	expect(await found("іваненко", { owner: olena.id })).toEqual(["Іваненко Своя"]);
	expect(await found("0674000", { owner: olena.id })).toEqual(["Іваненко Своя"]);
	expect(await found("іваненко", { status: "client" })).toEqual([]);
});

test("a changed name is found by the new one only", async () => {
	const { contacts, meet, olena } = company;
	const contact = await meet("Дівоче Прізвище");
	await contacts.patch(contact.id, { name: "Заміжня Прізвище" }, olena);
	expect(await found("zamizhnia")).toEqual(["Заміжня Прізвище"]);
	expect(await found("дівоче")).toEqual([]);
});

test("among a hundred thousand contacts names and fragments are found through the trigram indexes", async () => {
	// Without the time limits of a pool: a busy machine fills the tables for longer than people would wait.
	const client = new pg.Client({ connectionString: company.url });
	await client.connect();
	try {
		await client.query("begin");
		await client.query(`insert into contacts (id, name, search)
			select gen_random_uuid(), 'x', md5(n::text) || ' ' || md5((n * 7)::text) from generate_series(1, 100000) as n`);
		await client.query(`insert into contact_numbers (id, contact_id, e164, raw)
			select id, id, '+38063' || lpad((row_number() over ())::text, 7, '0'), '' from contacts where name = 'x'`);
		await client.query("analyze contacts");
		await client.query("analyze contact_numbers");
		const plan = async (query: string) =>
			(await client.query<{ "QUERY PLAN": string }>(`explain ${query}`)).rows
				.map((row) => row["QUERY PLAN"])
				.join("\n");
		for (const condition of [
			"search like '%ivanenko%'",
			"'ivanenko' <% search",
			"(search like 'iv%' or search like '% iv%')",
		]) {
			expect(await plan(`select id from contacts where ${condition} limit 1000`)).toContain("contacts_search");
		}
		expect(
			await plan("select id from contact_numbers where e164 like '%4000001%' or e164 like '%400000%' limit 1000"),
		).toContain("contact_numbers_fragment");
	} finally {
		await client.query("rollback");
		await client.end();
	}
	expect((await company.database.ui.execute(sql`select 1 from contacts where name = 'x' limit 1`)).rows).toEqual([]);
}, 120_000);
