import type { Runner } from "../../db/runner.ts";
import type { EventBus } from "../events.ts";

/** Calls that go on and are this contact's: by the row, or by a number that it has. Few calls are live. */
const liveCallsOfContact = {
	name: "live-calls-of-contact",
	text: `select c.id from calls c
where c.ended_at is null and c.started_at > now() - interval '1 day'
	and (c.contact_id = $1::uuid or c.number in (select e164 from contact_numbers where contact_id = $1::uuid))`,
};

/**
 * Who the client is may become known, or change its name, while the phone rings: tells `call.contact` of each call that
 * goes on. Answers how to stop.
 */
export function followContacts(db: Runner, bus: EventBus): () => void {
	return bus.on("contact.changed", "calls that go on", async ({ contactId }) => {
		const { rows } = await db.query<{ id: string }>({ ...liveCallsOfContact, values: [contactId] });
		for (const { id: callId } of rows) bus.emit("call.contact", { callId });
	});
}
