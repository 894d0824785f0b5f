import type { z } from "zod";
import { DzvinError } from "../errors.ts";

/** Opaque text of a place in a list, for `next` and `after`. */
export function writeCursor(place: unknown): string {
	return Buffer.from(JSON.stringify(place)).toString("base64url");
}

/** The place in `after`; throws `validation` for a text that no list of ours gave out. */
export function readCursor<T extends z.ZodType>(shape: T, after: string): z.infer<T> {
	const place = shape.safeParse(parsed(Buffer.from(after, "base64url").toString()));
	if (!place.success) throw new DzvinError("validation", "This is no place in the list.", { after: "not a cursor" });
	return place.data;
}

function parsed(json: string): unknown {
	try {
		return JSON.parse(json);
	} catch {
		return undefined;
	}
}
