import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fieldTexts, say, sentences } from "../../../server/protocol/sentences.ts";
import ru from "./ru.json" with { type: "json" };
import { paragraph, pieces } from "./said.ts";
import uk from "./uk.json" with { type: "json" };

const valuesOf = (text: string) => [...new Set(text.match(/\{\w+\}/g))].sort();
const wanted = [...Object.keys(sentences), ...fieldTexts.map((text) => `field.${text}`)].sort();

describe.each([
	["Ukrainian", uk],
	["Russian", ru],
])("what the server says, in %s", (_language, texts) => {
	test("has a text for every code, and none too many", () => {
		expect(Object.keys(texts).sort()).toEqual(wanted);
	});

	test("keeps the values of the English sentence", () => {
		const known: Readonly<Record<string, string>> = texts;
		for (const [code, english] of Object.entries(sentences))
			expect([code, valuesOf(known[code] ?? "")]).toEqual([code, valuesOf(english)]);
	});
});

test("no Russian letters in Ukrainian, no Ukrainian ones in Russian", () => {
	expect(Object.values(uk).join(" ")).not.toMatch(/[ыэъё]/i);
	expect(Object.values(ru).join(" ")).not.toMatch(/[іїєґ]/i);
});

test("what the server finds wrong with a field is on the list", () => {
	const server = join(import.meta.dirname, "../../../server");
	const files = ["company/pbx-sense.ts", "company/settings.ts", "access/users.ts", "pbx-host.ts"];
	const found = files.flatMap((name) => {
		const source = readFileSync(join(server, name), "utf8");
		const assigned = [...source.matchAll(/fields[^=\n]*\] ?= "([^"]+)"|fields\.\w+ = "([^"]+)"/g)];
		return assigned.map(([, one, other]) => one ?? other ?? "");
	});
	expect(found.length).toBeGreaterThan(5);
	expect(found.filter((text) => !fieldTexts.some((known) => known === text))).toEqual([]);
});

test("a sentence is said in the present language, its values as they came", () => {
	const { message, said } = say("mend.manager", { place: "[dzvin]", line: "read = all", command: "reload" });
	expect(pieces(said, message, uk)).toEqual([
		{ text: "У manager.conf, ", name: null },
		{ text: "[dzvin]", name: "place" },
		{ text: ": ", name: null },
		{ text: "read = all", name: "line" },
		{ text: "; потім: ", name: null },
		{ text: "reload", name: "command" },
	]);
});

test("what has no text in a language is said in English, and nothing in it can turn the line around", () => {
	const news = { code: "journal.from-the-future", values: {} };
	expect(pieces(news, "New \u202eand strange", uk)).toEqual([{ text: "New and strange", name: null }]);
	expect(pieces(null, "Plain", uk)).toEqual([{ text: "Plain", name: null }]);
	const { message, said } = say("link.broke", { where: "pbx:5038", reason: "\u202eevil\r\nline" });
	expect(pieces(said, message, ru).at(-2)).toEqual({ text: "evil line", name: "reason" });
});

test("several sentences are said in the present language, or all of them in English", () => {
	const [locked, log] = [say("journal.locked", { file: "master.db" }), say("mend.journal-log")];
	const english = `${locked.message} ${log.message}`;
	expect(paragraph([locked.said, log.said], english, uk)).toBe(
		"\u2068master.db\u2069 зайнято записом; невдовзі спробу буде повторено. Подробиці в журналі сервера.",
	);
	expect(paragraph([locked.said, { code: "journal.from-the-future", values: {} }], english, uk)).toBe(english);
	expect(paragraph(null, english, uk)).toBe(english);
});
