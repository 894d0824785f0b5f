import { type SQL, sql } from "drizzle-orm";
import type { Queryable } from "../../db/connect.ts";
import { foldedQueries } from "./fold.ts";
import { type NumberPlan, parse } from "./number.ts";
import type { ContactFilter } from "./store.ts";

/** Rows that are ranked at most for each way of reading the query; a name that a million people share is not sorted through. */
const ranked = 1_000;
/** Digits from which on a whole number that somebody has is what was meant, and not the end of another one. */
const surelyWhole = 9;
const numberOnly = /^[\d\s()+\-.–/]+$/;

/**
 * Ids of the contacts that a person may mean by `query`, best first: by number (whole, or at least four digits of it)
 * or by name, in any alphabet and keyboard layout, first as written and, when that is not enough, with slips.
 */
export async function searchContactIds(
	db: Queryable,
	query: string,
	plan: NumberPlan,
	filter: ContactFilter,
	limit: number,
): Promise<string[]> {
	if (numberOnly.test(query)) return byNumber(db, query, plan, filter, limit);
	const meanings = foldedQueries(query).map((folded) => folded.split(" ").slice(0, 6));
	if (meanings.length === 0) return [];
	const exact = await byName(db, meanings, "written", filter, limit);
	if (exact.length >= limit) return exact;
	const near = await byName(db, meanings, "near", filter, limit);
	return [...new Set([...exact, ...near])].slice(0, limit);
}

async function byName(
	db: Queryable,
	meanings: readonly string[][],
	how: "written" | "near",
	filter: ContactFilter,
	limit: number,
): Promise<string[]> {
	// Three letters make the first trigram: with fewer there is nothing to be near to.
	const usable = how === "written" ? meanings : meanings.filter((words) => words.some((word) => word.length >= 4));
	if (usable.length === 0) return [];
	const parts = usable.map((words) => {
		const conditions = words.map((word) => (how === "written" ? written(word) : near(word)));
		return sql`(select id, word_similarity(${words.join(" ")}, search) as score, length(search) as length
			from (select id, search from contacts where ${sql.join(conditions, sql` and `)} ${filtered(filter)} limit ${ranked}) as found)`;
	});
	const { rows } = await db.execute<{ id: string }>(sql`
		select id from (${sql.join(parts, sql` union all `)}) as found
		group by id order by max(score) desc, min(length), id desc limit ${limit}`);
	return rows.map(({ id }) => id);
}

/** Folded text has letters, digits and spaces only: nothing to escape. */
function written(word: string): SQL {
	// Two letters have no trigram inside a word, but one at its beginning.
	return word.length >= 3
		? sql`search like ${`%${word}%`}`
		: sql`(search like ${`${word}%`} or search like ${`% ${word}%`})`;
}

function near(word: string): SQL {
	return word.length >= 4 ? sql`${word} <% search` : written(word);
}

async function byNumber(
	db: Queryable,
	query: string,
	plan: NumberPlan,
	filter: ContactFilter,
	limit: number,
): Promise<string[]> {
	const digits = query.replace(/\D/g, "").slice(0, 20);
	if (digits.length < 4) return [];
	const whole = parse(query, plan);
	const e164 = whole.kind === "number" ? whole.e164 : "";
	// The trunk prefix that people type in front is no part of the stored number: 8 916 12 is +7 916 12.
	const pieces = [...new Set([digits, digits.length > 4 ? digits.replace(/^(?:80|[08])/, "") : digits])].filter(
		(piece) => piece.length >= 4,
	);
	const fragments = pieces.map((piece) => sql`e164 like ${`%${piece}%`}`);
	// Digits inside a number are looked for in lists that grow with the contacts: not for a number that somebody has.
	const { rows } = await db.execute<{ id: string }>(sql`
		with whole as materialized (
			select contact_id, 3 as score, valid_to from contact_numbers where e164 = ${e164} limit ${ranked}
		)
		select contact_id as id from (
			(select * from whole)
			union all
			(select contact_id, case when e164 like ${`%${digits}`} then 2 else 1 end, valid_to
				from contact_numbers where (${digits.length < surelyWhole} or not exists (select from whole)) and (${sql.join(fragments, sql` or `)}) limit ${ranked})
		) as found
		where true ${filteredById(filter)}
		group by contact_id order by max(score) desc, bool_or(valid_to is null) desc, contact_id desc limit ${limit}`);
	return rows.map(({ id }) => id);
}

function filtered({ owner, status }: ContactFilter): SQL {
	return sql`${owner === undefined ? sql`` : sql`and owner_id = ${owner}`} ${status === undefined ? sql`` : sql`and status = ${status}`}`;
}

function filteredById(filter: ContactFilter): SQL {
	if (filter.owner === undefined && filter.status === undefined) return sql``;
	return sql`and exists (select from contacts where contacts.id = contact_id ${filtered(filter)})`;
}
