import { z } from "zod";
import { Named, page, Time, text } from "./basics.ts";
import { WrapUpEffect } from "./wrap-up.ts";

/** In the company's own words; the list is in its settings. */
export const BreakReason = text(40).min(1);

/** A break that a person chose and has not ended. */
export const Break = z.object({
	user: Named,
	reason: z.string(),
	since: Time,
	/** What the PBXs were brought to; of several the one that needs somebody most. */
	effect: WrapUpEffect,
	problem: z.string().nullable(),
});
export type Break = z.infer<typeof Break>;
export const BreakPage = page(Break);
export const BreakInput = z.strictObject({ reason: BreakReason });
