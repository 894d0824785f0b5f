import type { Call } from "../../../server/protocol/call.ts";

export interface Today {
	readonly inbound: number;
	readonly outbound: number;
	readonly missed: number;
	/** Seconds, null when nobody has spoken yet. */
	readonly averageTalk: number | null;
	readonly unprocessed: number;
}

/** Figures of a day from its calls; calls that still run are not counted. */
export function figuresOf(calls: readonly Call[]): Today {
	const ended = calls.filter((call) => call.endedAt !== null && call.direction !== "internal");
	const spoken = ended.filter((call) => call.talkSeconds > 0);
	const seconds = spoken.reduce((sum, call) => sum + call.talkSeconds, 0);
	return {
		inbound: ended.filter((call) => call.direction === "inbound" && call.outcome === "answered").length,
		outbound: ended.filter((call) => call.direction === "outbound").length,
		missed: ended.filter((call) => call.outcome === "missed").length,
		averageTalk: spoken.length > 0 ? seconds / spoken.length : null,
		unprocessed: ended.filter((call) => call.disposition === null && call.obligation?.settledAt === null).length,
	};
}
