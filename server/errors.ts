import type { Said } from "./protocol/said.ts";
import type { Sentence } from "./protocol/sentences.ts";

/** Codes that a program can branch on; each has one HTTP status. */
export const statusOf = {
	"bad-request": 400,
	validation: 400,
	unauthenticated: 401,
	forbidden: 403,
	"not-found": 404,
	conflict: 409,
	"range-not-satisfiable": 416,
	"too-many-requests": 429,
	internal: 500,
	"pbx-refused": 502,
	unavailable: 503,
	"pbx-timeout": 504,
} as const;

export type ErrorCode = keyof typeof statusOf;

/** Field path (dotted) → what is wrong with it, in English; the client translates by `code`. */
export type FieldErrors = Readonly<Record<string, string>>;

/**
 * The one error type that features throw on purpose. `app.ts` turns it into
 * `{ "error": { "code", "message", "said"?, "fields"?, "wrong"? } }`; everything else becomes `internal`.
 */
export class DzvinError extends Error {
	readonly code: ErrorCode;
	readonly fields: FieldErrors | undefined;
	/** The message by its code; null where there is only English. */
	readonly said: Said | null;

	constructor(code: ErrorCode, message: string | Sentence, fields?: FieldErrors) {
		super(typeof message === "string" ? message : message.message);
		this.said = typeof message === "string" ? null : message.said;
		this.name = "DzvinError";
		this.code = code;
		this.fields = fields;
	}

	get status(): number {
		return statusOf[this.code];
	}
}
