import type { Runner } from "../../db/runner.ts";
import type { CallFacts } from "./call-change.ts";

/** Who the client of a call is. */
export type ClientOfCall = Pick<CallFacts, "direction" | "rawNumber" | "withheld" | "callerName" | "did">;

/** Nobody of a client was seen, but neither was the beginning of the call. */
export function isUnsure({ direction, unseen }: CallFacts): boolean {
	return direction === "internal" && unseen?.beginning === true;
}

/** A call that was stored as one with a client stays that, and is owed, whatever part of it is seen later. */
export function withClient(call: CallFacts, stored: ClientOfCall | null): CallFacts {
	if (stored === null || stored.direction === "internal") return call;
	const isMissed = stored.direction === "inbound" && call.endedAt !== null && call.outcome !== "answered";
	return { ...call, ...stored, outcome: isMissed ? "missed" : call.outcome };
}

export async function storedClient(db: Runner, id: string, startedAt: number): Promise<ClientOfCall | null> {
	const { rows } = await db.query<ClientOfCall>({
		name: "stored-client",
		text: `select direction, raw_number as "rawNumber", withheld, caller_name as "callerName", did
from calls where id = $1 and started_at = $2`,
		values: [id, new Date(startedAt).toISOString()],
	});
	return rows[0] ?? null;
}
