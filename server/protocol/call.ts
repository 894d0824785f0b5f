import { z } from "zod";
import { Id, Named, PageQuery, page, Time, text } from "./basics.ts";
import { Disposition } from "./disposition.ts";
import { Settlement } from "./settled.ts";

export const CallDirection = z.enum(["inbound", "outbound", "internal"]);
export const CallOutcome = z.enum(["ringing", "talking", "answered", "missed", "no-answer", "busy", "failed"]);
export const LegResult = z.enum(["answered", "no-answer", "busy", "rejected", "elsewhere", "cancelled", "transferred"]);

export const Leg = z.object({
	extension: z.string(),
	/** True when the call was forwarded to an outside number. */
	outside: z.boolean(),
	/** True when this person dialled: the phone never rang, and the person is on it from the beginning. */
	placed: z.boolean(),
	user: Named.nullable(),
	rangAt: Time,
	answeredAt: Time.nullable(),
	leftAt: Time.nullable(),
	result: LegResult.nullable(),
});
export type Leg = z.infer<typeof Leg>;

export const RecordingState = z.enum(["expected", "ready", "empty", "missing", "denied", "unplayable"]);
export const Recording = z.object({
	state: RecordingState,
	seconds: z.number().nullable(),
	bytes: z.number().nullable(),
	url: z.string(),
});
export type Recording = z.infer<typeof Recording>;

export const CallObligation = z.object({
	id: Id,
	dueAt: Time,
	settledAt: Time.nullable(),
	/** How it was settled; null or left out while it is open. */
	settlement: Settlement.nullish(),
});

export const Call = z.object({
	id: Id,
	/** Name of the PBX. */
	pbx: z.string(),
	linkedId: z.string(),
	direction: CallDirection,
	outcome: CallOutcome,
	/** E.164, null when withheld or not a telephone number. */
	number: z.string().nullable(),
	rawNumber: z.string(),
	callerName: z.string(),
	did: z.string(),
	queue: z.string().nullable(),
	ivr: z.string(),
	startedAt: Time,
	answeredAt: Time.nullable(),
	endedAt: Time.nullable(),
	ringSeconds: z.number(),
	talkSeconds: z.number(),
	contact: Named.nullable(),
	owner: Named.nullable(),
	legs: z.array(Leg),
	recordings: z.array(Recording),
	disposition: Disposition.nullable(),
	obligation: CallObligation.nullable(),
	recovered: z.boolean(),
	interrupted: z.boolean(),
});
export type Call = z.infer<typeof Call>;

export const CallListQuery = PageQuery.extend({
	from: Time.optional(),
	to: Time.optional(),
	direction: CallDirection.optional(),
	outcome: CallOutcome.optional(),
	agent: Id.optional(),
	contact: Id.optional(),
	/** Any written form, or at least four digits of the end or the middle of a number. */
	number: z.string().max(40).optional(),
	unprocessed: z.stringbool().optional(),
	/** The line that was dialled, as `did` of a call has it. */
	did: text(60).optional(),
	queue: text(100).optional(),
}).strict();
export const CallPage = page(Call);
export type CallPage = z.infer<typeof CallPage>;

/** Lines and queues by which calls came lately, in the order of their names. */
export const CallWays = z.object({ lines: z.array(z.string()), queues: z.array(z.string()) });
export type CallWays = z.infer<typeof CallWays>;

/** `from`: when the day of the person who asks began, by his own clock; two days ago at the earliest. */
export const OwnFiguresQuery = z.strictObject({ from: Time });
/** A person's own day: calls with clients that are over. */
export const OwnFigures = z.object({
	/** Answered. */
	inbound: z.number(),
	outbound: z.number(),
	missed: z.number(),
	/** Seconds; null when nobody has spoken yet. */
	averageTalk: z.number().nullable(),
});
export type OwnFigures = z.infer<typeof OwnFigures>;

/** Click to call from the caller's own extension. */
export const DialInput = z.strictObject({ to: z.string().trim().min(1).max(60), contact: Id.optional() });
/** The agent's choice among candidates; null takes the choice back. */
export const ChooseContactInput = z.strictObject({ contactId: Id.nullable() });
