import { type SQL, sql } from "drizzle-orm";
import type { Queryable, Transaction } from "../../db/connect.ts";
import { type Span, soleSpans } from "./tenure.ts";

/** Rows changed by one statement: each stays far below the statement time-out, however long the history is. */
const batch = 5_000;
/** Any constant that no other advisory lock by text takes. */
const lockSeed = 380_442;

/** Makes everybody who decides who owns these numbers go one after another until the end of the transaction. */
export async function lockNumbers(tx: Transaction, numbers: readonly string[]): Promise<void> {
	if (numbers.length === 0) return;
	// In one order for everybody, so that two who lock several numbers never wait for each other.
	await tx.execute(sql`
		select pg_advisory_xact_lock(key) from (
			select distinct hashtextextended(number, ${lockSeed}) as key from unnest(${sql.param([...numbers])}::text[]) as number order by 1
		) as keys`);
}

/**
 * Gives a contact every earlier call of these numbers, with its obligation, dispositions and tasks: as far as the
 * number was this contact's alone at the time, and where no agent decided otherwise. Returns the number of calls.
 * Runs in the caller's transaction, so that a number and its history appear together. `since` leaves out older calls.
 */
export async function attachCalls(
	tx: Transaction,
	contactId: string,
	numbers: readonly string[],
	since: Date | null = null,
): Promise<number> {
	let attached = 0;
	for (const number of new Set(numbers)) {
		for (const { from, to } of await soleSpansOf(tx, contactId, number)) {
			const start = since !== null && (from === null || from < since) ? since : from;
			attached += await attachSpan(tx, contactId, number, { from: start, to });
		}
		await tx.execute(sql`update tasks set contact_id = ${contactId} where number = ${number} and contact_id is null`);
	}
	return attached;
}

async function soleSpansOf(db: Queryable, contactId: string, number: string): Promise<Span[]> {
	const { rows } = await db.execute<{ own: boolean; extension: string; from: string | null; to: string | null }>(sql`
		select contact_id = ${contactId} as own, extension, valid_from as "from", valid_to as "to"
		from contact_numbers where e164 = ${number}`);
	const spans = rows.map((row) => ({ ...row, from: moment(row.from), to: moment(row.to) }));
	// Behind a number with an extension may be anybody of that office: such a number never brings calls by itself.
	return soleSpans(
		spans.filter((row) => row.own && row.extension === ""),
		spans.filter((row) => !row.own),
	);
}

async function attachSpan(tx: Transaction, contactId: string, number: string, span: Span): Promise<number> {
	let attached = 0;
	let to = span.to;
	for (;;) {
		const { rows } = await tx.execute<{ oldest: string | null; seen: number }>(
			nextBatch(number, { from: span.from, to }),
		);
		const oldest = moment(rows[0]?.oldest ?? null);
		if (oldest === null) return attached;
		const taken = await tx.execute<{ attached: number }>(attachBatch(contactId, number, { from: oldest, to }));
		attached += taken.rows[0]?.attached ?? 0;
		if ((rows[0]?.seen ?? 0) < batch) return attached;
		to = oldest;
	}
}

/** How far back the next `batch` calls reach. */
export function nextBatch(number: string, span: Span): SQL {
	return sql`
		select min(started_at) as oldest, count(*)::int as seen from (
			select started_at from calls where ${inSpan(number, span)} order by started_at desc limit ${batch}
		) as newest`;
}

export function attachBatch(contactId: string, number: string, span: Span): SQL {
	return sql`
		with attached as (
			update calls set contact_id = ${contactId}
			where ${inSpan(number, span)} and contact_id is null and not contact_chosen
			returning id
		), owed as (
			update obligations set contact_id = ${contactId} from attached
			where obligations.call_id = attached.id and obligations.contact_id is null
		), said as (
			update dispositions set contact_id = ${contactId} from attached
			where dispositions.call_id = attached.id and dispositions.contact_id is null
		)
		select count(*)::int as attached from attached`;
}

/** The index on (number, started_at) answers this, and the bounds leave out months at planning. */
function inSpan(number: string, { from, to }: Span): SQL {
	return sql`number = ${number}
		${from === null ? sql`` : sql`and started_at >= ${from.toISOString()}`}
		${to === null ? sql`` : sql`and started_at < ${to.toISOString()}`}`;
}

/** drizzle leaves timestamps of raw SQL as the text that PostgreSQL sent. */
function moment(text: string | null): Date | null {
	return text === null ? null : new Date(text);
}
