import type pg from "pg";

/** How much a company has. */
export interface Size {
	readonly contacts: number;
	readonly calls: number;
	/** Months over which the calls are spread evenly, the last of them the present one. */
	readonly months: number;
	/** Every so manieth external call is still owed. */
	readonly openEvery: number;
}

/** People of the company; the first ten are supervisors. One more came today and has nothing yet. */
export const staff = 200;

// 618,033,989 and 10⁹ share no factor: each number comes once, in no order.
const number = (n: string) => `'+380' || lpad((${n}::bigint * 618033989 % 1000000000)::text, 9, '0')`;
const plain = (n: string, kind: string) => `('01900000-0000-700${kind}-8000-' || lpad(to_hex(${n}), 12, '0'))::uuid`;

export const contactSql = (n: string) => plain(n, "0");
export const userSql = (n: string) => plain(n, "1");
/** The client of call `n`: a tenth of all clients make half of the calls, a fifth of the callers are strangers. */
const clientOf = ({ contacts }: Size) =>
	`case when n % 2 = 0 then n::bigint * 7919 % ${Math.ceil(contacts / 10)} else n::bigint * 104729 % ${Math.ceil(contacts * 1.25)} end`;

/** People, PBX, settings and clients with a number each; the tables must be empty. */
export async function fillClients(client: pg.Client, { contacts }: Size): Promise<void> {
	await client.query("set session_replication_role = replica");
	await client.query(`insert into pbxs (id, name, host, port, events_username, events_secret_sealed, extension_pattern)
		values (${plain("1", "2")}, 'office', '127.0.0.1', 5038, 'dzvin', '', '^\\d{3,4}$')`);
	await client.query(
		`insert into observations (pbx_id, since_at, until_at) values (${plain("1", "2")}, now() - interval '2 years', now())`,
	);
	await client.query(`insert into users (id, name, email, role, extension)
		select ${userSql("n")}, 'User ' || n, n || '@example.com', case when n < 10 then 'supervisor' else 'agent' end, (1000 + n)::text
		from generate_series(0, ${staff}) as n`);
	const names =
		"(array['ivanenko','petrenko','kovalenko','shevchenko','bondarenko','tkachenko','melnik','kravchenko'])";
	const first =
		"(array['olena','petro','ivan','oksana','andriy','natalya','mikola','irina','taras','yulia','serg','galina'])";
	const word = (list: string, of: string) => `${list}[1 + (hashint4(${of}) & 1023) % array_length(${list}, 1)]`;
	const name = `${word(names, "n")} || substr(md5(n::text), 1, 3) || ' ' || ${word(first, "n + 7")}`;
	await client.query(`insert into contacts (id, name, search, owner_id, company_id, status, tags)
		select ${contactSql("n")}, initcap(${name}), ${name},
			case when n % 10 < 8 then ${userSql(`10 + n % ${staff - 10}`)} end,
			case when n % 3 = 0 and n > 1000 then ${contactSql("n % 1000")} end,
			(array['new','in_work','client','refused','not_client'])[1 + n % 5], '["VIP"]'
		from generate_series(0, ${contacts - 1}) as n`);
	await client.query(`insert into contact_numbers (id, contact_id, e164, raw)
		select ${contactSql("n")}, ${contactSql("n")}, ${number("n")}, '' from generate_series(0, ${contacts - 1}) as n`);
}

/** Calls `from` to `to` of `size.calls`, oldest first, with their legs, recordings, obligations and dispositions. */
export async function fillCalls(client: pg.Client, size: Size, from: number, to: number): Promise<void> {
	const { calls, months, contacts, openEvery } = size;
	await client.query("set session_replication_role = replica");
	await client.query("select make_month(now() - n * interval '1 month') from generate_series(-1, $1::integer) as n", [
		months,
	]);
	const distance = `(interval '1 month' * ${months} / ${calls})`;
	await client.query("drop table if exists made");
	await client.query(`create temp table made as
		select n, (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7000' || '8' || lpad(to_hex(n), 15, '0'))::uuid as id,
			at, c, case when c < ${contacts} then ${contactSql("c")} end as contact_id, ${number("c")} as number,
			n % 10 = 9 as internal, n % 7 < 2 as missed, ${userSql(`10 + hashint4(n) & 127`)} as user_id
		from (select n, date_trunc('milliseconds', now() - (${calls} - n) * ${distance}) as at, ${clientOf(size)} as c
			from generate_series(${from}, ${to - 1}) as n) t`);
	// The last two hundred go on.
	const goesOn = `n >= ${calls} - 200`;
	await client.query(`insert into calls (id, started_at, pbx_id, linked_id, direction, outcome, number, raw_number, caller_name, did,
			queue, answered_at, ended_at, ring_ms, talk_ms, contact_id, user_ids, progress)
		select id, at, ${plain("1", "2")}, 'asterisk-' || n, case when internal then 'internal' when n % 5 < 3 then 'inbound' else 'outbound' end,
			case when ${goesOn} then 'talking' when missed then 'missed' else 'answered' end,
			case when not internal then number end, case when internal then '1001' else '0' || right(number, 9) end, '', '0441112233',
			case when n % 5 < 3 then 'sales' end, case when not missed then at + interval '9 seconds' end,
			case when not (${goesOn}) then at + interval '3 minutes' end, 9000, 160000,
			case when not internal then contact_id end, array[user_id], 1
		from made`);
	await client.query(`insert into legs (call_id, call_started_at, index, extension, user_id, rang_at, answered_at, left_at, result)
		select id, at, 0, '1001', user_id, at, case when not missed then at + interval '9 seconds' end, at + interval '3 minutes',
			case when missed then 'no-answer' else 'answered' end from made`);
	await client.query(`insert into recordings (call_id, call_started_at, index, path, started_at, closed, state, seconds)
		select id, at, 0, n || '.wav', at, true, case when n >= ${calls} - 50 then 'expected' else 'ready' end, 160 from made where not missed`);
	const open = `(n % ${openEvery} = 0 or ${goesOn})`;
	await client.query(`insert into obligations (id, kind, call_id, call_started_at, contact_id, number, did, queue, assignee_id, opened_at, due_at,
			escalates_at, escalated_to, escalated_at, settled_at, settled_by_id, settled_how)
		select id, case when missed then 'missed' else 'call' end, id, at, contact_id, number,
			case when missed then '0441112233' end, case when missed and n % 5 < 3 then 'sales' end,
			case when n % 3 > 0 then user_id end, at, at + interval '4 hours',
			case when missed and ${open} and n % 4 = 0 then now() + interval '1 hour' end,
			case when missed and ${open} and n % 4 > 0 then (array['team','supervisor'])[1 + n % 2] end,
			case when missed and ${open} and n % 4 > 0 then at + interval '4 hours' end,
			case when not ${open} then at + interval '1 hour' end, case when not ${open} then user_id end,
			case when not ${open} then case when missed then 'conversation' else 'disposition' end end
		from made where not internal`);
	await client.query(`insert into owed_people (obligation_id, user_id, call_id, call_started_at)
		select id, user_id, id, at from made where not internal and ${open} and not (${goesOn})`);
	await client.query(`insert into dispositions (id, call_id, call_started_at, contact_id, status, comment, user_id, at)
		select id, id, at, contact_id, 'in_work', 'Wants an offer', user_id, at + interval '1 hour' from made
		where not internal and not missed and not ${open}`);
	await client.query("drop table made");
}

/** What autovacuum does in time: statistics, and which pages everybody sees. */
export async function settleTables(client: pg.Client): Promise<void> {
	await client.query("vacuum analyze");
}
