import type { CallDirection } from "./call-change.ts";
import { callerNameOf, type Family } from "./family.ts";
import type { Line } from "./lines.ts";
import { dialledNumber, isWithheld, looksOutside } from "./party.ts";
import type { TrackerRules } from "./tracker-rules.ts";

/** Who is who in a call. */
export interface Roles {
	readonly direction: CallDirection;
	/** The client's lines; none in an internal call, or while the client was not called yet. */
	readonly clients: ReadonlySet<Line>;
	/** The line of our own person who began an outbound or internal call. */
	readonly caller: Line | null;
	readonly rawNumber: string;
	readonly withheld: boolean;
	readonly callerName: string;
	readonly did: string;
	/** False while a phone was only picked up: it may yet join another call (pick-up, parked call). */
	readonly certain: boolean;
}

/** Reads the roles out of the lines. Null: there is nobody in this family, or not yet. */
export function rolesOf(family: Family, lines: readonly Line[], rules: TrackerRules): Roles | null {
	const origin = lines[0];
	if (!origin) return null;
	const calling = lines.filter((line) => line.placed && line.party.kind === "outside");
	const called = lines.filter((line) => !line.placed && line.party.kind === "outside");
	if (origin.party.kind === "outside") {
		return origin.placed
			? inbound(family, origin, calling, rules)
			: outbound(origin, null, [origin, ...sameNumber(called, origin)]);
	}
	const person = origin.party.extension;
	const colleague = lines.find((line) => line.party.kind === "extension" && line.party.extension !== person);
	const [client] = called;
	const reached = colleague && !colleague.placed ? colleague.start : Number.POSITIVE_INFINITY;
	if (client && client.start <= reached) {
		return outbound(client, origin, [client, ...sameNumber(called, client)]);
	}
	const [caller] = calling;
	if (caller) return inbound(family, caller, calling, rules);
	const target = colleague && !colleague.placed ? "" : aimOf(origin, rules);
	if (target !== "") return { ...nobody, direction: "outbound", caller: origin, rawNumber: target, certain: true };
	return {
		...nobody,
		direction: "internal",
		caller: origin,
		rawNumber: person,
		callerName: callerNameOf(origin.track),
		certain: !origin.placed || lines.length > 1,
	};
}

const nobody = { clients: new Set<Line>(), withheld: false, callerName: "", did: "" } as const;

function inbound(family: Family, client: Line, calling: readonly Line[], rules: TrackerRules): Roles {
	const raw = client.track.callerNumber?.value ?? "";
	const withheld = isWithheld(raw);
	const name = callerNameOf(client.track);
	return {
		direction: "inbound",
		clients: new Set(calling),
		caller: null,
		rawNumber: withheld ? "" : raw,
		withheld,
		callerName: withheld && isWithheld(name) ? "" : name,
		did: didOf(family, client, rules),
		certain: true,
	};
}

function outbound(client: Line, caller: Line | null, clients: readonly Line[]): Roles {
	return {
		...nobody,
		direction: "outbound",
		clients: new Set(clients),
		caller,
		rawNumber: numberOf(client),
		certain: true,
	};
}

/** The number that a trunk's line was told to reach. */
export function numberOf(line: Line): string {
	const { dial, callerNumber, connectedNumber, first } = line.track;
	const dialled = dial ? dialledNumber(dial.dialString) : "";
	return dialled || callerNumber?.value || connectedNumber?.value || first.channel.exten;
}

/** Other attempts at the same number, over the same trunk or another. */
function sameNumber(called: readonly Line[], client: Line): Line[] {
	const number = numberOf(client);
	return called.filter((line) => line !== client && numberOf(line) === number);
}

/** The outside number for which a person picked the phone up, or which click-to-call shows on it; empty when there is none. */
function aimOf(origin: Line, rules: TrackerRules): string {
	const { first, callerNumber, connectedNumber } = origin.track;
	const shown = origin.placed ? [first.channel.exten] : [connectedNumber?.value, callerNumber?.value];
	return shown.find((number) => number !== undefined && looksOutside(number, rules)) ?? "";
}

/** The number that the client dialled: the extension of the client's channel before the dialplan moved it. */
function didOf(family: Family, client: Line, rules: TrackerRules): string {
	const { created, channel } = client.track.first;
	// Of a call in progress nobody knows how far the dialplan has moved it already.
	if (created ? /^\+?\d{3,}$/.test(channel.exten) : looksOutside(channel.exten, rules)) return channel.exten;
	const kept = family.didVariable?.value ?? "";
	return looksOutside(kept, rules) || /^\+?\d+$/.test(kept) ? kept : "";
}
