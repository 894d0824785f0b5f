import { refused, resultOfAttempt } from "./attempts.ts";
import type { CallOutcome, LegResult } from "./call-change.ts";
import type { Roles } from "./direction.ts";
import type { Family } from "./family.ts";
import type { Line } from "./lines.ts";

/**
 * The call's outcome from the company's side. `talked` is true once a person of the company spoke
 * with the client (in an internal call: two persons with each other).
 */
export function outcomeOf(roles: Roles, lines: readonly Line[], talked: boolean, ended: boolean): CallOutcome {
	if (!ended) return talked ? "talking" : "ringing";
	if (talked) return "answered";
	if (roles.direction === "inbound") return "missed";
	const sought = soughtBy(roles, lines);
	if (sought.some((line) => refused(line) !== null)) return "busy";
	return sought.some((line) => line.rangAt !== null || line.track.upAt !== null) ? "no-answer" : "failed";
}

/** What is said of our own caller's leg when he reached nobody. */
export function resultOfCaller(family: Family, roles: Roles, lines: readonly Line[]): LegResult {
	const results = soughtBy(roles, lines).map((line) => refused(line) ?? resultOfAttempt(family, line));
	if (results.some((result) => result === "busy" || result === "rejected")) return "busy";
	return results.includes("no-answer") ? "no-answer" : "cancelled";
}

/** Lines of those whom our caller wanted to reach. */
function soughtBy(roles: Roles, lines: readonly Line[]): readonly Line[] {
	if (roles.direction !== "internal") return [...roles.clients];
	return lines.filter((line) => line !== roles.caller && !line.placed);
}
