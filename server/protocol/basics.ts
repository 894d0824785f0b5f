import { z } from "zod";
import { Said } from "./said.ts";

/** UUID in version 7 form: sorts by time. */
export const Id = z.uuid();
/** RFC 3339 in UTC, for example `2026-11-22T10:42:00.000Z`. */
export const Time = z.iso.datetime().refine(hasYear, { error: "there is no year 0" });
/** `YYYY-MM-DD`. */
export const CalendarDay = z.iso.date().refine(hasYear, { error: "there is no year 0" });
/**
 * What people type. PostgreSQL keeps every character but NUL, which nobody means; half a character, which a careless cut
 * leaves, becomes U+FFFD.
 */
export const text = (max: number) =>
	z
		.string()
		.regex(/^[^\0]*$/)
		.overwrite((given) => given.toWellFormed())
		.trim()
		.max(max);
export const Role = z.enum(["agent", "supervisor", "admin"]);
export type Role = z.infer<typeof Role>;
export const Language = z.enum(["uk", "ru", "en"]);
export type Language = z.infer<typeof Language>;

/** Somebody or something with a name to show. */
export const Named = z.object({ id: Id, name: z.string() });
export type Named = z.infer<typeof Named>;

export const ErrorBody = z.object({
	error: z.object({
		code: z.string(),
		message: z.string(),
		/** The message for a client that speaks another language; absent where there is only English. */
		said: Said.optional(),
		/** What is wrong with each field (dotted path), in English. */
		fields: z.record(z.string(), z.string()).optional(),
		/** The same for a client that speaks another language, of fields whose form is wrong. */
		wrong: z.record(z.string(), Said).optional(),
	}),
});
export type ErrorBody = z.infer<typeof ErrorBody>;

/** Keyset page: `next` is an opaque cursor for `after`. */
export const page = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), next: z.string().nullable() });

export const PageQuery = z.object({
	after: z.string().max(400).optional(),
	limit: z.coerce.number().int().min(1).max(200).default(50),
});

/** ISO 8601 has a year 0000, the calendar and PostgreSQL do not. */
function hasYear(text: string): boolean {
	return !text.startsWith("0000");
}
