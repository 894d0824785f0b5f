import { z } from "zod";
import { Id, Named, Time } from "./basics.ts";
import { Call } from "./call.ts";
import { PbxState } from "./pbx.ts";
import { Said } from "./said.ts";

/** Why nobody has seen a pop-up: the browser did not say that it is on the screen, or no browser is open. */
export const UnseenCause = z.enum(["not-acknowledged", "not-connected"]);

/** A phone that rang while nobody saw the pop-up of it. */
export const UnseenPop = z.object({
	id: Id,
	callId: Id,
	/** Whose phone. */
	user: Named,
	extension: z.string().nullable(),
	contact: Named.nullable(),
	number: z.string().nullable(),
	queue: z.string().nullable(),
	cause: UnseenCause,
	/** When the phone began to ring. */
	rangAt: Time,
	/** When it was noticed that nobody had seen it. */
	noticedAt: Time,
	/** When somebody saw it after all, and who. */
	seenAt: Time.nullable(),
	seenBy: Named.nullable(),
});
export type UnseenPop = z.infer<typeof UnseenPop>;

export const UnseenQuery = z.strictObject({
	from: Time.optional(),
	after: z.string().max(200).optional(),
	limit: z.coerce.number().int().min(1).max(200).default(50),
});
export const UnseenPage = z.object({ items: z.array(UnseenPop), next: z.string().nullable() });

/** How it stands with a PBX, and whether everything in its journal is known here. */
export const FloorLink = z.object({
	id: Id,
	name: z.string(),
	state: PbxState,
	problem: z.string().nullable(),
	since: Time,
	observedUntil: Time.nullable(),
	/** Since local midnight, the one that lasts included. */
	gapsToday: z.number(),
	/** Since when it is not seen; null while it is. */
	blindSince: Time.nullable(),
	daily: z
		.object({
			at: Time,
			families: z.number(),
			calls: z.number(),
			external: z.number(),
			obligations: z.number(),
			missing: z.number(),
			/** See `Observed`. */
			proven: z.boolean().optional(),
			unmatched: z.number().optional(),
			refused: z.number().optional(),
		})
		.nullable(),
	/** Why the PBX's journal could not be read or trusted the last time, in English; left out by an older server. */
	journalProblem: z.string().nullable().optional(),
	/** The sentences of the problem for a client that speaks another language. */
	journalSaid: z.array(Said).nullable().optional(),
});
export type FloorLink = z.infer<typeof FloorLink>;

/** Open obligations of one kind: no count goes beyond a thousand. */
const Owed = z.object({ open: z.number(), oldest: Time.nullable() });
export const FloorFigures = z.object({
	missed: Owed,
	/** Of them, what went to the supervisors; a client is one. */
	escalated: Owed,
	/** Missed clients with whom somebody spoke today, or who were answered on another channel, and half of them within so many working seconds. */
	reached: z.object({ count: z.number(), median: z.number().nullable() }),
	unprocessed: Owed,
	/** By person, most first: calls without a status and clients to call back; `user` null: nobody's. */
	overdue: z.array(z.object({ user: Named.nullable(), calls: z.number(), missed: z.number(), oldest: Time })),
	/** Of today: how many (at most a thousand), and the newest. */
	unseen: z.object({ count: z.number(), items: z.array(UnseenPop) }),
	/** From the PBX's event to the pop-up on the screen, today: milliseconds. */
	paint: z.object({ count: z.number(), p50: z.number().nullable(), p95: z.number().nullable() }),
	links: z.array(FloorLink),
});
export type FloorFigures = z.infer<typeof FloorFigures>;

const seq = z.number();
/** What goes to the browsers that show the floor, and to no others. */
export const floorMessages = [
	z.object({ type: z.literal("floor"), seq, at: Time, calls: z.array(Call), figures: FloorFigures }),
	/** Calls that began or changed, and ids of those that are over. */
	z.object({ type: z.literal("floor.calls"), seq, at: Time, calls: z.array(Call), gone: z.array(Id) }),
	z.object({ type: z.literal("floor.figures"), seq, at: Time, figures: FloorFigures }),
] as const;
