import english from "../../agent-client/src/i18n/en.json" with { type: "json" };
import russian from "../../agent-client/src/i18n/ru.json" with { type: "json" };
import type { Language } from "../../agent-client/src/i18n/translate.ts";
import ukrainian from "../../agent-client/src/i18n/uk.json" with { type: "json" };

/** What the page says, by the key of the client's own texts. */
export const words = ukrainian;

/** The same in each language. */
export const wordsIn = { uk: ukrainian, ru: russian, en: english } satisfies Record<Language, typeof words>;
