import { callId } from "../../db/id.ts";
import type { Settings } from "../protocol/settings.ts";
import type { CallFacts } from "./call-change.ts";
import { progressOf } from "./progress.ts";
import type { ToWrite } from "./told.ts";

/** Facts with what was found out about the client. */
export interface Resolved {
	readonly call: CallFacts;
	readonly e164: string | null;
	/** The one contact that matched, null when none or several did. */
	readonly contactId: string | null;
	/** Legs and recordings that changed since they were written. */
	readonly legs: ToWrite["legs"];
	readonly recordings: ToWrite["recordings"];
	readonly owe: boolean;
}

/** Columns of the lists that the statements of record-sql.ts take, in the order of `writeValues`. */
export const callColumns = [
	["id", "uuid"],
	["started_at", "timestamptz"],
	["linked_id", "text"],
	["direction", "text"],
	["outcome", "text"],
	["number", "text"],
	["raw_number", "text"],
	["withheld", "boolean"],
	["caller_name", "text"],
	["did", "text"],
	["queue", "text"],
	["ivr", "text"],
	["answered_at", "timestamptz"],
	["ended_at", "timestamptz"],
	["ring_ms", "integer"],
	["talk_ms", "integer"],
	["contact_id", "uuid"],
	["recovered", "boolean"],
	["interrupted", "boolean"],
	["progress", "bigint"],
] as const;

export const legColumns = [
	["call_id", "uuid"],
	["index", "smallint"],
	["extension", "text"],
	["outside", "boolean"],
	["placed", "boolean"],
	["rang_at", "timestamptz"],
	["answered_at", "timestamptz"],
	["left_at", "timestamptz"],
	["result", "text"],
] as const;
export const recordingColumns = [
	["call_id", "uuid"],
	["index", "smallint"],
	["path", "text"],
	["started_at", "timestamptz"],
	["closed", "boolean"],
] as const;

/** PostgreSQL text holds no NUL; callers can send anything, of any length. */
const text = (value: string, longest = 10_000) => value.replaceAll("\0", "").slice(0, longest);
const moment = (at: number | null) => (at === null ? null : new Date(at).toISOString());
const milliseconds = (value: number) => Math.min(2_147_483_647, Math.max(0, Math.round(value)));

/**
 * What the statements of record-sql.ts take: a list for each column of calls, legs and recordings, and between them the PBX,
 * its token, which obligations to look at, and the company's rules.
 */
export function writeValues(
	pbxId: string,
	held: number | null,
	batch: readonly Resolved[],
	settings: Settings,
): unknown[] {
	const rows = batch
		.map((resolved) => ({ id: callId(pbxId, resolved.call.family, resolved.call.startedAt), ...resolved }))
		.sort((a, b) => (a.id < b.id ? -1 : 1));
	const legs = rows.flatMap((row) => row.legs.map((leg) => ({ id: row.id, leg })));
	const recordings = rows.flatMap((row) => row.recordings.map((one) => ({ id: row.id, ...one })));
	const of = <T>(pick: (row: (typeof rows)[number]) => T) => rows.map(pick);
	return [
		of(({ id }) => id),
		of(({ call }) => moment(call.startedAt)),
		of(({ call }) => text(call.family, 1_000)),
		of(({ call }) => call.direction),
		of(({ call }) => call.outcome),
		of(({ e164 }) => e164),
		of(({ call }) => text(call.rawNumber)),
		of(({ call }) => call.withheld),
		of(({ call }) => text(call.callerName)),
		of(({ call }) => text(call.did)),
		of(({ call }) => (call.queue === null ? null : text(call.queue))),
		of(({ call }) => text(call.ivr)),
		of(({ call }) => moment(call.answeredAt)),
		of(({ call }) => moment(call.endedAt)),
		of(({ call }) => milliseconds(call.ringMs)),
		of(({ call }) => milliseconds(call.talkMs)),
		of(({ contactId }) => contactId),
		of(({ call }) => call.recovered),
		of(({ call }) => call.interrupted),
		of(({ call }) => progressOf(call)),
		legs.map(({ id }) => id),
		legs.map(({ leg }) => leg.index),
		legs.map(({ leg }) => text(leg.extension, 1_000)),
		legs.map(({ leg }) => leg.outside),
		legs.map(({ leg }) => leg.placed),
		legs.map(({ leg }) => moment(leg.rangAt)),
		legs.map(({ leg }) => moment(leg.answeredAt)),
		legs.map(({ leg }) => moment(leg.leftAt)),
		legs.map(({ leg }) => leg.result),
		pbxId,
		held,
		of((row) => row.owe),
		recordings.map(({ id }) => id),
		recordings.map(({ index }) => index),
		recordings.map(({ recording }) => text(recording.path, 4_000)),
		recordings.map(({ recording }) => moment(recording.startedAt)),
		recordings.map(({ recording }) => recording.closed),
		settings.processWithinMinutes,
		settings.callBackWithinMinutes,
		settings.escalateToTeamMinutes,
		JSON.stringify({ workingHours: settings.workingHours, timeZone: settings.timeZone }),
	];
}
