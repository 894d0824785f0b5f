/** First and last byte, both included. */
export interface ByteRange {
	readonly start: number;
	readonly end: number;
}

/**
 * What a `Range` header asks for (RFC 9110, section 14): `whole` when there is none, or one that may be ignored
 * (another unit, several ranges, bad grammar); `unsatisfiable` when it begins behind the end.
 */
export function rangeOf(header: string | undefined, size: number): ByteRange | "whole" | "unsatisfiable" {
	const asked = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? "");
	if (!asked) return "whole";
	const [, first = "", last = ""] = asked;
	if (first === "" && last === "") return "whole";
	if (first === "") {
		const length = Number(last);
		if (length === 0 || size === 0) return "unsatisfiable";
		return { start: Math.max(0, size - length), end: size - 1 };
	}
	const start = Number(first);
	if (last !== "" && Number(last) < start) return "whole";
	if (start >= size) return "unsatisfiable";
	return { start, end: last === "" ? size - 1 : Math.min(Number(last), size - 1) };
}
