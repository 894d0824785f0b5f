import type { PbxEvent } from "../pbx-event.ts";

/** Events of a PBX that never came, while the link stood. Times are epoch milliseconds of our clock. */
export interface Lost {
	/** When it was noticed first, and last. */
	readonly at: number;
	readonly until: number;
	/** How many; null: nobody can say. */
	readonly events: number | null;
	/** `reading`: the PBX's journal is not read to its end yet; `unknown`: there is none, or it has a hole itself. */
	readonly state: "reading" | "read" | "unknown";
	/** Since when it is read or known to stay unknown. */
	readonly settledAt: number | null;
}

/** Milliseconds for which people are told how it ended. */
const toldFor = 60_000;
/** And for which they are told that it stays unknown. */
const unknownFor = 10 * 60_000;

/** What is known of lost events once these came; the same object when they say nothing of it. */
export function lostWith(
	known: Lost | null,
	events: readonly PbxEvent[],
	at: number,
	hasJournal: boolean,
): Lost | null {
	let lost = known;
	for (const event of events) {
		if (event.kind !== "gap" || event.cause === "reconnect") continue;
		// A message that was put aside is one.
		const missing = event.missing ?? (event.cause === "quarantine" ? 1 : null);
		// What is read already is another loss.
		const before = lost?.state === "read" ? null : lost;
		const sum = before === null ? missing : before.events === null || missing === null ? null : before.events + missing;
		const state = hasJournal ? ("reading" as const) : ("unknown" as const);
		lost = { at: before?.at ?? at, until: at, events: sum, state, settledAt: hasJournal ? null : at };
	}
	return lost;
}

/** The journal was read for every time that ended by `until`. */
export function lostAfterReading(lost: Lost | null, until: number, at: number, isWhole: boolean): Lost | null {
	if (lost === null || lost.state !== "reading" || lost.until > until) return lost;
	return { ...lost, state: isWhole ? "read" : "unknown", settledAt: at };
}

/** Null once everybody had time to read how it ended. */
export function lostStill(lost: Lost | null, at: number): Lost | null {
	if (lost === null || lost.settledAt === null) return lost;
	return at - lost.settledAt >= (lost.state === "read" ? toldFor : unknownFor) ? null : lost;
}
