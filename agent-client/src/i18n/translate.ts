import { signal } from "@preact/signals";
import { IntlMessageFormat } from "intl-messageformat";
import type { Language } from "../../../server/protocol/basics.ts";
import { cut, harmless } from "../model/text.ts";
import type english from "./en.json";

export type { Language };
/** English has every key; a test holds the other two to it. */
export type Key = keyof typeof english;
/** A text, or a text with values that the build has already parsed. */
type Message = string | ReturnType<IntlMessageFormat["getAst"]>;
type Messages = Readonly<Record<Key, Message>>;
export const languages = ["uk", "ru", "en"] as const satisfies readonly Language[];
/** Each in its own words, so that nobody has to read a foreign one to find his own. */
export const languageNames: Record<Language, string> = { uk: "Українська", ru: "Русский", en: "English" };

const loaders: Record<Language, () => Promise<{ default: Messages }>> = {
	uk: () => import("./uk.json"),
	ru: () => import("./ru.json"),
	en: () => import("./en.json"),
};

interface Loaded {
	readonly language: Language;
	readonly messages: Messages;
	readonly formats: Map<string, IntlMessageFormat>;
}
const loaded = signal<Loaded | null>(null);

/** Fetches the language's texts and shows everything in it. */
export async function speak(language: Language): Promise<void> {
	const { default: messages } = await loaders[language]();
	loaded.value = { language, messages, formats: new Map() };
}

/** The language on the screen. */
export const spoken = (): Language => loaded.value?.language ?? "uk";

/** First Strong Isolate … Pop Directional Isolate: a name inside a sentence cannot turn it around. */
const isolated = (text: string) => `\u2068${cut(harmless(text), 160)}\u2069`;

/**
 * The text of a key in the present language. Values that are text came from people: they are made
 * harmless and isolated.
 */
export function t(key: Key, values?: Readonly<Record<string, string | number>>): string {
	const now = loaded.value;
	if (!now) return "";
	const message = now.messages[key];
	if (typeof message === "string" && !message.includes("{")) return message;
	let format = now.formats.get(key);
	if (!format) {
		format = new IntlMessageFormat(message, now.language);
		now.formats.set(key, format);
	}
	const safe = Object.entries(values ?? {}).map(([name, value]) => [
		name,
		typeof value === "string" ? isolated(value) : value,
	]);
	return String(format.format(Object.fromEntries(safe)));
}

/** An amount of money with its sign, as the language writes it. */
export function money(amount: string | number, currency: string): string {
	const value = Number(amount);
	const digits = Number.isInteger(value) ? 0 : 2;
	return new Intl.NumberFormat(spoken(), {
		style: "currency",
		currency,
		currencyDisplay: "narrowSymbol",
		minimumFractionDigits: digits,
	}).format(value);
}

/** The name of a country by its code. */
export function countryName(code: string): string {
	return new Intl.DisplayNames([spoken()], { type: "region" }).of(code) ?? code;
}

/** The best of our languages for what the browser prefers. */
export function preferredLanguage(wanted: readonly string[]): Language {
	for (const tag of wanted) {
		const found = languages.find((language) => tag.toLowerCase().startsWith(language));
		if (found) return found;
	}
	return "uk";
}
