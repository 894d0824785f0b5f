/** How a telephone number is written for people. Pure; the server has the real parser. */

const shapes: readonly (readonly [prefix: string, groups: readonly number[], joints: string])[] = [
	["380", [2, 3, 2, 2], " --"],
	["7", [3, 3, 2, 2], " --"],
	["48", [3, 3, 3], "  "],
	["1", [3, 3, 4], " -"],
	["44", [4, 6], " "],
];

/** `+380671234567` → `+380 67 123-45-67`. What has no known shape is cut in threes behind the code of its country; other text stays as it is. */
export function writtenNumber(number: string): string {
	if (!/^\+\d{7,15}$/.test(number)) return number;
	const digits = number.slice(1);
	for (const [prefix, groups, joints] of shapes) {
		const rest = digits.slice(prefix.length);
		if (!digits.startsWith(prefix) || rest.length !== groups.reduce((a, b) => a + b, 0)) continue;
		let written = `+${prefix} `;
		let at = 0;
		groups.forEach((size, index) => {
			written += rest.slice(at, at + size) + (index < groups.length - 1 ? (joints[index] ?? " ") : "");
			at += size;
		});
		return written;
	}
	const code = countryCode.exec(digits)?.[0] ?? "";
	const national = digits.slice(code.length);
	if (code !== "49") return `+${code} ${threes(national)}`;
	const area = /^[346]0|^[68]9/.test(national) ? 2 : 3;
	return `+49 ${national.slice(0, area)} ${threes(national.slice(area))}`;
}

/** Which countries have one or two digits; all others have three (ITU-T E.164, list of assigned codes). */
const countryCode = /^(1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3})/;
const threes = (digits: string) => digits.replace(/(\d{3})(?=\d{2})/g, "$1 ");

/** True when the text could be dialled: digits with the usual signs between them. */
export function looksLikeNumber(text: string): boolean {
	const digits = text.replace(/\D/g, "").length;
	return digits >= 3 && digits <= 15 && /^[\d\s+()./*#-]+$/.test(text.trim());
}
