import { z } from "zod";
import { Id, Named, page, Time, text } from "./basics.ts";

/**
 * What happens after a call until its disposition is saved. `optional`: nothing. `mandatory`: no calls from the queues
 * until it is saved. `box`: the same, for at most so many seconds. `box-strict`: for all of these seconds, saved or not.
 */
export const WrapUpMode = z.enum(["optional", "mandatory", "box", "box-strict"]);
export type WrapUpMode = z.infer<typeof WrapUpMode>;

const Rule = { mode: WrapUpMode, /** Length of a box. */ seconds: z.number().int().min(5).max(3600) };
/** The company's own rule, and queues that differ from it. Calls that came by no queue go by the company's. */
export const WrapUpRules = z.strictObject({
	...Rule,
	queues: z.array(z.strictObject({ queue: text(80).min(1), ...Rule })).max(100),
});
export type WrapUpRules = z.infer<typeof WrapUpRules>;

/**
 * What the PBX was brought to: `paused`; `pending` for the next moment; `not-in-queue`: the phone is a member of no queue,
 * there is nothing to pause; `no-control`: no control account, nobody can pause; `refused`, see `problem`; `offline`.
 */
export const WrapUpEffect = z.enum(["paused", "pending", "not-in-queue", "no-control", "refused", "offline"]);
export type WrapUpEffect = z.infer<typeof WrapUpEffect>;

/** A person who is kept from the queues. `id` is the obligation's. */
export const WrapUp = z.object({
	id: Id,
	callId: Id,
	user: Named,
	queue: z.string().nullable(),
	mode: WrapUpMode.exclude(["optional"]),
	since: Time,
	until: Time.nullable(),
	/** How often the person has added time. */
	extended: z.number().int(),
	/** Whether the person may add `moreSeconds` once more. */
	extendable: z.boolean(),
	/** The disposition is saved; only the box goes on. */
	saved: z.boolean(),
	effect: WrapUpEffect,
	problem: z.string().nullable(),
});
export type WrapUp = z.infer<typeof WrapUp>;
export const WrapUpPage = page(WrapUp);
/** What a person adds to the end of a box at once. */
export const moreSeconds = 30;
/** `extended` as the person saw it: asked twice, the same question adds once. */
export const MoreTimeInput = z.strictObject({ extended: z.number().int().min(0).max(100) });
export const ReleaseInput = z.strictObject({ reason: text(1000).min(1) });
