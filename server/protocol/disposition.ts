import { z } from "zod";
import { Id, Named, Time } from "./basics.ts";

export const DispositionStatus = z.enum(["in_work", "bought", "refused", "not_client"]);
export type DispositionStatus = z.infer<typeof DispositionStatus>;

const comment = z.string().trim().min(1).max(10_000);

/** More than zero, at most two places. Kept as decimal text; programs may send a number. */
const amount = z
	.union([z.string(), z.number()])
	.transform(String)
	.pipe(z.string().regex(/^(?!0+(\.0+)?$)\d{1,13}(\.\d{1,2})?$/, { error: "not an amount with at most two places" }));

/** What the agent says of a call: a status and always a comment. */
export const DispositionInput = z.discriminatedUnion("status", [
	z.strictObject({ status: z.literal("in_work"), comment, nextContactAt: Time.optional() }),
	z.strictObject({
		status: z.literal("bought"),
		comment,
		amount,
		currency: z
			.string()
			.regex(/^[A-Z]{3}$/)
			.optional(),
	}),
	z.strictObject({ status: z.literal("refused"), comment, refusalReason: z.string().min(1).max(100) }),
	z.strictObject({ status: z.literal("not_client"), comment }),
]);
export type DispositionInput = z.infer<typeof DispositionInput>;

export const Disposition = z.object({
	id: Id,
	status: DispositionStatus,
	comment: z.string(),
	refusalReason: z.string().nullable(),
	amount: z.string().nullable(),
	currency: z.string().nullable(),
	nextContactAt: Time.nullable(),
	by: Named,
	at: Time,
});
export type Disposition = z.infer<typeof Disposition>;
