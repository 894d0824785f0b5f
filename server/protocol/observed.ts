import { z } from "zod";
import { Id, Time } from "./basics.ts";
import { Said } from "./said.ts";

export const BlindCause = z.enum(["link-lost", "events-lost", "server-stopped"]);
export type BlindCause = z.infer<typeof BlindCause>;

/** A time in which the server did not see a PBX, or not everything of it. */
export const BlindWindow = z.object({
	id: Id,
	from: Time,
	/** Null while it lasts. */
	to: Time.nullable(),
	cause: BlindCause,
	/** Calls of that time found in the PBX's own journal. */
	recovered: z.number(),
	/** When the journal was read for it; null: not yet, or there is none. */
	reconciledAt: Time.nullable(),
	/** The PBX's journal has a hole there: what was missed stays unknown unless the journal comes back. */
	torn: z.boolean().optional(),
});
export type BlindWindow = z.infer<typeof BlindWindow>;

/** What we saw of a PBX. */
export const Observed = z.object({
	pbx: z.object({ id: Id, name: z.string() }),
	/** When the server first listened; null: not yet. */
	since: Time.nullable(),
	until: Time.nullable(),
	/** Null: the PBX's journal is not read, so what was missed in a blind window stays unknown. */
	journal: z
		.object({
			kind: z.string(),
			readAt: Time.nullable(),
			newest: Time.nullable(),
			/** Why it could not be read or trusted the last time, and what to do; in English. */
			problem: z.string().nullable(),
			/** The sentences of the problem for a client that speaks another language. */
			said: z.array(Said).nullable().optional(),
		})
		.nullable(),
	/** Of the last day: `missing` must be 0. Null before it was first counted. */
	daily: z
		.object({
			at: Time,
			/** Calls in the PBX's journal. */
			families: z.number(),
			/** Of these, known here. */
			calls: z.number(),
			/** Of these, with somebody from outside. */
			external: z.number(),
			/** Of the external ones, those that are owed exactly once. */
			obligations: z.number(),
			missing: z.number(),
			/** False: the journal itself has a hole of that day, so that `missing` proves nothing. */
			proven: z.boolean().optional(),
			/** Calls that only CDR tells, of a time in which everything was seen: perhaps halves of others. Not in `families`. */
			unmatched: z.number().optional(),
			/** Of the families, those that our database refuses to store: see the log. */
			refused: z.number().optional(),
		})
		.nullable(),
	/** The newest hundred. */
	windows: z.array(BlindWindow),
});
export type Observed = z.infer<typeof Observed>;
