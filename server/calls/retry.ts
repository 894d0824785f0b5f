import { setTimeout as sleep } from "node:timers/promises";

/** Whether, and after how long, a failed write to the database is tried again. */
export type Failure =
	/** The database is away, busy or has taken another's side in a deadlock: the same write may succeed later. */
	| "passing"
	/** The data itself is refused: trying again changes nothing. */
	| "lasting";

/**
 * SQLSTATE classes of https://www.postgresql.org/docs/current/errcodes-appendix.html: 08 connection, 25 wrong
 * transaction state (a fail-over left us on a replica), 40 rollback, 53 resources, 55 lock, 57 operator, 58 system.
 */
const passingClasses = new Set(["08", "25", "40", "53", "55", "57", "58"]);
const lastingClasses = /^[0-9A-Z]{5}$/;

/** An error without an SQLSTATE never reached the database or lost its answer: passing. A commit may have happened. */
export function failureOf(error: unknown): Failure {
	if (error instanceof TypeError || error instanceof RangeError) return "lasting";
	const code = error instanceof Error && "code" in error ? error.code : undefined;
	if (typeof code !== "string" || !lastingClasses.test(code)) return "passing";
	// Node's own codes have five letters too sometimes (EPIPE).
	if (code.startsWith("E")) return "passing";
	// Two writers stored the same new call at the same moment: `on conflict` watches the primary key, but the unique key of
	// (PBX, linked id) may be the one that notices. The id follows from that key, so the next try finds the row.
	if (code === "23505") return "passing";
	return passingClasses.has(code.slice(0, 2)) ? "passing" : "lasting";
}

/** SQLSTATE 53100: the database's disk is full. */
export const isFull = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "53100";

/** Milliseconds before try number `attempt` (1 = the first repetition): 50 ms doubling to 5 s. */
export function retryDelay(attempt: number): number {
	return Math.min(5_000, 50 * 2 ** Math.min(attempt - 1, 10));
}

/** Ends early, and quietly, when the signal says so. */
export async function rest(milliseconds: number, signal: AbortSignal): Promise<void> {
	await sleep(milliseconds, undefined, { signal }).catch(() => {});
}
