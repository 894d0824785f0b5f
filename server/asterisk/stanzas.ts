import { randomBytes } from "node:crypto";

export interface StanzaInput {
	readonly events: { readonly username: string; readonly secret: string };
	readonly control: { readonly username: string; readonly secret: string } | null;
	/** This server's address as the PBX sees it, or null when it is not known. */
	readonly ourAddress: string | null;
}

/** What to paste into `manager_custom.conf` (FreePBX, Issabel) or `manager.conf`, one text an account. */
export interface Stanzas {
	readonly events: string;
	readonly control: string;
}

const after = '; then: asterisk -rx "manager reload"';

/**
 * The stanzas of the two accounts. The events account gets `write = reporting`: that class only lists
 * (live channels, device states); without it the picture after a reconnect is blind. No line of a
 * user's input can end a line here: line breaks are taken out.
 */
export function stanzas({ events, control, ourAddress }: StanzaInput): Stanzas {
	const permit = ourAddress
		? [`permit = ${line(ourAddress)}/255.255.255.255`]
		: ["; the address of this server as the PBX sees it:", "permit = 127.0.0.1/255.255.255.255"];
	const guard = ["deny = 0.0.0.0/0.0.0.0", ...permit];
	const text = (lines: readonly string[]) => `${lines.join("\n")}\n`;
	return {
		events: text([
			"; in [general]: exact times in every event, and a number on each so that a lost one is noticed",
			"; timestampevents = yes",
			"; debug = on",
			`[${word(events.username)}]`,
			`secret = ${line(events.secret)}`,
			...guard,
			"; with the default of 100 ms a pause of the network loses events",
			"writetimeout = 60000",
			`read = all`,
			"write = reporting",
			after,
		]),
		control: text([
			`[${word(control?.username ?? "dzvin-control")}]`,
			`secret = ${line(control?.secret ?? "<a secret of its own>")}`,
			...guard,
			// What comes of an order is heard on the events road.
			"read =",
			"write = originate,call,agent",
			after,
		]),
	};
}

/** A secret to offer: 32 characters that need no quoting in manager.conf. */
export const offerSecret = (random: (bytes: number) => Buffer = randomBytes): string =>
	random(24).toString("base64url");

// A semicolon begins a comment unless it is escaped.
const line = (value: string) => value.replace(/[\r\n\0]/g, "").replaceAll(";", "\\;");
const word = (value: string) => value.replace(/[^\w.@-]/g, "");
