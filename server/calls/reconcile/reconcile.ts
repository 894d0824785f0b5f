import { setImmediate as turn } from "node:timers/promises";
import type { Pool } from "pg";
import { fence, mayWrite } from "../../../db/fence.ts";
import { callId } from "../../../db/id.ts";
import type { JournalFamily } from "../../pbx-journal.ts";
import type { CallChange, CallFacts } from "../call-change.ts";
import { keepRecovered, type RecoveredCall } from "../journal/recovered.ts";
import type { Log } from "../log.ts";
import type { Recorder } from "../record.ts";
import { failureOf } from "../retry.ts";
import type { TrackerRules } from "../tracker.ts";
import { compare, type Known, type Span, type Verdict } from "./compare.ts";
import { readMerged, readStored, type StoredCall } from "./stored.ts";

export interface ReconcileDeps {
	readonly pool: Pool;
	readonly recorder: Recorder;
	readonly now: () => number;
	readonly log: Pick<Log, "error">;
	/** Shows that this server may write the calls of the PBX now; left out: nobody else does. */
	readonly token?: (pbxId: string) => number;
}

/** What a PBX's journal is set beside. */
export interface ReconcileInput {
	readonly pbxId: string;
	readonly extensionPattern: string;
	readonly families: readonly JournalFamily[];
	readonly blind: readonly Span[];
	readonly live: Known["live"];
	/** Contacts of which something was written later may be on their way into the database. */
	readonly settledBefore: number;
}

/** What came of it. */
export interface Reconciled {
	/** Calls that were not known at all, or not rightly, with the span in which each took place. */
	readonly recovered: readonly { readonly from: number; readonly to: number; readonly missing: boolean }[];
	/** Calls that are over, as the journal counts them. */
	readonly families: number;
	/** Of these, the ones that the database has. */
	readonly calls: number;
	/** Of these, with somebody from outside. */
	readonly external: number;
	/** Of the external ones, those with exactly one obligation. */
	readonly obligations: number;
	/** Calls that only a poor journal tells, of a time in which everything was seen: not among the families. */
	readonly unmatched: number;
	/** Families that the database refuses for good: among the families, and not among the calls. */
	readonly refused: number;
}

/** Families in one round to the database. */
const atOnce = 200;
/** Where more than so many of a part are refused it is no matter of a call. */
const mostRefused = 20;
/** Families folded in one turn of the event loop. */
const inOneTurn = 10;
const oneDay = 24 * 3_600_000;
const noCount = { families: 0, calls: 0, external: 0, obligations: 0, unmatched: 0, refused: 0 };
const nothing: Reconciled = { recovered: [], ...noCount };

/** Records what a PBX's own journal knows better than the database. Repeating it changes nothing. */
export function createReconciler({ pool, recorder, now, log, token }: ReconcileDeps) {
	async function some(input: ReconcileInput, families: readonly JournalFamily[]): Promise<Reconciled> {
		const { pbxId, blind, live } = input;
		const pattern = new RegExp(input.extensionPattern);
		const rules: TrackerRules = { pbxId, isExtension: (endpoint) => pattern.test(endpoint) };
		const links = families.flatMap((family) => family.links);
		// Calls of before and after are many, where a month is compared.
		const times = families.flatMap(({ events }) => events.map(({ at }) => at));
		const [since, until] = [Math.min(...times) - oneDay, Math.max(...times) + oneDay];
		const stored = await readStored(pool, pbxId, links, since, until);
		const verdicts: Verdict[] = [];
		for (const family of families) {
			if (verdicts.length % inOneTurn === inOneTurn - 1) await turn();
			verdicts.push(compare(family, { stored, blind, live }, rules));
		}
		const idOf = (call: CallFacts) => callId(pbxId, call.family, call.startedAt);
		const merged = await readMerged(
			pool,
			verdicts.flatMap(({ calls, unmatched }) => [...calls, ...unmatched].map(idOf)),
		);
		const changes: CallChange[] = [];
		const recovered: { from: number; to: number; missing: boolean }[] = [];
		const kept: RecoveredCall[] = [];
		for (const verdict of verdicts) {
			const due = verdict.changes.filter((change) => change.kind !== "changed" || !merged.has(idOf(change.call)));
			changes.push(...due);
			for (const change of due) {
				if (change.kind !== "changed") continue;
				const { startedAt: from, endedAt } = change.call;
				recovered.push({ from, to: endedAt ?? from, missing: verdict.missing });
				kept.push(keptOf(change.call, verdict));
			}
		}
		if (changes.length > 0) {
			// Before the calls: what is told of them once is not told again.
			await keepRecovered(pool, pbxId, kept);
			const held = token?.(pbxId) ?? null;
			await recorder.record({ pbxId, changes, receivedAt: () => now(), token: held });
			await dropLegs(
				pbxId,
				held,
				changes.flatMap((change) => (change.kind === "changed" ? [change.call] : [])).map((call) => [idOf(call), call]),
			);
		}
		const ended = verdicts.flatMap(({ calls }) => calls).filter((call) => !merged.has(idOf(call)));
		const after = changes.length > 0 ? await readStored(pool, pbxId, links, since, until) : stored;
		const unmatched = verdicts.flatMap((verdict) => verdict.unmatched).filter((call) => !merged.has(idOf(call)));
		return { recovered, ...count(ended, after), unmatched: unmatched.length, refused: 0 };
	}

	/** What the database refuses for good is taken apart, to leave out the one contact: it stays missing, and is said. */
	async function someOrLess(
		input: ReconcileInput,
		families: readonly JournalFamily[],
		refused = { count: 0 },
	): Promise<Reconciled[]> {
		try {
			return [await some(input, families)];
		} catch (error) {
			if (failureOf(error) === "passing") throw error;
			if (families.length > 1) {
				const middle = Math.ceil(families.length / 2);
				const first = await someOrLess(input, families.slice(0, middle), refused);
				return [...first, ...(await someOrLess(input, families.slice(middle), refused))];
			}
			refused.count++;
			if (refused.count > mostRefused) throw error;
			// Whatever stands in the journal: as JSON, in one line.
			const family = JSON.stringify(families.map(({ links }) => links)[0]);
			log.error({ err: error, pbxId: input.pbxId, family }, "The database refuses a call of the PBX's journal.");
			return [{ ...nothing, families: families.length, refused: families.length }];
		}
	}

	/** Legs that were seen live beyond those which the journal tells, at the end of the list. */
	async function dropLegs(
		pbxId: string,
		held: number | null,
		calls: readonly (readonly [id: string, call: CallFacts])[],
	): Promise<void> {
		await pool.query({
			name: "reconcile-legs",
			text: `with ${fence}
delete from legs l using unnest($3::uuid[], $4::timestamptz[], $5::integer[]) as t(id, started_at, legs)
where l.call_id = t.id and l.call_started_at = t.started_at and l.index >= t.legs and ${mayWrite}`,
			values: [
				pbxId,
				held,
				calls.map(([id]) => id),
				calls.map(([, { startedAt }]) => new Date(startedAt).toISOString()),
				calls.map(([, { legs }]) => legs.length),
			],
		});
	}

	/** Shrinks where the database takes too long: a machine that called ten thousand times makes every one of its calls dear. */
	let size = atOnce;

	return async (input: ReconcileInput): Promise<Reconciled> => {
		const families = input.families.filter(({ lastAt }) => lastAt < input.settledBefore);
		const parts: Reconciled[] = [];
		for (let from = 0; from < families.length; ) {
			const few = families.slice(from, from + size);
			try {
				parts.push(...(await someOrLess(input, few)));
				from += few.length;
				size = Math.min(atOnce, size * 2);
			} catch (error) {
				if (!tookTooLong(error) || few.length === 1) throw error;
				size = Math.ceil(few.length / 4);
			}
		}
		const sum = (figure: keyof typeof noCount) => parts.reduce((total, part) => total + part[figure], 0);
		return {
			recovered: parts.flatMap(({ recovered }) => recovered),
			...{ families: sum("families"), calls: sum("calls"), external: sum("external"), obligations: sum("obligations") },
			...{ unmatched: sum("unmatched"), refused: sum("refused") },
		};
	};
}

function keptOf({ family, startedAt, interrupted }: CallFacts, { events, changes }: Verdict): RecoveredCall {
	const parts = changes.flatMap((change) =>
		change.kind === "superseded" && change.into === family
			? [{ family: change.family, startedAt: change.startedAt }]
			: [],
	);
	return { family, startedAt, events, interrupted, parts };
}

/** SQLSTATE 57014: the time of a statement was over; the transaction left nothing. */
const tookTooLong = (error: unknown): boolean =>
	error instanceof Error && (("code" in error && error.code === "57014") || error.message === "Query read timeout");

function count(ended: readonly CallFacts[], stored: ReadonlyMap<string, StoredCall>) {
	const rows = ended.map((call) => stored.get(call.family)).filter((row) => row !== undefined);
	const external = rows.filter((row) => row.external);
	return {
		families: ended.length,
		calls: rows.length,
		external: external.length,
		obligations: external.filter(({ owed }) => owed === 1).length,
	};
}
