import { z } from "zod";
import { Named } from "./basics.ts";

/**
 * `conversation`: somebody spoke with the client. `other-channel`: a person answered the client otherwise, and says
 * where. `dismissed`: a person says why no answer is needed.
 */
export const SettledHow = z.enum(["disposition", "conversation", "other-channel", "dismissed"]);

/** Where a missed client was answered instead of on the telephone. */
export const AnswerChannel = z.enum(["letter", "messenger", "sms", "in-person", "other"]);
export type AnswerChannel = z.infer<typeof AnswerChannel>;

/** How an obligation was settled; `channel` of `other-channel`, `comment` of a person's word on a missed call. */
export const Settlement = z.object({
	how: SettledHow,
	channel: AnswerChannel.nullable(),
	comment: z.string().nullable(),
	/** Null when the one who spoke is not known. */
	by: Named.nullable(),
});
export type Settlement = z.infer<typeof Settlement>;
