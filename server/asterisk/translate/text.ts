const letters: Readonly<Record<string, string>> = {
	a: "\x07",
	b: "\b",
	f: "\f",
	n: "\n",
	r: "\r",
	t: "\t",
	v: "\v",
	"\\": "\\",
	"'": "'",
	'"': '"',
	"?": "?",
};

/**
 * Undoes Asterisk's `ast_escape_c`, which it applies to caller and connected names, to channel
 * variables and to the value of VarSet, and to nothing else. Done once, here: a second time
 * would turn a caller's `\\n` into a line break. An unknown escape stays as it is.
 */
export function unescapeC(value: string): string {
	if (!value.includes("\\")) return value;
	return value.replace(/\\(.)/g, (whole, letter: string) => letters[letter] ?? whole);
}

/** Asterisk writes `<unknown>` where a party has no number or name. */
export const known = (value: string): string => (value === "<unknown>" ? "" : value);
