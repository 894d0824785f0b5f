import type { Said } from "../protocol/said.ts";
import type { Sentence } from "../protocol/sentences.ts";

/** One thing that was looked at. `mend` is the line to paste or the step to take, null when all is well. */
export interface Finding {
	readonly level: "ok" | "warning" | "error";
	readonly code: string;
	readonly message: string;
	readonly mend: string | null;
	/** Both by their codes, for another language. */
	readonly said: { readonly message: Said; readonly mend: Said | null };
}

const finding = (level: Finding["level"], code: string, message: Sentence, mend: Sentence | null): Finding => ({
	level,
	code,
	message: message.message,
	mend: mend?.message ?? null,
	said: { message: message.said, mend: mend?.said ?? null },
});

export const ok = (code: string, message: Sentence): Finding => finding("ok", code, message, null);
export const warning = (code: string, message: Sentence, mend: Sentence): Finding =>
	finding("warning", code, message, mend);
export const error = (code: string, message: Sentence, mend: Sentence): Finding =>
	finding("error", code, message, mend);
