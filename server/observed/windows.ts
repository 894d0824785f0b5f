import type { Pool } from "pg";
import { z } from "zod";
import { fence, mayWrite } from "../../db/fence.ts";
import { newId } from "../../db/id.ts";
import type { BlindCause, BlindWindow, Observed } from "../protocol/observed.ts";
import { Said } from "../protocol/said.ts";
import type { Sentence } from "../protocol/sentences.ts";
import { type Remembered, tornFor, type Wholeness } from "./torn.ts";

/** A blind window as a span of milliseconds. */
export interface Blind {
	readonly id: string;
	readonly from: number;
	readonly to: number | null;
}

/** What is known of one PBX's journal. */
export interface Observation extends Remembered, DailyCount {
	readonly since: Date;
	readonly until: Date;
	readonly reconciledUntil: Date | null;
	readonly journalReadAt: Date | null;
	/** In English. */
	readonly journalProblem: string | null;
	readonly journalSaid: readonly Said[] | null;
	readonly countedAt: Date | null;
}

/** See `Observed`. */
export interface DailyCount {
	readonly families: number;
	readonly calls: number;
	readonly external: number;
	readonly obligations: number;
	readonly unmatched: number;
	readonly refused: number;
}

/** How it stands with one PBX today. */
export interface Health {
	readonly until: Date;
	readonly gaps: number;
	readonly blindSince: Date | null;
	readonly daily: Observed["daily"];
	/** In English; null when the journal was read and trusted the last time. */
	readonly journalProblem: string | null;
	readonly journalSaid: Said[] | null;
}

/** The daily figure; null before it was first counted. */
export function dailyOf(seen: (DailyCount & Pick<Observation, "countedAt" | "tornTo">) | null): Observed["daily"] {
	if (!seen?.countedAt) return null;
	const { families, calls, external, obligations, unmatched, refused } = seen;
	const missing = families - calls + external - obligations;
	const proven = seen.tornTo === null || seen.tornTo.getTime() < seen.countedAt.getTime() - tornFor;
	return {
		at: seen.countedAt.toISOString(),
		...{ families, calls, external, obligations, missing },
		...{ proven, unmatched, refused },
	};
}

/** The sentences of a row; those that only a newer server wrote are said in English. */
export const saidOf = (stored: unknown): Said[] | null =>
	z
		.array(Said)
		.nullable()
		.catch(null)
		.parse(stored ?? null);

/** Sentences as two columns keep them: in English, and by their codes. */
const told = (sentences: readonly Sentence[]): [string | null, string | null] =>
	sentences.length === 0
		? [null, null]
		: [sentences.map(({ message }) => message).join(" "), JSON.stringify(sentences.map(({ said }) => said))];

const iso = (at: number) => new Date(at).toISOString();
const isoOrNull = (at: number | null | undefined) => (at === null || at === undefined ? null : iso(at));

/** What one reading of the journal came to. */
export interface ReadingDone {
	readonly at: number;
	/** The journal was compared up to here, and every window that was over by then was looked into. */
	readonly until: number;
	readonly newest: number | null;
	readonly complaint: readonly Sentence[];
	readonly whole: Wholeness;
	/** Of another journal than the one before. */
	readonly other: boolean;
}

/** Behind a hole's end a call of before may have been going on (ms). */
const aroundHole = 10 * 60_000;

/**
 * The rows that say what was seen of each PBX, and what was not. Times are milliseconds since the epoch. `token` shows that
 * this server may write for the PBX now; left out: nobody else does.
 */
export function createWindows(pool: Pool, token: (pbxId: string) => number | null = () => null) {
	const run = async (name: string, text: string, values: readonly unknown[]) =>
		await pool.query({ name: `observed-${name}`, text, values: [...values] });
	/** Writes nothing where another server writes for the PBX by now. `$1` is the PBX, `$2` the token. */
	const write = async (name: string, text: string, pbxId: string, values: readonly unknown[]) => {
		await run(name, `with ${fence}${text}`, [pbxId, token(pbxId), ...values]);
	};

	return {
		/** The server sees this PBX at `at`; the first time it ever does, a row is made. */
		async seen(pbxId: string, at: number): Promise<void> {
			await write(
				"seen",
				`
				insert into observations (pbx_id, since_at, until_at)
				select $1, $3::timestamptz, $3::timestamptz where ${mayWrite}
				on conflict (pbx_id) do update set until_at = greatest(observations.until_at, excluded.until_at)`,
				pbxId,
				[iso(at)],
			);
		},
		/** Opens a window, or keeps the one that is open. */
		async open(pbxId: string, from: number, cause: BlindCause): Promise<void> {
			await write(
				"open",
				`
				insert into blind_windows (id, pbx_id, from_at, cause)
				select $3::uuid, $1, $4::timestamptz, $5
				where ${mayWrite} and not exists (select 1 from blind_windows where pbx_id = $1 and to_at is null)`,
				pbxId,
				[newId(from), iso(from), cause],
			);
		},
		async close(pbxId: string, to: number): Promise<void> {
			await write(
				"close",
				` update blind_windows set to_at = greatest(from_at, $3) where pbx_id = $1 and to_at is null and ${mayWrite}`,
				pbxId,
				[iso(to)],
			);
		},
		/** Events were lost within a time that is over. Saying it again changes nothing. */
		async note(pbxId: string, from: number, to: number, cause: BlindCause): Promise<void> {
			await write(
				"note",
				`
				insert into blind_windows (id, pbx_id, from_at, to_at, cause)
				select $3::uuid, $1, $4::timestamptz, $5::timestamptz, $6 where ${mayWrite} and not exists (
					select 1 from blind_windows where pbx_id = $1 and from_at = $4 and to_at = $5 and cause = $6)`,
				pbxId,
				[newId(from), iso(Math.min(from, to)), iso(to), cause],
			);
		},
		/** Windows that ended at or after `since`, or last. */
		async blind(pbxId: string, since: number): Promise<Blind[]> {
			const { rows } = await run(
				"blind",
				`select id, from_at, to_at from blind_windows
				where pbx_id = $1 and (to_at is null or to_at >= $2) order by from_at`,
				[pbxId, iso(since)],
			);
			return rows.map((row) => ({ id: row.id, from: row.from_at.getTime(), to: row.to_at?.getTime() ?? null }));
		},
		/** So many more calls of this window were found. */
		async recovered(pbxId: string, ids: readonly string[]): Promise<void> {
			await write(
				"recovered",
				`
				update blind_windows w set recovered = recovered + t.found
				from (select id, count(*)::integer as found from unnest($3::uuid[]) as t(id) group by id) t
				where w.id = t.id and w.pbx_id = $1 and ${mayWrite}`,
				pbxId,
				[ids],
			);
		},
		/** The journal was read: windows that are over were looked into, but for those of a hole. */
		async reconciled(pbxId: string, { at, until, newest, complaint, whole, other }: ReadingDone): Promise<void> {
			const { mark, tear, holeUntil, healed } = whole;
			await write(
				"reconciled",
				`,
				judged as (
					select id, case
						when from_at <= $5::timestamptz then true
						when $6::timestamptz is not null and (to_at is null or to_at >= $6) then false
						else torn end as torn
					from blind_windows where pbx_id = $1 and reconciled_at is null
				),
				looked as (
					update blind_windows w set torn = j.torn,
						reconciled_at = case when w.to_at <= $4 and not j.torn then $3::timestamptz end
					from judged j where w.id = j.id and ${mayWrite}
						and (j.torn <> w.torn or (w.to_at <= $4 and not j.torn))
				)
				update observations set reconciled_until = $4, journal_read_at = $3,
					journal_newest = case when $7 then $8::timestamptz else greatest($8, journal_newest) end,
					journal_problem = $9, journal_said = $10::jsonb, journal_mark = $11,
					torn_from = $12, torn_to = $13, torn_mark = $14
				where pbx_id = $1 and ${mayWrite}`,
				pbxId,
				[
					...[iso(at), iso(until), isoOrNull(holeUntil)],
					...[healed === null ? null : iso(healed.from - aroundHole), other, isoOrNull(newest), ...told(complaint)],
					...[mark, isoOrNull(tear?.from), isoOrNull(tear?.to), tear?.mark ?? null],
				],
			);
		},
		async failed(pbxId: string, problem: readonly Sentence[]): Promise<void> {
			await write(
				"failed",
				` update observations set journal_problem = $3, journal_said = $4 where pbx_id = $1 and ${mayWrite}`,
				pbxId,
				told(problem),
			);
		},
		async counted(pbxId: string, at: number, count: DailyCount): Promise<void> {
			await write(
				"counted",
				`
				update observations set counted_at = $3, families = $4, calls = $5, external = $6, obligations = $7,
					unmatched = $8, refused = $9
				where pbx_id = $1 and ${mayWrite}`,
				pbxId,
				[
					...[iso(at), count.families, count.calls, count.external, count.obligations],
					...[count.unmatched, count.refused],
				],
			);
		},
		async observation(pbxId: string): Promise<Observation | null> {
			const { rows } = await run(
				"observation",
				`select since_at as since, until_at as until, reconciled_until as "reconciledUntil",
					journal_read_at as "journalReadAt", journal_newest as "journalNewest",
					journal_problem as "journalProblem", journal_said as "journalSaid", journal_mark as "journalMark",
					torn_from as "tornFrom", torn_to as "tornTo", torn_mark as "tornMark", counted_at as "countedAt", families, calls, external, obligations,
					unmatched, refused
				from observations where pbx_id = $1`,
				[pbxId],
			);
			return rows[0] ?? null;
		},
		/** How each PBX that was ever seen stands, and its gaps that lasted into the time since `from`. */
		async health(from: Date): Promise<Map<string, Health>> {
			const { rows } = await run(
				"health",
				`select o.pbx_id, o.until_at as until, o.counted_at as "countedAt", o.torn_to as "tornTo", o.families, o.calls, o.external, o.obligations,
					o.unmatched, o.refused, o.journal_problem as problem, o.journal_said as said,
					w.gaps, w.blind
				from observations o, lateral (
					select count(*)::integer as gaps, min(from_at) filter (where to_at is null) as blind from (
						select from_at, to_at from blind_windows
						where pbx_id = o.pbx_id and (to_at is null or from_at >= $1) limit 1000) recent) w`,
				[from],
			);
			return new Map(
				rows.map(({ pbx_id: id, gaps, blind, ...seen }) => [
					id,
					{
						...{ until: seen.until, gaps, blindSince: blind, daily: dailyOf(seen) },
						...{ journalProblem: seen.problem, journalSaid: saidOf(seen.said) },
					},
				]),
			);
		},
		/** The newest hundred. */
		async list(pbxId: string): Promise<BlindWindow[]> {
			const { rows } = await run(
				"list",
				"select * from blind_windows where pbx_id = $1 order by from_at desc, id desc limit 100",
				[pbxId],
			);
			return rows.map((row) => ({
				id: row.id,
				from: row.from_at.toISOString(),
				to: row.to_at?.toISOString() ?? null,
				cause: row.cause,
				recovered: row.recovered,
				reconciledAt: row.reconciled_at?.toISOString() ?? null,
				torn: row.torn,
			}));
		},
	};
}

export type Windows = ReturnType<typeof createWindows>;

/** The first blind window in which a call took place. */
export function windowOf(blind: readonly Blind[], from: number, to: number): string[] {
	const found = blind.find((window) => window.from <= to && (window.to === null || window.to >= from));
	return found ? [found.id] : [];
}
