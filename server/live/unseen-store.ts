import type { Pool } from "pg";
import { z } from "zod";
import { CursorMoment, readCursor, writeCursor } from "../cursor.ts";
import { Id } from "../protocol/basics.ts";
import type { UnseenPop, UnseenQuery } from "../protocol/floor.ts";

/** What is written down of a pop-up that nobody saw. Times are epoch milliseconds. */
export interface UnseenRow {
	readonly id: string;
	readonly callId: string;
	readonly callStartedAt: string;
	readonly userId: string;
	readonly extension: string | null;
	readonly contactId: string | null;
	readonly number: string | null;
	readonly queue: string | null;
	readonly cause: UnseenPop["cause"];
	readonly rangAt: number;
	readonly noticedAt: number;
}

type Stored = Omit<UnseenPop, "rangAt" | "noticedAt" | "seenAt"> & {
	readonly rangAt: Date;
	readonly noticedAt: Date;
	readonly seenAt: Date | null;
};

const Place = z.tuple([CursorMoment, Id]);
const most = 1_000;

/** Rows of `from` (a table or a query called `p`) as they are told. */
const shown = (from: string) => `
select p.id, p.call_id as "callId", json_build_object('id', u.id, 'name', u.name) as "user", p.extension,
	case when k.id is not null then json_build_object('id', k.id, 'name', k.name) end as contact,
	p.number, p.queue, p.cause, p.rang_at as "rangAt", p.noticed_at as "noticedAt", p.seen_at as "seenAt",
	case when s.id is not null then json_build_object('id', s.id, 'name', s.name) end as "seenBy"
from ${from} p join users u on u.id = p.user_id
	left join contacts k on k.id = p.contact_id left join users s on s.id = p.seen_by_id`;

const iso = (at: number) => new Date(at).toISOString();
const asTold = ({ rangAt, noticedAt, seenAt, ...rest }: Stored): UnseenPop => ({
	...rest,
	rangAt: rangAt.toISOString(),
	noticedAt: noticedAt.toISOString(),
	seenAt: seenAt?.toISOString() ?? null,
});

/** The rows of pop-ups that nobody saw. */
export function createUnseenStore(pool: Pool) {
	const read = async (name: string, text: string, values: readonly unknown[]): Promise<UnseenPop[]> => {
		const { rows } = await pool.query<Stored>({ name: `unseen-${name}`, text, values: [...values] });
		return rows.map(asTold);
	};
	return {
		/** Null when this phone's pop-up of this call has another row already. The same row may be given again: its answer was lost. */
		async note(row: UnseenRow): Promise<UnseenPop | null> {
			const text = `with put as (
	insert into unseen_pops (id, call_id, call_started_at, user_id, extension, contact_id, number, queue, cause, rang_at,
		noticed_at)
	values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (call_id, user_id) do nothing returning *)
${shown("(select * from put union all select * from unseen_pops where id = $1)")}`;
			const values = [
				...[row.id, row.callId, row.callStartedAt, row.userId, row.extension, row.contactId, row.number],
				...[row.queue, row.cause, iso(row.rangAt), iso(row.noticedAt)],
			];
			return (await read("note", text, values))[0] ?? null;
		},
		/** Somebody saw it: null when somebody else had before. The same may be said again. */
		async seen(id: string, userId: string, at: number): Promise<UnseenPop | null> {
			const text = `with put as (
	update unseen_pops set seen_at = $2, seen_by_id = $3 where id = $1 and (seen_at is null or seen_at = $2 and seen_by_id = $3) returning *)
${shown("put")}`;
			return (await read("seen", text, [id, iso(at), userId]))[0] ?? null;
		},
		/** The newest since `from`, and how many there are (at most a thousand). */
		async since(from: Date, items: number): Promise<{ count: number; items: UnseenPop[] }> {
			const [counted, newest] = await Promise.all([
				pool.query<{ count: number }>({
					name: "unseen-count",
					text: `select count(*)::integer as count from (select 1 from unseen_pops where noticed_at >= $1 limit ${most}) t`,
					values: [from],
				}),
				read(
					"newest",
					`${shown("unseen_pops")} where p.noticed_at >= $1 order by p.noticed_at desc, p.id desc limit $2`,
					[from, items],
				),
			]);
			return { count: counted.rows[0]?.count ?? 0, items: newest };
		},
		/** A page, newest first. */
		async list(query: z.infer<typeof UnseenQuery>): Promise<{ items: UnseenPop[]; next: string | null }> {
			const [at, id] = query.after ? readCursor(Place, query.after) : [null, null];
			const rows = await read(
				"list",
				`${shown("unseen_pops")}
where p.noticed_at >= $1 and ($2::timestamptz is null or (p.noticed_at, p.id) < ($2, $3::uuid))
order by p.noticed_at desc, p.id desc limit $4`,
				[query.from ?? iso(0), at === null ? null : iso(at), id, query.limit + 1],
			);
			const items = rows.slice(0, query.limit);
			const last = items.at(-1);
			const place = last && ([Date.parse(last.noticedAt), last.id] satisfies z.infer<typeof Place>);
			return { items, next: place && rows.length > query.limit ? writeCursor(place) : null };
		},
	};
}
export type UnseenStore = ReturnType<typeof createUnseenStore>;
