import fc from "fast-check";
import { expect, test } from "vitest";
import { fold, foldedQueries } from "./fold.ts";

test.each([
	["Іваненко Олена", "ivanenko olena"],
	["ИВАНЕНКО ОЛЕНА", "Ivanenko Olena"],
	["Ёлкин", "Елкин"],
	["Семён", "Семен"],
	["Ґудзь", "Гудзь"],
	["Ґудзь", "Gudz"],
	["Солов'йов", "Соловйов"],
	["Солов’йов", "Соловьйов"],
	["Григорій", "Hryhorii"],
	["Григорий", "Grigoriy"],
	["Михайло", "Mykhailo"],
	["Михаил", "Mihail"],
	["Щербаченко", "Shcherbachenko"],
	["Євген", "Yevhen"],
	["Євген", "Евген"],
	["Юлія", "Yuliia"],
	["Юлія", "Juliya"],
	["Жук", "Zhuk"],
	["Цвєткова", "Tsvetkova"],
	["Кравченко", "KRAVCHENKO"],
	["Łukasz", "Lukash"],
	["Müller", "Muller"],
	["ТОВ «Степ»", "tov step"],
	["Анна", "Ana"],
])("%s and %s are found as one name", (one, other) => {
	expect(fold(one)).toBe(fold(other));
});

test.each([
	["sdfytyrj", "Іваненко"],
	["bdfytyrj", "Иваненко"],
	["Шмфтутлщ", "Ivanenko"],
	["utjhusq", "георгій"],
	["rjdfkmxer", "Ковальчук"],
	["[fhrsd", "Харкыв"],
	[";er", "Жук"],
])("%s typed in the wrong keyboard layout means %s", (typed, meant) => {
	expect(foldedQueries(typed)).toContain(fold(meant));
});

test("different names stay different", () => {
	expect(fold("Іваненко")).not.toBe(fold("Іваніщенко"));
	expect(fold("Олена")).not.toBe(fold("Олег"));
	expect(fold("Петренко")).not.toBe(fold("Петрук"));
});

test("folding a folded name changes nothing more", () => {
	const letters = fc.constantFrom(..."абвгґдеєжзиіїйклмнопрстуфхцчшщьюяёэыabcdefghijklmnopqrstuvwxyz '");
	fc.assert(
		fc.property(fc.array(letters, { maxLength: 30 }), (text) => {
			const once = fold(text.join(""));
			expect(once).toMatch(/^[a-z ]*$/);
		}),
	);
	expect(fold(fold("Щербаченко Григорій"))).toBe(fold("Щербаченко Григорій"));
});

test("a query of punctuation only means nothing", () => {
	expect(foldedQueries("  -- !! ")).toEqual([]);
});
