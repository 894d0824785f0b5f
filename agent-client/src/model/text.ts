/** What strangers send us is text and nothing else. Pure. */

/** Directional marks, embeddings, overrides and isolates: they could turn the rest of a line around. */
const directional = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
/** Zero-width characters and the byte order mark: two names that look alike must not differ unseen. */
const invisible = /[\u200b\u2060\ufeff\u00ad]/gu;
/** C0 and C1 controls and the two separators that break lines. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the very characters that are looked for
const controls = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/gu;

/** One line that cannot hurt: line breaks and tabs become spaces, other control characters the sign `␦`. */
export function harmless(text: string): string {
	return text
		.replace(/[\t\n\v\f\r\u0085\u2028\u2029]+/g, " ")
		.replace(directional, "")
		.replace(invisible, "")
		.replace(controls, "␦")
		.trim();
}

/** The same for text of several lines (comments, notes): its line breaks stay. */
export function harmlessLines(text: string): string {
	return text
		.split(/\r\n|[\n\r\u0085\u2028\u2029]/)
		.map(harmless)
		.join("\n")
		.trim();
}

/** At most `length` characters as people count them, with an ellipsis when something was cut. */
export function cut(text: string, length: number): string {
	if (text.length <= length) return text;
	const shown: string[] = [];
	for (const { segment } of new Intl.Segmenter().segment(text.slice(0, length * 8))) {
		if (shown.length >= length - 1) return `${shown.join("").trimEnd()}…`;
		shown.push(segment);
	}
	return shown.join("");
}
