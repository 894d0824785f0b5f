import type { Runner } from "../../db/runner.ts";
import { DzvinError } from "../errors.ts";
import type { Person } from "../http.ts";
import { type Sentence, say } from "../protocol/sentences.ts";
import { auditWithin } from "./audit.ts";
import type { Held } from "./store.ts";

/**
 * A client whom a colleague has taken is theirs: throws `conflict` for agents until the claim is given back or falls. Who
 * leads may act in spite of it, which is written into the audit of `id`. Whatever it throws, nothing was written before.
 */
export async function requireFree(db: Runner, person: Person, held: readonly Held[], id: string): Promise<void> {
	// One of them is enough: a client who calls again after the claim is still the same client.
	const of = held.find((one) => one.settledAt === null && one.claimHolds && one.claimedById !== person.id);
	if (!of) return;
	if (person.role === "agent") throw new DzvinError("conflict", taken(of));
	const detail = { from: of.claimedById, callId: of.callId };
	await auditWithin(db, [{ userId: person.id, action: "obligation.take-over", subject: id, detail }]);
}

/** Who has it, and when it is free again if nothing is done. */
function taken({ claimedByName, claimedUntil }: Held): Sentence {
	const left = claimedUntil === null ? 0 : claimedUntil.getTime() - Date.now();
	return say("refused.taken-by", {
		name: claimedByName ?? "",
		minutes: String(Math.max(1, Math.ceil(left / 60_000))),
	});
}
