import { sql } from "drizzle-orm";
import type { Queryable } from "../../db/connect.ts";
import type { SimilarContact } from "../protocol/contact.ts";

/** So many are shown. */
const most = 3;
/** Of this many digits at the end a company's telephones differ from each other. */
const blockDigits = 2;
/** A block in which more numbers are known is a mobile operator's and no company's. */
const mostOfBlock = 10;
/** Digits at the end that may be mistyped; before them stand country and area. */
const mistypable = 9;

/**
 * Contacts whose number is nearly this one: one digit is another, two neighbours are swapped, or only the last two digits
 * differ, as in one company's exchange. Nearest first. They are a hint for a person and never a match. At most a hundred
 * looks into the index of numbers and a short range of it, whatever there is.
 */
export async function similarContacts(db: Queryable, e164: string): Promise<SimilarContact[]> {
	const block = e164.slice(0, -blockDigits);
	const { rows } = await db.execute<SimilarContact>(sql`
		select id, name, number from (
			select distinct on (c.id) c.id, c.name, near.e164 as number, near.distance
			from (
				(select contact_id, e164, 1 as distance from contact_numbers
					where e164 = any(${sql.param(nearly(e164))}::text[]) and valid_to is null limit ${mostOfBlock})
				union all
				(select contact_id, e164, 2 from (
					select contact_id, e164, count(*) over () as known from (
						select contact_id, e164 from contact_numbers
						where e164 between ${`${block}00`} and ${`${block}99`} and length(e164) = ${e164.length}
							and e164 <> ${e164} and valid_to is null
						limit ${mostOfBlock + 1}) neighbours
				) block where known <= ${mostOfBlock})
			) near
			join contacts c on c.id = near.contact_id
			order by c.id, near.distance
		) found
		order by distance, number, id limit ${most}`);
	return rows;
}

/** The numbers of the same length that one slip of the finger makes of this one. Pure. */
export function nearly(e164: string): string[] {
	const digits = Array.from(e164);
	const from = Math.max(2, digits.length - mistypable);
	const found = new Set<string>();
	for (let place = from; place < digits.length; place += 1) {
		for (const digit of "0123456789") found.add(digits.with(place, digit).join(""));
		const [one, other] = digits.slice(place - 1, place + 1);
		if (place > from && one !== undefined && other !== undefined) {
			found.add(
				digits
					.with(place - 1, other)
					.with(place, one)
					.join(""),
			);
		}
	}
	found.delete(e164);
	return [...found];
}
