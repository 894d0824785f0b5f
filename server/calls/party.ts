import type { TrackerRules } from "./tracker-rules.ts";

/**
 * Who is at the far end of a channel. `local` and `helper` channels are plumbing of the PBX
 * (Local channels, announcers, recorders, masquerade surrogates): nobody is there.
 */
export type Party =
	| { readonly kind: "extension"; readonly extension: string }
	| { readonly kind: "outside"; readonly endpoint: string }
	| { readonly kind: "local" }
	| { readonly kind: "helper" };

/** Technologies that Asterisk makes for its own use; names from its source, upper-cased. */
const HELPERS = new Set([
	"ANNOUNCER",
	"ASYNCGOTO",
	"AUDIOSOCKET",
	"BRIDGE",
	"CBANN",
	"CBREC",
	"MESSAGE",
	"MULTICASTRTP",
	"PARKED",
	"RECORDER",
	"SNOOP",
	"SURROGATE",
	"UNICASTRTP",
]);

/**
 * The device channel behind a name, or null for a zombie. A masquerade renames `PJSIP/101-2a` to
 * `PJSIP/101-2a<MASQ>` for an instant and leaves `PJSIP/101-2a<ZOMBIE>` on the shell that dies.
 */
export function deviceName(name: string): string | null {
	if (name.endsWith("<ZOMBIE>")) return null;
	return name.endsWith("<MASQ>") ? name.slice(0, -"<MASQ>".length) : name;
}

/** Who is behind a channel of this full name, for example `PJSIP/101-0000002a`. */
export function partyOf(name: string, rules: TrackerRules): Party {
	const slash = name.indexOf("/");
	const technology = name.slice(0, Math.max(slash, 0)).toUpperCase();
	if (technology === "LOCAL") return { kind: "local" };
	if (slash < 0 || HELPERS.has(technology)) return { kind: "helper" };
	const rest = name.slice(slash + 1);
	const dash = rest.lastIndexOf("-");
	const endpoint = dash > 0 ? rest.slice(0, dash) : rest;
	return rules.isExtension(endpoint) ? { kind: "extension", extension: endpoint } : { kind: "outside", endpoint };
}

const WITHHELD = /^(anonymous|unknown|restricted|private|unavailable|withheld|blocked|asterisk|<unknown>)?$/i;

/** True when what the network sent in place of a number says that there is none. */
export function isWithheld(number: string): boolean {
	return WITHHELD.test(number.trim());
}

/** True for digits that only the public network can reach: more than companies give to extensions and services. */
export function looksOutside(dialled: string, rules: TrackerRules): boolean {
	return /^\+?\d{7,}$/.test(dialled) && !rules.isExtension(dialled);
}

/**
 * The number in a dial string: `+380671112201@trunk`, `PJSIP/0671112201@trunk`, `trunk/0671112201`,
 * `PJSIP/trunk/sip:+380671112201@10.0.0.1:5060`. Empty when there is none.
 */
export function dialledNumber(dialString: string): string {
	const address = dialString.split(",")[0] ?? "";
	const parts = address.split(/[/@:;]/).filter((part) => /^\+?[\d*#]{3,}$/.test(part));
	return parts[0] ?? "";
}
