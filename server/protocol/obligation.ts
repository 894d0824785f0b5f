import { z } from "zod";
import { Id, Named, PageQuery, page, Time, text } from "./basics.ts";
import { Call } from "./call.ts";
import { AnswerChannel, SettledHow } from "./settled.ts";

/** `call` = a call without a disposition; `missed` = a client whom nobody spoke to. */
export const ObligationKind = z.enum(["call", "missed"]);

/** `team`: every agent sees it; `supervisor`: supervisors are told besides. */
export const EscalatedTo = z.enum(["team", "supervisor"]);
export type EscalatedTo = z.infer<typeof EscalatedTo>;

export const Obligation = z.object({
	id: Id,
	kind: ObligationKind,
	call: Call,
	contact: Named.nullable(),
	/** E.164 of the client, null when withheld. */
	number: z.string().nullable(),
	assignee: Named.nullable(),
	/** Who said "I take it", so that two people do not call back at once. */
	claimedBy: Named.nullable(),
	claimedAt: Time.nullable(),
	/** When the claim falls; null without one. A claim that has fallen is not told any more. */
	claimedUntil: Time.nullable(),
	/** Tries to reach the client since it was missed. */
	attempts: z.number(),
	/** Missed calls of this client that this entry stands for. */
	times: z.number(),
	openedAt: Time,
	dueAt: Time,
	overdue: z.boolean(),
	/** Working seconds until it is due, at the moment of the answer; 0 when overdue, null when settled. */
	leftSeconds: z.number().nullable(),
	/** To whom a missed call went because nobody settled it in time, and since when. */
	escalatedTo: EscalatedTo.nullable(),
	escalatedAt: Time.nullable(),
	settledAt: Time.nullable(),
	settledBy: Named.nullable(),
	settledHow: SettledHow.nullable(),
	/** Where the client was answered, of `other-channel`. */
	settledChannel: AnswerChannel.nullable(),
	/** A person's word on a missed call: what was answered, or why nothing is needed. */
	settledComment: z.string().nullable(),
	/** Of the conversation that settled it: `outbound` when we reached the client, `inbound` when the client reached us. */
	settledDirection: z.enum(["inbound", "outbound"]).nullable(),
	/** Working seconds from the missed call to the conversation, or the answer on another channel, that settled it; else null. */
	reachedSeconds: z.number().nullable(),
});
export type Obligation = z.infer<typeof Obligation>;

export const ObligationListQuery = PageQuery.extend({
	kind: ObligationKind.optional(),
	overdue: z.stringbool().optional(),
	/** What went at least so far. */
	escalated: EscalatedTo.optional(),
	/** `me`, `nobody`, or a user's id. Agents see their own, unassigned ones, and what went to the team. */
	assignee: z.union([z.literal("me"), z.literal("nobody"), Id]).optional(),
	/** Settled ones instead of open ones. */
	settled: z.stringbool().optional(),
	/** The line that was dialled, as `call.did` has it. With it or `queue`, settled ones of the last 92 days only. */
	did: text(60).optional(),
	queue: text(100).optional(),
}).strict();
/** What the tabs of the call-back list are narrowed to. */
export const CallBackTabsQuery = ObligationListQuery.pick({ overdue: true, assignee: true, did: true, queue: true });
/** How many rows each tab of the call-back list has under that; `99` means 99 or more. */
export const CallBackTabs = z.object({ open: z.number(), mine: z.number(), escalated: z.number(), closed: z.number() });
export type CallBackTabs = z.infer<typeof CallBackTabs>;
export const ObligationPage = page(Obligation);
export type ObligationPage = z.infer<typeof ObligationPage>;
/** Several obvious non-clients at once: every one `not_client`, or, for missed calls, dismissed; one comment for all. */
export const SeveralInput = z.strictObject({
	ids: z.array(Id).min(1).max(100),
	as: z.enum(["not_client", "dismissed"]),
	comment: z.string().trim().min(1).max(10_000),
});
export type SeveralInput = z.infer<typeof SeveralInput>;
/** `settled`: it was settled before; `conflict`: a colleague has it, or an answered call cannot be dismissed. */
const SeveralResult = z.object({
	id: Id,
	result: z.enum(["done", "settled", "not-found", "forbidden", "conflict"]),
});
export type SeveralResult = z.infer<typeof SeveralResult>;
export const SeveralResults = z.object({ items: z.array(SeveralResult) });
export const DismissInput = z.strictObject({ comment: z.string().trim().min(1).max(10_000) });
/** "We answered otherwise": where, and what was said. */
export const AnsweredInput = z.strictObject({ channel: AnswerChannel, comment: z.string().trim().min(1).max(10_000) });
export type AnsweredInput = z.infer<typeof AnsweredInput>;
/** Figures for the tabs: bounded counts, `99` means 99 or more. */
export const ObligationCounts = z.object({
	mine: z.number(),
	team: z.number(),
	missed: z.number(),
	overdue: z.number(),
	/** What went to the viewer: agents count what the team got, supervisors what came to them. */
	escalated: z.number(),
});
export type ObligationCounts = z.infer<typeof ObligationCounts>;
