import type { Pool } from "pg";
import { newId, timeOfId } from "../../db/id.ts";
import { inTransaction, type Runner } from "../../db/runner.ts";
import { DzvinError } from "../errors.ts";
import type { EventBus } from "../events.ts";
import type { Person } from "../http.ts";
import type { Disposition, DispositionInput } from "../protocol/disposition.ts";
import { say } from "../protocol/sentences.ts";
import type { Settings } from "../protocol/settings.ts";
import { requireComment } from "./comment.ts";
import { changeContact } from "./contact-effect.ts";
import { callToDispose, type DisposedCall, type Held, holdWithSiblings, owedByCall, settle } from "./store.ts";
import { requireFree } from "./taken.ts";
import { mayDispose } from "./visibility.ts";

export interface DisposeDeps {
	readonly pool: Pool;
	readonly bus: EventBus;
	readonly settings: () => Settings;
}

/**
 * Keeps what a person says of a call. Every time is a new row and the newest counts; the first settles the obligation,
 * and with a missed call all open missed calls of that client. A call that went into another one is disposed as that
 * one. Throws `validation`, `not-found`, `forbidden`, and `conflict` for an internal call and, for agents, while a
 * colleague has taken the client who was missed.
 */
export async function dispose(
	{ pool, bus, settings }: DisposeDeps,
	person: Person,
	id: string,
	input: DispositionInput,
): Promise<Disposition> {
	const comment = requireComment(input.comment);
	requireSense(input, settings());
	const done = await inTransaction(pool, (db) => disposeWithin(db, { settings }, person, id, { ...input, comment }));
	tellDisposed(bus, done);
	return done.disposition;
}

/** What a disposition brought, to be told once it is committed. */
export interface Disposed {
	readonly call: DisposedCall;
	readonly settled: readonly Held[];
	/** The contact is another one now. */
	readonly changed: boolean;
	readonly disposition: Disposition;
}

/** The same within the caller's transaction; the comment is proven. What it throws, it throws before it writes. */
export async function disposeWithin(
	db: Runner,
	{ settings }: Pick<DisposeDeps, "settings">,
	person: Person,
	id: string,
	input: DispositionInput,
): Promise<Disposed> {
	const call = await callToDispose(db, id);
	if (!call) throw new DzvinError("not-found", say("refused.no-such-call"));
	const owed = await owedByCall(db, call.id);
	if (!owed) throw new DzvinError("conflict", say("refused.internal-not-processed"));
	if (!mayDispose(person, owed)) throw new DzvinError("forbidden", say("refused.call-of-colleague"));
	const held = await holdWithSiblings(db, owed);
	if (owed.kind === "missed") await requireFree(db, person, held, owed.id);
	const disposition = await addDisposition(db, call, person, input, settings().currency);
	const settled = await settle(db, held, { how: "disposition", userId: person.id, comment: null, callId: call.id });
	if (input.status === "in_work" && input.nextContactAt) {
		await planContact(db, call, person, input.comment, input.nextContactAt);
	}
	const changed = call.contactId !== null && (await changeContact(db, call.contactId, person.id, input.status));
	return { call, settled, changed, disposition };
}

/** Each of them is over, for those who saw it. */
export function tellSettled(bus: EventBus, settled: readonly Held[]): void {
	for (const { id, callId, assigneeId, escalated } of settled) {
		bus.emit("obligation.settled", { id, callId, assigneeId, escalated });
	}
}

export function tellDisposed(bus: EventBus, { call, settled, changed }: Disposed): void {
	tellSettled(bus, settled);
	bus.emit("call.contact", { callId: call.id });
	if (changed && call.contactId) bus.emit("contact.changed", { contactId: call.contactId });
}

/** What only the company's settings and the clock can judge. */
function requireSense(input: DispositionInput, settings: Settings): void {
	if (input.status === "refused" && !settings.refusalReasons.includes(input.refusalReason)) {
		throw new DzvinError("validation", say("refused.reason-unknown"), {
			refusalReason: "not in the company's list",
		});
	}
	if (input.status === "in_work" && input.nextContactAt && Date.parse(input.nextContactAt) < Date.now() - 60_000) {
		throw new DzvinError("validation", say("refused.next-contact-past"), { nextContactAt: "is in the past" });
	}
}

/** The time is taken while the obligation is locked: of two people who speak at once, the second is the newer. */
async function addDisposition(
	db: Runner,
	call: DisposedCall,
	person: Person,
	input: DispositionInput,
	currency: string,
): Promise<Disposition> {
	const given = {
		id: newId(),
		status: input.status,
		comment: input.comment,
		refusalReason: input.status === "refused" ? input.refusalReason : null,
		amount: input.status === "bought" ? input.amount : null,
		currency: input.status === "bought" ? (input.currency ?? currency) : null,
		nextContactAt:
			input.status === "in_work" && input.nextContactAt ? new Date(input.nextContactAt).toISOString() : null,
	};
	const { rows } = await db.query<{ at: Date }>({
		name: "add-disposition",
		text: `insert into dispositions (id, call_id, call_started_at, contact_id, status, comment, refusal_reason,
	amount, currency, next_contact_at, user_id, at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, clock_timestamp()) returning at`,
		values: [
			given.id,
			call.id,
			new Date(timeOfId(call.id)).toISOString(),
			call.contactId,
			given.status,
			given.comment,
			given.refusalReason,
			given.amount,
			given.currency,
			given.nextContactAt,
			person.id,
		],
	});
	const at = (rows[0]?.at ?? new Date()).toISOString();
	return { ...given, by: { id: person.id, name: person.name }, at };
}

/** Once for each call, person and time: a save whose answer was lost is sent again. Under the lock of the obligation. */
async function planContact(db: Runner, call: DisposedCall, person: Person, title: string, dueAt: string) {
	await db.query({
		name: "plan-contact",
		text: `insert into tasks (id, contact_id, assignee_id, created_by_id, call_id, number, title, due_at)
select $1::uuid, $2::uuid, $3::uuid, $3::uuid, $4::uuid, $5::text, $6::text, $7::timestamptz
where not exists (select 1 from tasks where assignee_id = $3 and due_at = $7 and call_id = $4 and done_at is null)`,
		values: [newId(), call.contactId, person.id, call.id, call.number, title.slice(0, 500), dueAt],
	});
}
