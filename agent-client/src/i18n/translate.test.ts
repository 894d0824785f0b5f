import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { IntlMessageFormat } from "intl-messageformat";
import { parseSync } from "vite";
import { beforeAll, describe, expect, test } from "vitest";
import en from "./en.json" with { type: "json" };
import ru from "./ru.json" with { type: "json" };
import { languages, money, preferredLanguage, speak, t } from "./translate.ts";
import uk from "./uk.json" with { type: "json" };

const texts = { uk, ru, en } as const;
const source = join(import.meta.dirname, "..");
const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((name) =>
	/(?<!\.test)\.tsx?$/.test(name),
);

describe("every text exists in the three languages", () => {
	test("the keys are the same", () => {
		for (const language of languages) expect(Object.keys(texts[language])).toEqual(Object.keys(en));
	});

	test("each text has the values of its English one, and parses", () => {
		const values = (text: string) => [...new Set(text.match(/\{(\w+)(?=[,}])/g))].sort();
		for (const language of languages) {
			for (const [key, text] of Object.entries(texts[language])) {
				expect(text, `${language} ${key}`).not.toBe("");
				expect(() => new IntlMessageFormat(text, language), `${language} ${key}`).not.toThrow();
				const english = Object.entries(en).find(([other]) => other === key)?.[1] ?? "";
				expect({ key, language, values: values(text) }).toEqual({ key, language, values: values(english) });
			}
		}
	});

	test("no Russian letters in Ukrainian, no Ukrainian ones in Russian", () => {
		for (const [key, text] of Object.entries(uk)) expect(text, key).not.toMatch(/[ыэъё]/i);
		for (const [key, text] of Object.entries(ru)) expect(text, key).not.toMatch(/[іїєґ]/i);
	});

	test("every key is used", () => {
		const code = files.map((name) => readFileSync(join(source, name), "utf8")).join("\n");
		const patterns = [...code.matchAll(/`([a-z-]+(?:\.[a-z-]+)*\.)\$\{[^}]+\}(s?)`/g)].map(([, start]) => start ?? "");
		const unused = Object.keys(en).filter(
			(key) => !code.includes(`"${key}"`) && !patterns.some((start) => key.startsWith(start)),
		);
		expect(unused).toEqual([]);
	});
});

test("no literal text stands in a view: every word goes through the translation", () => {
	const found: string[] = [];
	const shown = new Set(["title", "alt", "placeholder", "aria-label", "label", "text", "hint"]);
	for (const name of files.filter((file) => file.endsWith(".tsx"))) {
		const { program } = parseSync(name, readFileSync(join(source, name), "utf8"));
		JSON.stringify(program, (_key, node: unknown) => {
			if (typeof node !== "object" || node === null || !("type" in node)) return node;
			if (node.type === "JSXText" && "value" in node && /\p{L}{2,}/u.test(String(node.value))) {
				found.push(`${name}: ${String(node.value).trim()}`);
			}
			if (node.type === "JSXAttribute" && "name" in node && "value" in node) {
				const attribute = JSON.parse(JSON.stringify([node.name, node.value]));
				const text = attribute[1]?.type === "Literal" ? String(attribute[1].value) : "";
				if (shown.has(attribute[0]?.name) && /\p{L}{2,}/u.test(text))
					found.push(`${name}: ${attribute[0].name}=${text}`);
			}
			return node;
		});
	}
	// A brand, a command to paste, an example address and names of keys are the same in every language.
	const same =
		/: (Dzvin|aria-label=Dzvin|asterisk -rx "manager reload"|placeholder=10\.0\.0\.2|Ctrl( K)?|title=Alt\+N)$/;
	expect(found.filter((text) => !same.test(text))).toEqual([]);
});

describe("sentences", () => {
	beforeAll(() => speak("uk"));

	test("Ukrainian and Russian count in three forms", async () => {
		const counted = (count: number) => t("duty.attempts", { count });
		expect([1, 2, 5, 11, 21, 104].map(counted)).toEqual([
			"1 спроба",
			"2 спроби",
			"5 спроб",
			"11 спроб",
			"21 спроба",
			"104 спроби",
		]);
		await speak("ru");
		expect([1, 3, 7].map(counted)).toEqual(["1 попытка", "3 попытки", "7 попыток"]);
		await speak("en");
		expect([1, 2].map(counted)).toEqual(["1 try", "2 tries"]);
	});

	test("a name in a sentence is isolated and cannot turn it around", async () => {
		await speak("en");
		expect(t("card.answered-by", { name: "Bad\u202eName\u2069" })).toBe("Answered by \u2068BadName\u2069");
	});

	test("money is written as the language writes it", async () => {
		await speak("uk");
		expect(money("12500.00", "UAH").replace(/\s/g, " ")).toContain("12 500");
	});

	test("the browser's wishes choose among our languages", () => {
		expect(preferredLanguage(["de-DE", "ru-UA", "uk"])).toBe("ru");
		expect(preferredLanguage(["fr"])).toBe("uk");
	});
});
