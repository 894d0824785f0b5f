import { sql } from "drizzle-orm";
import type { Transaction } from "../../db/connect.ts";
import { attachCalls, lockNumbers } from "./attach.ts";

/** Calls changed by one statement. */
const batch = 5_000;

/**
 * A number that a contact was given by mistake was never his: its tenure becomes empty, and the calls that came to him
 * by this number alone, with what is owed and was said for them, go back to whoever had it then, else to nobody. What a
 * person chose for a call stays. The number must have been taken away before. Returns the number of calls given back.
 */
export async function giveBack(tx: Transaction, contactId: string, number: string): Promise<number> {
	await lockNumbers(tx, [number]);
	let given = 0;
	for (;;) {
		const { rows } = await tx.execute<{ given: number }>(sql`
			with wrong as (
				select calls.id, calls.started_at from calls join contact_numbers tenure
					on tenure.contact_id = ${contactId} and tenure.e164 = calls.number and tenure.valid_to is not null
					and tenure.extension = '' and calls.started_at < tenure.valid_to
					and (tenure.valid_from is null or calls.started_at >= tenure.valid_from)
				where calls.number = ${number} and calls.contact_id = ${contactId} and not calls.contact_chosen
				order by calls.started_at desc limit ${batch}
			), freed as (
				update calls set contact_id = null from wrong
				where calls.id = wrong.id and calls.started_at = wrong.started_at
				returning calls.id
			), owed as (
				update obligations set contact_id = null from freed
				where obligations.call_id = freed.id and obligations.contact_id = ${contactId}
			), said as (
				update dispositions set contact_id = null from freed
				where dispositions.call_id = freed.id and dispositions.contact_id = ${contactId}
			)
			select count(*)::int as given from freed`);
		const count = rows[0]?.given ?? 0;
		given += count;
		if (count < batch) break;
	}
	await tx.execute(sql`update tasks set contact_id = null where number = ${number} and contact_id = ${contactId}`);
	await tx.execute(sql`
		update contact_numbers set valid_from = valid_to
		where contact_id = ${contactId} and e164 = ${number} and valid_to is not null`);
	const { rows: others } = await tx.execute<{ id: string }>(sql`
		select distinct contact_id as id from contact_numbers where e164 = ${number} and contact_id <> ${contactId}`);
	for (const { id } of others) await attachCalls(tx, id, [number]);
	return given;
}
