import ukrainian from "../../agent-client/src/i18n/uk.json" with { type: "json" };

/** What the page says, by the key of the client's own texts. */
export const words = ukrainian;
