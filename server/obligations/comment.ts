import { DzvinError } from "../errors.ts";
import { say } from "../protocol/sentences.ts";

/**
 * What leaves no mark on paper: Unicode white space, separators, controls, format characters (zero width, bidi marks),
 * and the letters that are drawn as nothing (Hangul fillers, Braille blank, Mongolian vowel separator).
 */
const invisible = /[\s\p{Z}\p{C}\p{M}\u115F\u1160\u3164\uFFA0\u2800]/gu;

/** The comment as it is kept; throws `validation` when nothing of it can be seen. PostgreSQL takes no NUL in text. */
export function requireComment(comment: string): string {
	if (comment.replace(invisible, "") === "") {
		throw new DzvinError("validation", say("refused.comment"), { comment: "must not be blank" });
	}
	return comment.replaceAll("\0", "").trim();
}
