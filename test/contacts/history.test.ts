import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newId } from "../../db/id.ts";
import { tasks } from "../../db/schema/contacts.ts";
import { dispositions } from "../../db/schema/obligations.ts";
import { attachBatch, nextBatch } from "../../server/contacts/attach.ts";
import { lastSpoken } from "../../server/contacts/match.ts";
import { timelinePlaces } from "../../server/contacts/timeline.ts";
import { TimelineQuery } from "../../server/protocol/contact.ts";
import { type Company, openCompany } from "./company.ts";

let company: Company;
beforeAll(async () => {
	company = await openCompany();
});
afterAll(() => company.drop());

const ago = (days: number) => new Date(company.clock.now - days * 86_400_000);

test("a new contact brings every earlier call of its number, however old, with what is owed for it", async () => {
	const { ring, meet, contactOf } = company;
	const calls = [await ring("+380672000001", ago(0.1)), await ring("+380672000001", ago(400))];
	const other = await ring("+380672000099", ago(1));
	const contact = await meet("Нова", "067 200 00 01");
	for (const call of calls) expect(await contactOf(call)).toBe(contact.id);
	expect(await contactOf(other)).toBeNull();
});

test("a number added later brings its calls too, and the dispositions and tasks made for the unknown caller", async () => {
	const { ring, meet, keep, contactOf, database, olena } = company;
	const contact = await meet("Має ще один");
	const at = ago(2);
	const call = await ring("+380672000002", at);
	const said = newId();
	const task = newId();
	await database.ui.insert(dispositions).values({
		id: said,
		callId: call,
		callStartedAt: at,
		status: "in_work",
		comment: "передзвонити",
		userId: olena.id,
	});
	await database.ui
		.insert(tasks)
		.values({ id: task, assigneeId: olena.id, number: "+380672000002", title: "передзвонити", dueAt: at });
	await keep(contact.id, "0672000002");
	expect(await contactOf(call)).toBe(contact.id);
	const { rows } = await database.ui.execute(sql`
		select contact_id from dispositions where id = ${said} union all select contact_id from tasks where id = ${task}`);
	expect(rows).toEqual([{ contact_id: contact.id }, { contact_id: contact.id }]);
});

test("an agent's choice is never overwritten by a number", async () => {
	const { ring, meet, contactOf } = company;
	const chosen = await meet("Обрана");
	const call = await ring("+380672000003", ago(1), { contactId: null, chosen: true });
	const taken = await ring("+380672000003", ago(2), { contactId: chosen.id });
	await meet("Власник", "0672000003");
	expect(await contactOf(call)).toBeNull();
	const { rows } = await company.database.ui.execute(sql`select contact_id from calls where id = ${taken}`);
	expect(rows).toEqual([{ contact_id: chosen.id }]);
});

test("a number given away does not drag old calls along: the next owner has what came after", async () => {
	const { ring, meet, keep, contactOf, pass } = company;
	const first = await meet("Перша", "0672000004");
	const hers = await ring("+380672000004", ago(1), { contactId: first.id });
	pass(1);
	await keep(first.id);
	const nobodys = await ring("+380672000004", pass(1));
	pass(1);
	const second = await meet("Друга", "0672000004");
	expect(second.numbers[0]?.validFrom).not.toBeNull();
	expect(await contactOf(nobodys)).toBe(second.id);
	const { rows } = await company.database.ui.execute(sql`select contact_id from calls where id = ${hers}`);
	expect(rows).toEqual([{ contact_id: first.id }]);
});

test("who comes to share a number gets nothing of the past, and nobody gets the shared calls by himself", async () => {
	const { ring, meet, contactOf, pass } = company;
	const old = await ring("+380672000005", ago(5));
	const first = await meet("Чоловік", "0672000005");
	expect(await contactOf(old)).toBe(first.id);
	pass(1);
	const unseen = await ring("+380672000005", ago(0.5));
	await meet("Дружина", "0672000005");
	expect(await contactOf(unseen)).toBeNull();
	expect((await company.whoCalls("0672000005")).match.state).toBe("several");
});

test("a number taken away by mistake and given back was never gone", async () => {
	const { meet, keep, pass, ring, contactOf } = company;
	const contact = await meet("Поспіх", "0672000006", "0672000007");
	await keep(contact.id, "0672000007");
	const meanwhile = await ring("+380672000006", pass(1));
	const again = await keep(contact.id, "0672000007", "0672000006");
	expect(again.numbers).toHaveLength(2);
	expect(again.numbers.every(({ validFrom, validTo }) => validFrom === null && validTo === null)).toBe(true);
	expect(await contactOf(meanwhile)).toBe(contact.id);
});

test("a number left out ends and stays on the page as a former one; its label may change without an end", async () => {
	const { meet, contacts, olena } = company;
	const contact = await meet("Двономерна", "0672000008", "0672000009");
	const changed = await contacts.patch(contact.id, { numbers: [{ raw: "+380672000009", label: "дім" }] }, olena);
	expect(changed.numbers.map(({ e164, label, validTo }) => [e164, label, validTo === null])).toEqual([
		["+380672000009", "дім", true],
		["+380672000008", "", false],
	]);
	expect(changed.numbers[0]?.id).toBe(contact.numbers[1]?.id);
});

test("a number with an extension is known, and brings no calls of the whole office", async () => {
	const { ring, meet, contactOf } = company;
	const call = await ring("+380442000010", ago(1));
	await meet("Ірина", "044 200-00-10 доб. 12");
	expect(await contactOf(call)).toBeNull();
});

test("a text that is no telephone number is kept as it was written", async () => {
	const contact = await company.meet("Внутрішній", "101", "спитати в Олега");
	expect(contact.numbers.map(({ raw, e164 }) => [raw, e164])).toEqual([
		["101", null],
		["спитати в Олега", null],
	]);
});

test("two people who save the same new number at once: one has its history, they share it from then on", async () => {
	const { ring, meet, contactOf, database } = company;
	const call = await ring("+380672000011", ago(1));
	const both = await Promise.all([meet("Раз", "0672000011"), meet("Два", "0672000011")]);
	expect(both.map(({ id }) => id)).toContain(await contactOf(call));
	const { rows } = await database.ui.execute<{ since_ever: number }>(sql`
		select count(*) filter (where valid_from is null)::int as since_ever from contact_numbers where e164 = '+380672000011'`);
	expect(rows[0]?.since_ever).toBe(1);
});

test("a history longer than one batch is attached whole, and every read of it goes through an index", async () => {
	const { database, meet, pass } = company;
	await database.ui.execute(sql`
		insert into calls (id, started_at, pbx_id, linked_id, direction, outcome, number, raw_number, caller_name, did)
		select gen_random_uuid(), ${new Date(pass(0).getTime()).toISOString()}::timestamptz - n * interval '7 minutes',
			(select id from pbxs limit 1), 'bulk.' || n, 'inbound', 'missed',
			case when n % 8 = 0 then '+380672000012' else '+38068' || lpad(n::text, 7, '0') end, '', '', ''
		from generate_series(1, 60000) as n`);
	await database.ui.execute(sql`
		insert into obligations (id, kind, call_id, call_started_at, opened_at, due_at)
		select gen_random_uuid(), 'missed', id, started_at, started_at, started_at from calls where linked_id like 'bulk.%'`);
	await database.ui.execute(sql`analyze calls`);
	await database.ui.execute(sql`analyze obligations`);
	const contact = await meet("Довга історія", "0672000012");
	const { rows } = await database.ui.execute<{ attached: number; wrong: number }>(sql`
		select count(*) filter (where number = '+380672000012')::int as attached,
			count(*) filter (where number <> '+380672000012' and linked_id like 'bulk.%')::int as wrong
		from calls where contact_id = ${contact.id}`);
	expect(rows).toEqual([{ attached: 7_500, wrong: 0 }]);
	const at = new Date(company.clock.now);
	const reads = [
		nextBatch("+380672000012", { from: null, to: at }),
		attachBatch(contact.id, "+380672000012", { from: ago(62), to: ago(60) }),
		lastSpoken([contact.id, newId()], "+380672000012", at),
		timelinePlaces(contact.id, TimelineQuery.parse({}), null),
		timelinePlaces(contact.id, TimelineQuery.parse({ q: "договір", by: newId(), from: ago(60).toISOString() }), null),
		timelinePlaces(contact.id, TimelineQuery.parse({}), [ago(90).getTime(), 1, contact.id]),
	];
	for (const read of reads) {
		const plan = await database.ui.execute<{ "QUERY PLAN": string }>(sql`explain ${read}`);
		const text = plan.rows.map((row) => row["QUERY PLAN"]).join("\n");
		expect(text).toMatch(/Index.*Scan.* (using|on) calls_other_/);
		expect(text).not.toMatch(/Seq Scan on (calls_other|obligations)/);
	}
});

async function untilSomebodyWaits(): Promise<void> {
	for (;;) {
		const { rows } = await company.database.ui.execute(sql`
			select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`);
		if (rows.length > 0) return;
	}
}

test("a call that is committed while its contact is being saved is attached too", async () => {
	const { ring, meet, database, clock } = company;
	const old = await ring("+380672000014", ago(1));
	const recorder = await database.pools.ingest.connect();
	try {
		await recorder.query("begin");
		await recorder.query("update obligations set attempts = 1 where call_id = $1", [old]);
		await recorder.query(
			`insert into calls (id, started_at, pbx_id, linked_id, direction, outcome, number, raw_number, caller_name, did)
			select gen_random_uuid(), $2, pbx_id, 'late', direction, outcome, number, raw_number, caller_name, did from calls where id = $1`,
			[old, new Date(clock.now - 60_000)],
		);
		const saving = meet("Щойно", "0672000014");
		// It has looked for calls and waits for the obligation, so it has not seen the new one.
		await untilSomebodyWaits();
		await recorder.query("commit");
		const contact = await saving;
		const { rows } = await database.ui.execute(sql`select contact_id from calls where linked_id = 'late'`);
		expect(rows).toEqual([{ contact_id: contact.id }]);
	} finally {
		recorder.release();
	}
});

test("a contact saved while the recorder writes the same call waits or goes again, and is saved", async () => {
	const { ring, meet, contactOf, database } = company;
	const call = await ring("+380672000013", ago(1));
	const recorder = await database.pools.ingest.connect();
	try {
		await recorder.query("begin");
		await recorder.query("update obligations set attempts = 1 where call_id = $1", [call]);
		const saving = meet("Саме зараз", "0672000013");
		await untilSomebodyWaits();
		// Each now waits for the other; PostgreSQL ends the one that noticed first. The recorder would go again as well.
		try {
			await recorder.query("update calls set ivr = '1' where id = $1", [call]);
			await recorder.query("commit");
		} catch (error) {
			expect(error).toMatchObject({ code: "40P01" });
			await recorder.query("rollback");
		}
		const contact = await saving;
		expect(await contactOf(call)).toBe(contact.id);
	} finally {
		recorder.release();
	}
});

test("a number entered by mistake gives the stranger's calls back, and only those that came by it", async () => {
	const { ring, meet, keep, contacts, olena, contactOf, pass, database } = company;
	const strangers = [await ring("+380672000020", ago(300)), await ring("+380672000020", ago(3))];
	const own = await ring("+380672000021", ago(2));
	const contact = await meet("Помилка", "0672000020", "0672000021");
	const chosen = await ring("+380672000020", ago(1), { contactId: contact.id, chosen: true });
	const during = await ring("+380672000020", pass(1), { contactId: contact.id });
	await database.ui.execute(
		sql`update obligations set contact_id = ${contact.id} where call_id in (${chosen}, ${during})`,
	);
	for (const call of [...strangers, own]) expect(await contactOf(call)).toBe(contact.id);

	pass(1);
	const kept = [{ raw: "0672000021" }];
	await expect(contacts.patch(contact.id, { mistaken: ["0672000020"] }, olena)).rejects.toMatchObject({
		code: "validation",
	});
	await contacts.patch(contact.id, { numbers: kept, mistaken: ["067 200 00 20"] }, olena);
	for (const call of [...strangers, during]) expect(await contactOf(call)).toBeNull();
	expect(await contactOf(own)).toBe(contact.id);
	expect(await contactOf(chosen)).toBe(contact.id);
	const { rows } = await database.ui.execute(
		sql`select from_value, to_value from contact_changes where contact_id = ${contact.id} and field = 'mistaken'`,
	);
	expect(rows).toEqual([{ from_value: "+380672000020", to_value: "3" }]);

	// Nobody had it before: whoever gets it now has the whole history, and so would the first, were it his after all.
	const right = await meet("Справжня", "0672000020");
	expect(right.numbers[0]?.validFrom).toBeNull();
	for (const call of [...strangers, during]) expect(await contactOf(call)).toBe(right.id);
	await keep(right.id);
	expect(await contactOf(during)).toBe(right.id);
});

test("a number shared by mistake leaves its calls to the one who really has it", async () => {
	const { ring, meet, contacts, olena, contactOf, pass } = company;
	const owner = await meet("Господар", "0672000022");
	pass(1);
	const wrong = await meet("Не той", "0672000022");
	const call = await ring("+380672000022", pass(1));
	pass(1);
	await contacts.patch(wrong.id, { numbers: [], mistaken: ["0672000022"] }, olena);
	expect(await contactOf(call)).toBe(owner.id);
});
