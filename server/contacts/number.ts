import { getCountryCallingCode, isSupportedCountry, parsePhoneNumberFromString } from "libphonenumber-js/max";
import { cleaned, splitExtension } from "./number-text.ts";

/** What the company's settings say about numbers that come without a country or an area code. */
export interface NumberPlan {
	/** ISO 3166-1 alpha-2. */
	readonly country: string;
	/** Digits without a trunk prefix, for example `44`; empty = city numbers are not read. */
	readonly areaCode: string;
}

export type ParsedNumber =
	/** `extension`: digits of an office extension behind the number, or empty. `exact`: the text named the country; `national`: the plan did. */
	| {
			readonly kind: "number";
			readonly e164: string;
			readonly extension: string;
			readonly reason: "exact" | "national";
	  }
	| { readonly kind: "withheld" }
	/** An office extension or a short code. */
	| { readonly kind: "internal"; readonly digits: string }
	/** No telephone number, or a text that two different subscribers could have written. */
	| { readonly kind: "garbage" };

interface Reading {
	readonly e164: string;
	readonly reason: "exact" | "national";
}

const garbage: ParsedNumber = { kind: "garbage" };
/** Countries that dialled abroad with 8, tone, 10 (ITU-T operational bulletins); some trunks still write it. */
const dialsAbroadBy810 = new Set(["RU", "KZ", "UA", "BY", "UZ", "TJ", "TM", "AZ", "AM", "GE", "MD", "KG"]);
/** 8-0XX: the Ukrainian and Moldovan trunk prefix until 2009, the Belarusian one today. */
const trunk80 = new Set(["UA", "MD", "BY"]);

/**
 * Reads a telephone number as a PBX, a person or an address book writes it. Every reading that the
 * company's plan allows is tried; only a text with exactly one meaning becomes a number, so that two
 * texts with the same result always mean the same subscriber.
 */
export function parse(raw: string, plan: NumberPlan): ParsedNumber {
	const text = cleaned(raw);
	if (text.kind !== "text") return text.kind === "withheld" ? { kind: "withheld" } : garbage;
	const { digits, plus, extension } = splitExtension(text.text);
	if (digits === null) return garbage;
	const reading = only(plus ? international(digits, plan) : (certain(digits, plan) ?? likely(digits, plan)));
	if (reading !== null) return { kind: "number", ...reading, extension };
	const short = !plus && extension === "" && digits.length >= 2 && digits.length <= 6 && !/^0+$/.test(digits);
	return short ? { kind: "internal", digits } : garbage;
}

/** `+…`: the country is named, so a new range that the metadata does not know yet is still taken. */
function international(digits: string, plan: NumberPlan): Reading[] {
	if (digits.startsWith("00")) return valid(digits.slice(2), "exact");
	// No country's code begins with 0: a trunk put a plus in front of the national form.
	if (digits.startsWith("0")) return certain(digits, plan) ?? [];
	const number = parsePhoneNumberFromString(`+${digits}`, { extract: false });
	return number?.isPossible() ? [{ e164: number.number, reason: "exact" }] : [];
}

/** Readings by a prefix that people of this country dial, or by the country's own code; null when there is none. */
function certain(digits: string, plan: NumberPlan): Reading[] | null {
	const found: Reading[] = [];
	const code = isSupportedCountry(plan.country) ? getCountryCallingCode(plan.country) : null;
	if (digits.startsWith("00")) found.push(...valid(digits.slice(2), "exact"));
	if (digits.startsWith("810") && dialsAbroadBy810.has(plan.country)) found.push(...valid(digits.slice(3), "exact"));
	if (digits.startsWith("011") && code === "1") found.push(...valid(digits.slice(3), "exact"));
	if (code !== null) {
		if (digits.startsWith(code)) found.push(...valid(digits, "exact"));
		for (const rest of withoutTrunkPrefix(digits, plan.country)) found.push(...valid(code + rest, "national"));
		found.push(...cityNumber(digits, code, plan.areaCode));
	}
	return found.length > 0 ? found : null;
}

/** National number without its trunk prefix, or a foreign one without its plus: taken when only one of them is possible. */
function likely(digits: string, plan: NumberPlan): Reading[] {
	if (digits.startsWith("0") || digits.length < 9) return [];
	// An office that dials 9 or 0 for the outside line leaves that digit in front: 9 8 916… is no Iranian number.
	const withCountry = digits.length >= 11 && certain(digits.slice(1), plan) === null ? digits : "";
	const foreign = valid(withCountry, "exact");
	if (!isSupportedCountry(plan.country)) return foreign;
	const code = getCountryCallingCode(plan.country);
	// 380 50 123 4 in Ukraine is a mobile number cut short, not the city behind (0380).
	if (code.length >= 3 && digits.startsWith(code)) return foreign;
	const national = valid(code + digits, "national");
	if (national.length === 0) return foreign;
	// German national numbers have any length: 7 727 410 00 00 may be a Kazakh one in a range that the metadata does not know.
	return withCountry !== "" && isPossible(withCountry) ? [] : national;
}

/** The digits behind the trunk prefixes of the country; none when there is no such prefix in front. */
function withoutTrunkPrefix(digits: string, country: string): string[] {
	switch (country) {
		case "RU":
		case "KZ":
		case "TM":
			return digits.length === 11 && digits.startsWith("8") ? [digits.slice(1)] : [];
		case "US":
		case "CA":
			// 1 is prefix and country code at once; it is read as the code.
			return [];
		default:
			if (trunk80.has(country) && digits.startsWith("80")) return [digits.slice(2)];
			return digits.startsWith("0") && !digits.startsWith("00") ? [digits.slice(1)] : [];
	}
}

/** A number of the company's own city, 6 to 8 digits; shorter ones are extensions. */
function cityNumber(digits: string, code: string, areaCode: string): Reading[] {
	if (areaCode === "" || digits.length < 6 || digits.length > 8 || digits.startsWith("0")) return [];
	const number = parsePhoneNumberFromString(`+${code}${areaCode}${digits}`, { extract: false });
	const type = number?.isValid() ? number.getType() : undefined;
	if (number === undefined || (type !== "FIXED_LINE" && type !== "FIXED_LINE_OR_MOBILE")) return [];
	return [{ e164: number.number, reason: "national" }];
}

function valid(international: string, reason: Reading["reason"]): Reading[] {
	if (international === "" || international.startsWith("0")) return [];
	const number = parsePhoneNumberFromString(`+${international}`, { extract: false });
	return number?.isValid() ? [{ e164: number.number, reason }] : [];
}

function isPossible(international: string): boolean {
	return parsePhoneNumberFromString(`+${international}`, { extract: false })?.isPossible() ?? false;
}

/** The one meaning, or null when there is none or more than one. */
function only(readings: readonly Reading[]): Reading | null {
	const first = readings[0];
	return first !== undefined && readings.every((other) => other.e164 === first.e164) ? first : null;
}
