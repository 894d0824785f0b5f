import type { Pool } from "pg";
import { z } from "zod";
import { newId } from "../../db/id.ts";
import type { BlindCause, BlindWindow, Observed } from "../protocol/observed.ts";
import { Said } from "../protocol/said.ts";
import type { Sentence } from "../protocol/sentences.ts";

/** A blind window as a span of milliseconds. */
export interface Blind {
	readonly id: string;
	readonly from: number;
	readonly to: number | null;
}

/** What is known of one PBX's journal. */
export interface Observation {
	readonly since: Date;
	readonly until: Date;
	readonly reconciledUntil: Date | null;
	readonly journalReadAt: Date | null;
	readonly journalNewest: Date | null;
	/** In English. */
	readonly journalProblem: string | null;
	readonly journalSaid: readonly Said[] | null;
	readonly countedAt: Date | null;
	readonly families: number;
	readonly calls: number;
	readonly external: number;
	readonly obligations: number;
}

export interface DailyCount {
	readonly families: number;
	readonly calls: number;
	readonly external: number;
	readonly obligations: number;
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
export function dailyOf(
	seen: Pick<Observation, "countedAt" | "families" | "calls" | "external" | "obligations"> | null,
): Observed["daily"] {
	if (!seen?.countedAt) return null;
	const { families, calls, external, obligations } = seen;
	const missing = families - calls + external - obligations;
	return { at: seen.countedAt.toISOString(), families, calls, external, obligations, missing };
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

/** The rows that say what was seen of each PBX, and what was not. Times are milliseconds since the epoch. */
export function createWindows(pool: Pool) {
	const run = async (name: string, text: string, values: readonly unknown[]) =>
		await pool.query({ name: `observed-${name}`, text, values: [...values] });

	return {
		/** The server sees this PBX at `at`; the first time it ever does, a row is made. */
		async seen(pbxId: string, at: number): Promise<void> {
			await run(
				"seen",
				`insert into observations (pbx_id, since_at, until_at) values ($1, $2, $2)
				on conflict (pbx_id) do update set until_at = greatest(observations.until_at, excluded.until_at)`,
				[pbxId, iso(at)],
			);
		},
		/** Opens a window, or keeps the one that is open. */
		async open(pbxId: string, from: number, cause: BlindCause): Promise<void> {
			await run(
				"open",
				`insert into blind_windows (id, pbx_id, from_at, cause)
				select $1, $2, $3, $4 where not exists (select 1 from blind_windows where pbx_id = $2 and to_at is null)`,
				[newId(from), pbxId, iso(from), cause],
			);
		},
		async close(pbxId: string, to: number): Promise<void> {
			await run("close", "update blind_windows set to_at = greatest(from_at, $2) where pbx_id = $1 and to_at is null", [
				pbxId,
				iso(to),
			]);
		},
		/** Events were lost within a time that is over. Saying it again changes nothing. */
		async note(pbxId: string, from: number, to: number, cause: BlindCause): Promise<void> {
			await run(
				"note",
				`insert into blind_windows (id, pbx_id, from_at, to_at, cause)
				select $1, $2, $3, $4, $5 where not exists (
					select 1 from blind_windows where pbx_id = $2 and from_at = $3 and to_at = $4 and cause = $5)`,
				[newId(from), pbxId, iso(Math.min(from, to)), iso(to), cause],
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
		async recovered(ids: readonly string[]): Promise<void> {
			await run(
				"recovered",
				`update blind_windows w set recovered = recovered + t.found
				from (select id, count(*)::integer as found from unnest($1::uuid[]) as t(id) group by id) t
				where w.id = t.id`,
				[ids],
			);
		},
		/** The journal was read up to `until`, and every window that was over by `closedBefore` was looked into. */
		async reconciled(
			pbxId: string,
			at: number,
			until: number,
			newest: number | null,
			complaint: readonly Sentence[],
		): Promise<void> {
			await run(
				"reconciled",
				`with looked as (
					update blind_windows set reconciled_at = $2
					where pbx_id = $1 and reconciled_at is null and to_at <= $3
				)
				update observations set reconciled_until = $3, journal_read_at = $2,
					journal_newest = greatest($4, journal_newest), journal_problem = $5, journal_said = $6
				where pbx_id = $1`,
				[pbxId, iso(at), iso(until), newest === null ? null : iso(newest), ...told(complaint)],
			);
		},
		async failed(pbxId: string, problem: readonly Sentence[]): Promise<void> {
			await run("failed", "update observations set journal_problem = $2, journal_said = $3 where pbx_id = $1", [
				pbxId,
				...told(problem),
			]);
		},
		async counted(pbxId: string, at: number, { families, calls, external, obligations }: DailyCount): Promise<void> {
			await run(
				"counted",
				`update observations set counted_at = $2, families = $3, calls = $4, external = $5, obligations = $6
				where pbx_id = $1`,
				[pbxId, iso(at), families, calls, external, obligations],
			);
		},
		async observation(pbxId: string): Promise<Observation | null> {
			const { rows } = await run(
				"observation",
				`select since_at as since, until_at as until, reconciled_until as "reconciledUntil",
					journal_read_at as "journalReadAt", journal_newest as "journalNewest",
					journal_problem as "journalProblem", journal_said as "journalSaid", counted_at as "countedAt", families, calls, external, obligations
				from observations where pbx_id = $1`,
				[pbxId],
			);
			return rows[0] ?? null;
		},
		/** How each PBX that was ever seen stands, and its gaps that lasted into the time since `from`. */
		async health(from: Date): Promise<Map<string, Health>> {
			const { rows } = await run(
				"health",
				`select o.pbx_id, o.until_at as until, o.counted_at as "countedAt", o.families, o.calls, o.external, o.obligations,
					o.journal_problem as problem, o.journal_said as said, w.gaps, w.blind
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
			}));
		},
	};
}

export type Windows = ReturnType<typeof createWindows>;
