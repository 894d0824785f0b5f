import { type SQL, sql } from "drizzle-orm";
import type { Queryable } from "../../db/connect.ts";
import type { Candidate, ContactStatus, Match } from "../protocol/contact.ts";
import type { Settings } from "../protocol/settings.ts";
import { type ParsedNumber, parse } from "./number.ts";

export interface Matcher {
	/**
	 * Who may be behind the number that a PBX showed, `at` the start of the call. One state only, `one`, means that the
	 * call is this contact's; with `several` the candidates are offered (at most 20), last-spoken first, and none is
	 * picked, even when it is a single one whom the number does not name for certain (an extension part differs).
	 * For state `one` `lastSpokenAt` is not read and stays null.
	 */
	resolve(
		db: Queryable,
		caller: { readonly raw: string; readonly withheld: boolean },
		at: Date,
	): Promise<{ e164: string | null; match: Match }>;
}

type KnownNumber = Extract<ParsedNumber, { kind: "number" }>;

type Row = {
	id: string;
	name: string;
	status: ContactStatus;
	tags: string[];
	birthday: string | null;
	company: string | null;
	owner_id: string | null;
	owner_name: string | null;
	owner_extension: string | null;
	extension: string;
};

/**
 * The one read on the way to the pop-up. Named, so that each connection parses and plans it once (a name is per
 * connection; node-postgres keeps count): measured in test/bench/lookup.ts. A number that a whole town shares is cut
 * off before the joins.
 */
export const lookup = {
	name: "contacts-by-number",
	sql: `
select c.id, c.name, c.status, c.tags, c.birthday::text, company.name as company, n.extension,
	owner.id as owner_id, owner.name as owner_name, owner.extension as owner_extension
from (
	select contact_id, extension from contact_numbers
	where e164 = $1 and (valid_from is null or valid_from <= $2) and (valid_to is null or valid_to > $2)
		and ($3 = '' or extension in ('', $3))
	limit 21
) as n
join contacts as c on c.id = n.contact_id
left join contacts as company on company.id = c.company_id
left join users as owner on owner.id = c.owner_id`,
} as const;
const mostOffered = 20;

const none = (state: "unknown" | "withheld" | "garbage"): Match => ({ state, candidates: [] });

/** The read behind every pop-up: a number as the PBX gave it → who that may be, and why. */
export function createMatcher(deps: { readonly settings: () => Settings }): Matcher {
	return {
		async resolve(db, caller, at) {
			if (caller.withheld) return { e164: null, match: none("withheld") };
			const number = parse(caller.raw, deps.settings());
			if (number.kind === "withheld") return { e164: null, match: none("withheld") };
			if (number.kind !== "number") return { e164: null, match: none("garbage") };
			const rows = await read(db, number, at);
			const match = matchOf(number, rows);
			if (match.state === "several") await orderByLastSpoken(db, match, number.e164, at);
			return { e164: number.e164, match };
		},
	};
}

async function read(db: Queryable, number: KnownNumber, at: Date): Promise<Row[]> {
	const query = { sql: lookup.sql, params: [number.e164, at, number.extension] };
	const prepared = db._.session.prepareQuery<{ execute: { rows: Row[] }; all: unknown; values: unknown }>(
		query,
		undefined,
		lookup.name,
		false,
	);
	return (await prepared.execute()).rows;
}

/** What the rows mean for this number. Pure. */
function matchOf(number: KnownNumber, rows: readonly Row[]): Match {
	const sameExtension = rows.filter((row) => row.extension === number.extension);
	// A person with exactly the caller's extension is meant before everybody who has only the main number.
	const meant = number.extension !== "" && sameExtension.length > 0 ? sameExtension : rows;
	const people = [...new Map(meant.map((row) => [row.id, row])).values()].slice(0, mostOffered);
	const only = people.length === 1 ? people[0] : undefined;
	if (only === undefined) {
		if (people.length === 0) return none("unknown");
		return { state: "several", candidates: people.map((row) => candidate(row, "shared")) };
	}
	if (sameExtension.length === 0) {
		return { state: "several", candidates: [candidate(only, "extension-part")] };
	}
	const reason = number.extension === "" ? number.reason : "extension-part";
	return { state: "one", candidates: [candidate(only, reason)] };
}

function candidate(row: Row, reason: Candidate["reason"]): Candidate {
	return {
		contact: {
			id: row.id,
			name: row.name,
			company: row.company ?? "",
			status: row.status,
			tags: row.tags,
			birthday: row.birthday,
		},
		owner:
			row.owner_id === null
				? null
				: { id: row.owner_id, name: row.owner_name ?? "", extension: row.owner_extension ?? "" },
		reason,
		lastSpokenAt: null,
	};
}

async function orderByLastSpoken(db: Queryable, match: Match, e164: string, at: Date): Promise<void> {
	const ids = match.candidates.map(({ contact }) => contact.id);
	const { rows } = await db.execute<{ id: string; spoken_at: string | null; chosen: boolean | null }>(
		lastSpoken(ids, e164, at),
	);
	const found = new Map(rows.map((row) => [row.id, row]));
	for (const one of match.candidates) {
		const row = found.get(one.contact.id);
		if (row?.spoken_at) one.lastSpokenAt = new Date(row.spoken_at).toISOString();
		if (row?.chosen === true) one.reason = "chosen";
	}
	match.candidates.sort(
		(a, b) => (b.lastSpokenAt ?? "").localeCompare(a.lastSpokenAt ?? "") || a.contact.id.localeCompare(b.contact.id),
	);
}

/**
 * Off the road of the ordinary pop-up: when we last spoke with each candidate, and whom an agent chose the last time
 * this number called. Two years and 50 calls each are looked at, so the cost does not grow with the history.
 */
export function lastSpoken(ids: readonly string[], e164: string, at: Date): SQL {
	return sql`
		select person.id, spoken.at as spoken_at, person.id = chosen.contact_id as chosen
		from unnest(${sql.param([...ids])}::uuid[]) as person (id)
		left join lateral (
			select max(started_at) as at from (
				select started_at, answered_at from calls
				where contact_id = person.id and started_at <= ${at} and started_at > ${at}::timestamptz - interval '2 years'
				order by started_at desc limit 50
			) as latest where answered_at is not null
		) as spoken on true
		left join (
			select contact_id from (
				select contact_id, contact_chosen, started_at from calls
				where number = ${e164} and started_at <= ${at} and started_at > ${at}::timestamptz - interval '2 years'
				order by started_at desc limit 50
			) as latest where contact_chosen and contact_id is not null order by started_at desc limit 1
		) as chosen on true`;
}
