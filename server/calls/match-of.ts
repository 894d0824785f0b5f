import type { Match } from "../protocol/contact.ts";
import type { StoredCall } from "./call-rows.ts";

/** The match as people should see it: what an agent chose stands above what the number says. */
export function matchOf(stored: Pick<StoredCall, "chosen" | "client" | "withheld">, match: Match | undefined): Match {
	if (stored.chosen && stored.client) return { state: "one", candidates: [stored.client] };
	return match ?? { state: stored.withheld ? "withheld" : "unknown", candidates: [] };
}

/** The contact that a call gets by itself: only when nobody else could be meant. */
export function onlyContact(match: Match): string | null {
	return match.state === "one" ? (match.candidates[0]?.contact.id ?? null) : null;
}
