import { Writable } from "node:stream";
import pino, { type Logger } from "pino";

/**
 * What JSON leaves as it is but a terminal or a viewer obeys: DEL and the C1 controls (an eight-bit
 * escape sequence), line separators, and marks that turn the direction of text. They only occur inside
 * JSON strings, where their escaped form says the same.
 */
const obeyed = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** A log line in which callers' text is only text. */
export function neutralise(line: string): string {
	return line.replace(obeyed, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

const secrets = ["password", "secret", "current", "next", "token", "cookie", "authorization", "set-cookie"];

/** Lines of JSON on `out`. What people type into secret fields is left out wherever it is logged. */
export function createLog(level: string, out: { write(line: string): unknown } = process.stdout): Logger {
	const redact = { paths: secrets.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]), remove: true };
	const sink = new Writable({
		decodeStrings: false,
		write(line, _encoding, done) {
			out.write(neutralise(String(line)));
			done();
		},
	});
	const timestamp = pino.stdTimeFunctions.isoTime;
	return pino({ level, redact, base: null, timestamp, serializers: { err: plainError } }, sink);
}

interface PlainError {
	readonly type: string;
	readonly message: string;
	readonly code?: string;
	readonly stack?: string;
	readonly cause?: PlainError;
}

/**
 * Errors of the database carry the values of the statement (numbers, names, hashes) and the whole
 * connection on their properties: only what says where and why is kept.
 */
function plainError(error: unknown): PlainError {
	if (!(error instanceof Error)) return { type: typeof error, message: String(error) };
	const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
	const frames = error.stack?.split("\n").filter((line) => /^\s+at /.test(line));
	return {
		type: error.name,
		message: withoutValues(error.message),
		...(code === undefined ? {} : { code }),
		...(frames === undefined ? {} : { stack: frames.join("\n") }),
		...(error.cause instanceof Error ? { cause: plainError(error.cause) } : {}),
	};
}

/** drizzle ends its message with `params: …`. */
const withoutValues = (message: string) => message.replace(/\nparams: [\s\S]*$/, "");
