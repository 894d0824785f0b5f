import type { Pool } from "pg";
import { inTransaction, type Runner } from "../../db/runner.ts";
import { DzvinError } from "../errors.ts";
import type { EventBus } from "../events.ts";
import type { Person } from "../http.ts";
import type { AnsweredInput } from "../protocol/obligation.ts";
import { say } from "../protocol/sentences.ts";
import { auditWithin } from "./audit.ts";
import { requireComment } from "./comment.ts";
import { tellSettled } from "./dispose.ts";
import { type Held, holdWithSiblings, type Owed, owedById, type Settlement, settle } from "./store.ts";
import { requireFree } from "./taken.ts";
import { mayRelease, maySee } from "./visibility.ts";

/**
 * "I take it": nobody else calls back meanwhile, for the company's minutes. Throws `conflict` while a colleague has it,
 * for agents: a supervisor takes it over, which is written into the audit.
 */
export async function claim(pool: Pool, person: Person, id: string): Promise<void> {
	await inTransaction(pool, async (db) => {
		const held = await holdWithSiblings(db, await visible(db, person, id));
		// Read again under the lock: two people press the button in the same moment.
		requireOpen(await visible(db, person, id));
		await requireFree(db, person, held, id);
		await setClaim(
			db,
			held.map((one) => one.id),
			person.id,
		);
	});
}

/** Gives a claim back. Giving back what nobody has changes nothing. */
export async function release(pool: Pool, person: Person, id: string): Promise<void> {
	await inTransaction(pool, async (db) => {
		const held = await holdWithSiblings(db, await visible(db, person, id));
		const owed = await visible(db, person, id);
		if (owed.claimedById === null) return;
		if (!mayRelease(person, owed)) throw new DzvinError("forbidden", say("refused.taken"));
		await setClaim(
			db,
			held.map((one) => one.id),
			null,
		);
	});
}

/**
 * Settles a missed call with a reason, and with it all open missed calls of that client. Throws `conflict` for agents
 * while a colleague has that client.
 */
export async function dismiss(pool: Pool, bus: EventBus, person: Person, id: string, reason: string): Promise<void> {
	const comment = requireComment(reason);
	const settled = await inTransaction(pool, (db) => dismissWithin(db, person, id, comment));
	tellSettled(bus, settled);
}

/** The same within the caller's transaction; the comment is proven. What it throws, it throws before it writes. */
export const dismissWithin = (db: Runner, person: Person, id: string, comment: string): Promise<Held[]> =>
	closeMissed(db, person, id, { how: "dismissed", comment });

/** Closes a missed call by a person's word, and with it all open missed calls of that client. */
async function closeMissed(
	db: Runner,
	person: Person,
	id: string,
	word: Pick<Settlement, "how" | "comment" | "channel">,
): Promise<Held[]> {
	const owed = await visible(db, person, id);
	if (owed.kind !== "missed") {
		throw new DzvinError("conflict", say("refused.only-by-status"));
	}
	const held = await holdWithSiblings(db, owed);
	requireOpen(await visible(db, person, id));
	await requireFree(db, person, held, id);
	return settle(db, held, { ...word, userId: person.id, callId: owed.callId });
}

/**
 * "We answered otherwise": settles a missed call because the client was answered on another channel, and with it all
 * open missed calls of that client. Written into the audit. Throws as `dismiss` does.
 */
export async function answerElsewhere(
	pool: Pool,
	bus: EventBus,
	person: Person,
	id: string,
	{ channel, comment: given }: AnsweredInput,
): Promise<void> {
	const comment = requireComment(given);
	const settled = await inTransaction(pool, async (db) => {
		const closed = await closeMissed(db, person, id, { how: "other-channel", channel, comment });
		const callId = closed.find((one) => one.id === id)?.callId ?? null;
		const detail = { channel, callId, obligations: closed.length };
		await auditWithin(db, [{ userId: person.id, action: "obligation.other-channel", subject: id, detail }]);
		return closed;
	});
	tellSettled(bus, settled);
}

async function visible(db: Runner, person: Person, id: string): Promise<Owed> {
	const owed = await owedById(db, id);
	if (!owed) throw new DzvinError("not-found", say("refused.no-such-obligation"));
	if (!maySee(person, owed)) throw new DzvinError("forbidden", say("refused.of-colleague"));
	return owed;
}

function requireOpen(owed: Owed): void {
	if (owed.settledAt !== null) throw new DzvinError("conflict", say("refused.settled"));
}

async function setClaim(db: Runner, ids: readonly string[], userId: string | null): Promise<void> {
	await db.query({
		name: "set-claim",
		text: `update obligations set claimed_by_id = $2::uuid, claimed_at = case when $2::uuid is null then null else now() end
where id = any($1::uuid[]) and settled_at is null`,
		values: [ids, userId],
	});
}
