import { z } from "zod";
import { DzvinError } from "./errors.ts";
import { say } from "./protocol/sentences.ts";

/** Last moment (epoch milliseconds) that a place in a list may name: the end of the year 9999, the last that PostgreSQL reads in ISO form. */
const lastMoment = Date.UTC(10_000, 0, 1) - 1;

/** A moment inside a cursor, in epoch milliseconds. Cursors come back from outside: what is no time must not reach `Date`. */
export const CursorMoment = z.int().min(0).max(lastMoment);

/** Opaque text of a place in a list, for `next` and `after`. */
export function writeCursor(place: unknown): string {
	return Buffer.from(JSON.stringify(place)).toString("base64url");
}

/** The place in `after`; throws `validation` for a text that no list of ours gave out. */
export function readCursor<T extends z.ZodType>(shape: T, after: string): z.infer<T> {
	const place = shape.safeParse(parsed(Buffer.from(after, "base64url").toString()));
	if (!place.success) throw new DzvinError("validation", say("refused.no-such-place"), { after: "not a cursor" });
	return place.data;
}

function parsed(json: string): unknown {
	try {
		return JSON.parse(json);
	} catch {
		return undefined;
	}
}
