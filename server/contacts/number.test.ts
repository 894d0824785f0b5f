import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { companies } from "../../test/contacts/number-forms.ts";
import { type NumberPlan, parse } from "./number.ts";

const meaning = (raw: string, plan: NumberPlan): string => {
	const parsed = parse(raw, plan);
	if (parsed.kind !== "number") return parsed.kind;
	return parsed.extension === "" ? parsed.e164 : `${parsed.e164} x${parsed.extension}`;
};

describe.each(Object.entries(companies))("for %s", (_name, company) => {
	test.each(company.forms.map(([raw, expected]) => [raw.slice(0, 60), expected, raw] as const))(
		"%j is %s",
		(_shown, expected, raw) => {
			expect(meaning(raw, company)).toBe(expected);
		},
	);
});

test("at least two hundred real forms are read as people mean them", () => {
	const forms = Object.values(companies).flatMap((company) => company.forms);
	expect(forms.length).toBeGreaterThanOrEqual(200);
});

test("a number of this country dialled with a prefix says that the country was understood from the settings", () => {
	const kyiv = { country: "UA", areaCode: "44" };
	expect(parse("0501234567", kyiv)).toMatchObject({ reason: "national" });
	expect(parse("+380501234567", kyiv)).toMatchObject({ reason: "exact" });
	expect(parse("380501234567", kyiv)).toMatchObject({ reason: "exact" });
});

test("a company without a country in the settings still reads numbers that name theirs", () => {
	expect(meaning("+380501234567", { country: "ZZ", areaCode: "" })).toBe("+380501234567");
	expect(meaning("0501234567", { country: "ZZ", areaCode: "" })).toBe("garbage");
});

/** A subscriber: country code and national number, and the ways in which his country's people write it. */
const subscriber = fc.oneof(
	...(
		[
			["380", ["50", "67", "93", "44", "48"], 7, ["0", "80", ""]],
			["7", ["916", "495", "701", "727"], 7, ["8", ""]],
			["48", ["50", "60", "22"], 7, ["", "0"]],
			["49", ["151", "160"], 8, ["0"]],
			["1", ["212", "416", "310"], 7, [""]],
		] as const
	).map(([code, areas, length, trunks]) =>
		fc.record({
			code: fc.constant(code),
			area: fc.constantFrom(...areas),
			local: fc.integer({ min: 2 * 10 ** (length - 1), max: 10 ** length - 1 }).map(String),
			trunk: fc.constantFrom(...trunks),
		}),
	),
);
const writing = fc.constantFrom("+", "00", "bare", "trunk", "810", "city");
const spacing = fc.constantFrom("", " ", "-", ".", "\u00a0");
const plans = Object.values(companies);

/** Writes the number in that manner; null when nobody in that company would. */
function write(
	who: { code: string; area: string; local: string; trunk: string },
	how: string,
	gap: string,
	plan: NumberPlan,
	code: string,
): string | null {
	const national = who.area + gap + who.local.slice(0, 3) + gap + who.local.slice(3);
	if (how === "+") return `+${who.code}${gap}${national}`;
	if (how === "00") return `00${gap}${who.code}${gap}${national}`;
	if (how === "bare") return who.code + gap + national;
	if (how === "810") return ["UA", "RU", "KZ"].includes(plan.country) ? `8-10-${who.code}${national}` : null;
	if (how === "trunk") return who.code === code ? who.trunk + national : null;
	return who.code === code && who.area === plan.areaCode ? who.local : null;
}
const codes: Record<string, string> = { UA: "380", RU: "7", KZ: "7", PL: "48", DE: "49", US: "1" };

test("whatever the manner of writing, a number is read as its own subscriber or not at all", () => {
	fc.assert(
		fc.property(subscriber, writing, spacing, fc.constantFrom(...plans), (who, how, gap, plan) => {
			const raw = write(who, how, gap, plan, codes[plan.country] ?? "");
			if (raw === null) return;
			const parsed = parse(raw, plan);
			if (parsed.kind === "number") expect(parsed.e164).toBe(`+${who.code}${who.area}${who.local}`);
		}),
		{ numRuns: 20_000 },
	);
});

test("two texts with one result mean one subscriber, in every manner of writing", () => {
	const owners = new Map<string, string>();
	fc.assert(
		fc.property(subscriber, writing, spacing, fc.constantFrom(...plans), (who, how, gap, plan) => {
			const raw = write(who, how, gap, plan, codes[plan.country] ?? "");
			if (raw === null) return;
			const parsed = parse(raw, plan);
			if (parsed.kind !== "number") return;
			const truth = `${who.code} ${who.area} ${who.local}`;
			expect(owners.get(parsed.e164) ?? truth).toBe(truth);
			owners.set(parsed.e164, truth);
		}),
		{ numRuns: 20_000 },
	);
});

test("a number with one digit changed, lost or too many is never taken for the right one", () => {
	fc.assert(
		fc.property(
			subscriber,
			writing,
			fc.constantFrom(...plans),
			fc.nat(6),
			fc.constantFrom("change", "lose", "add"),
			fc.integer({ min: 1, max: 9 }),
			(who, how, plan, place, fault, step) => {
				const digit = Number(who.local[place]);
				const middle =
					fault === "lose" ? "" : fault === "add" ? `${digit}${(digit + step) % 10}` : String((digit + step) % 10);
				const wrong = { ...who, local: who.local.slice(0, place) + middle + who.local.slice(place + 1) };
				const raw = write(wrong, how, "", plan, codes[plan.country] ?? "");
				if (raw === null) return;
				const parsed = parse(raw, plan);
				if (parsed.kind === "number") expect(parsed.e164).not.toBe(`+${who.code}${who.area}${who.local}`);
			},
		),
		{ numRuns: 20_000 },
	);
});

test("hostile text of any kind is read in bounded time without an error", () => {
	fc.assert(
		fc.property(fc.string({ unit: "binary", maxLength: 400 }), fc.constantFrom(...plans), (raw, plan) => {
			expect(["number", "withheld", "internal", "garbage"]).toContain(parse(raw, plan).kind);
		}),
		{ numRuns: 2_000 },
	);
	expect(meaning("x".repeat(1_000_000), { country: "UA", areaCode: "44" })).toBe("garbage");
});
