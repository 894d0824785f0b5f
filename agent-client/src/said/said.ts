import { effect, signal } from "@preact/signals";
import type { Said } from "../../../server/protocol/said.ts";
import { spoken } from "../i18n/translate.ts";
import { harmless } from "../model/text.ts";

/** What the server says, in the languages that it does not speak itself; English comes with the sentence. */
type Texts = Readonly<Record<string, string>>;
const loaders = { uk: () => import("./uk.json"), ru: () => import("./ru.json"), en: null } as const;
const texts = signal<Texts>({});

/** Fetches them behind the first picture: few people ever see one of these sentences. */
effect(() => {
	const language = spoken();
	const load = loaders[language];
	if (load === null) texts.value = {};
	else
		void load().then((file) => {
			if (spoken() === language) texts.value = file.default;
		});
});

/** A piece of a sentence: text, or a value that stands in it. */
export interface Piece {
	readonly text: string;
	readonly name: string | null;
}

/** The sentence in the present language, cut at its values; `english` where it has no text in it. */
export function pieces(said: Said | null | undefined, english: string, from: Texts = texts.value): readonly Piece[] {
	const text = said ? from[said.code] : undefined;
	if (!said || text === undefined) return [{ text: harmless(english), name: null }];
	return text.split(/(\{\w+\})/).flatMap((part): Piece[] => {
		const name = /^\{(\w+)\}$/.exec(part)?.[1];
		if (name === undefined) return part === "" ? [] : [{ text: part, name: null }];
		return [{ text: harmless(said.values[name] ?? ""), name }];
	});
}

/** The same as one line of text, each value isolated: what a PBX says may come from strangers. */
export const sentence = (said: Said | null | undefined, english: string): string =>
	pieces(said, english).map(isolated).join("");

const isolated = ({ text, name }: Piece): string => (name === null ? text : `\u2068${text}\u2069`);

/** Several sentences, one after the other; `english` has all of them, and is said where one has no text. */
export function paragraph(
	said: readonly Said[] | null | undefined,
	english: string,
	from: Texts = texts.value,
): string {
	if (!said || said.some(({ code }) => from[code] === undefined)) return harmless(english);
	return said.map((one) => pieces(one, "", from).map(isolated).join("")).join(" ");
}

/** What is wrong with a field. */
export const fieldText = (english: string): string => texts.value[`field.${english}`] ?? harmless(english);
