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
	return pino({ level, redact, base: null, timestamp: pino.stdTimeFunctions.isoTime }, sink);
}
