import { callId, timeOfId } from "../../../db/id.ts";
import type { Runner } from "../../../db/runner.ts";
import type { PbxEvent } from "../../pbx-event.ts";
import type { CallChange, CallFacts } from "../call-change.ts";
import { completed, factsOf } from "../reconcile/compare.ts";
import type { TrackerRules } from "../tracker-rules.ts";
import { dayOf, textOf } from "./store.ts";

/** A call that the PBX's own journal told, as it told it. */
export interface RecoveredCall {
	readonly family: string;
	/** Milliseconds since the epoch. */
	readonly startedAt: number;
	/** Of the whole contact, the ends of what the PBX died under included. */
	readonly events: readonly PbxEvent[];
	readonly interrupted: boolean;
	/** What had been taken for calls of their own and went into it. */
	readonly parts: readonly { readonly family: string; readonly startedAt: number }[];
}

/** Keys of such rows: no server heard these events, so a fold of what was heard leaves them out. */
const recoveredKey = "recovered/";
const oneDay = 24 * 3_600_000;

/**
 * Keeps what the PBX's journal said of these calls beside the raw events, one row each, so that they can be rebuilt as long.
 * It lies at the time of the call. A call that is recovered again, better, replaces it.
 */
export async function keepRecovered(db: Runner, pbxId: string, calls: readonly RecoveredCall[]): Promise<void> {
	if (calls.length === 0) return;
	const of = <T>(pick: (call: RecoveredCall) => T) => calls.map(pick);
	await db.query({
		name: "journal-recovered",
		text: `insert into pbx_events (pbx_id, day, key, arrival, at, event)
select $1::uuid, * from unnest($2::date[], $3::text[], $4::bigint[], $5::timestamptz[], $6::jsonb[])
on conflict (day, pbx_id, key) do update set event = excluded.event`,
		values: [
			pbxId,
			of(({ startedAt }) => dayOf(startedAt)),
			of(({ family, startedAt }) => `${recoveredKey}${callId(pbxId, family, startedAt)}`),
			of(({ startedAt }) => Math.floor(startedAt * 1000)),
			of(({ startedAt }) => new Date(startedAt).toISOString()),
			of((call) => textOf({ kind: "call.recovered", ...call })),
		],
	});
}

/**
 * The call with this id as the PBX's journal told it, and what has to be recorded of it; null: it was not recovered, or that
 * is not kept any more. `heard`: what was heard of it live tells what the journal does not, its recordings for example.
 */
export async function rebuildRecovered(
	db: Runner,
	rules: TrackerRules,
	id: string,
	heard: CallFacts | null,
): Promise<{ call: CallFacts; changes: CallChange[] } | null> {
	const { pbxId } = rules;
	const startedAt = timeOfId(id);
	const { rows } = await db.query<{ event: RecoveredCall }>({
		name: "journal-recovered-call",
		text: "select event from pbx_events where day between $1 and $2 and pbx_id = $3 and key = $4",
		values: [dayOf(startedAt - oneDay), dayOf(startedAt + oneDay), pbxId, `${recoveredKey}${id}`],
	});
	const kept = rows[0]?.event;
	const facts = factsOf(kept?.events ?? [], rules).find((one) => callId(pbxId, one.family, one.startedAt) === id);
	if (!kept || !facts) return null;
	const told = completed(facts, heard ?? undefined, kept.interrupted);
	const call = { ...told, recordings: heard?.recordings ?? told.recordings };
	const parts = kept.parts.map((part): CallChange => ({ kind: "superseded", ...part, into: call.family }));
	return { call, changes: [...parts, { kind: "changed", call }] };
}
