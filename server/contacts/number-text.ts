/** The writing around the digits: URIs, names, labels, brackets, extensions, invisible marks. Pure. */

type CleanedText =
	| { readonly kind: "text"; readonly text: string }
	| { readonly kind: "withheld" }
	| { readonly kind: "garbage" };

/** Longer than any number with a name in front; also bounds the work that a hostile caller can cause. */
const longest = 200;
/** Zero of each script whose digits may stand in a number; NFKC would also turn a superscript into a digit. */
const zeros = [0x0660, 0x06f0, 0x0966, 0x09e6, 0xff10];
const withheldWords = new Set([
	..."anonymous unknown restricted private withheld unavailable blocked hidden anonym unbekannt unterdrückt".split(" "),
	..."zastrzeżony prywatny nieznany анонім анонимный анонимно приховано прихований скрыт скрытый жасырын".split(" "),
	..."невідомий невідомо неизвестно неизвестный".split(" "),
	"no number",
	"no caller id",
	"private number",
	"unknown number",
	"number withheld",
	"номер скрыт",
	"скрытый номер",
	"номер приховано",
	"прихований номер",
	"numer zastrzeżony",
	"unbekannte nummer",
	"анонімний",
]);

/** Takes the number out of what stands around it. */
export function cleaned(raw: string): CleanedText {
	if (raw.length > longest) return { kind: "garbage" };
	// Bidi marks, zero-width joiners and soft hyphens come along when a number is copied from a page.
	let text = asciiDigits(raw.replace(/\p{Cf}/gu, "")).trim();
	if (/\p{Cc}/u.test(text.replaceAll("\t", " "))) return { kind: "garbage" };
	const angled = /^[^<>]*<([^<>]*)>$/.exec(text);
	if (angled?.[1] !== undefined) text = angled[1].trim();
	text = outOfUri(text);
	const word = text
		.toLowerCase()
		.replace(/^["'([]+|["')\]]+$/g, "")
		.trim();
	if (word === "" || withheldWords.has(word)) return { kind: "withheld" };
	return {
		kind: "text",
		text: text.replace(/^(?:тел|моб|факс|tel|telefon|mob|phone|fax|kom|т)(?:\.:|[.:]|\s)\s*/i, ""),
	};
}

function asciiDigits(text: string): string {
	return text.replaceAll("＋", "+").replace(/\p{Nd}/gu, (digit) => {
		const code = digit.codePointAt(0) ?? 0;
		const zero = zeros.find((start) => code >= start && code < start + 10);
		return zero === undefined ? digit : String(code - zero);
	});
}

/** `sip:+380…@host;user=phone` (RFC 3261), `tel:…;ext=…;phone-context=…` (RFC 3966), `+380…@from-trunk`. */
function outOfUri(text: string): string {
	const scheme = /^(sips?|tel|callto|phone):\s*/i.exec(text);
	const rest = scheme === null ? text : text.slice(scheme[0].length);
	const [user = "", ...host] = rest.split("@");
	if (host.length > 1) return rest;
	if (scheme === null && host.length === 0) return rest;
	const [withoutPassword = ""] = user.replace(/%2b/gi, "+").replace(/%23/g, "#").split(":");
	const [number = "", ...parameters] = withoutPassword.split(";");
	const extension = parameters.find((parameter) => /^ext=\d+$/i.test(parameter));
	const context = parameters.find((parameter) => /^phone-context=\+\d+$/i.test(parameter))?.split("=")[1];
	const global = context !== undefined && !number.startsWith("+") ? context + number : number;
	return extension === undefined ? global : `${global};${extension}`;
}

const extensionWord =
	/(?:;\s*ext\s*=|доб(?:ав(?:очный)?)?|дод(?:атковий)?|внутр(?:енний|ішній)?|вн|ішкі|ext(?:ension|n)?|wew(?:n)?|durchwahl|dw|nst|x|#)[.:]?\s*№?\s*(\d{1,8})\)?$/i;
/** Address books write a pause before the tones; without a space, so that a list of two numbers is not one with an extension. */
const pauseBeforeTones = /(?<=\d),{1,4}(\d{1,5})$|(?<=\d)[pw](\d{1,5})$/i;
const separators = /[\s\-‐‑‒–—―−.()[\]~·]/g;

/** `digits` is null when anything but one number (and its extension) stands in the text. */
export function splitExtension(text: string): { digits: string | null; plus: boolean; extension: string } {
	const found = extensionWord.exec(text) ?? pauseBeforeTones.exec(text);
	const extension = found?.[1] ?? found?.[2] ?? "";
	const number = found === null ? text : text.slice(0, found.index).replace(/[\s,;(]+$/, "");
	const bare = number.replace(separators, "");
	const match = /^(\+?)([\d/]+)$/.exec(bare);
	const written = match?.[2] ?? "";
	const digits = written.replaceAll("/", "");
	const fine = digits !== "" && digits.length <= 20 && slashesFine(written);
	return { digits: fine ? digits : null, plus: match?.[1] === "+", extension };
}

/** A slash stands behind the area code (030/123456); elsewhere it joins two numbers (4412345/67). */
function slashesFine(written: string): boolean {
	const parts = written.split("/");
	const last = parts.pop() ?? "";
	return parts.length === 0 || (parts.join("").length <= 6 && last.length >= 5);
}
