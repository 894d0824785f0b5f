import { newId } from "../../db/id.ts";
import type { Runner } from "../../db/runner.ts";
import type { DispositionStatus } from "../protocol/disposition.ts";

type ContactStatus = "new" | "in_work" | "client" | "refused" | "not_client";

const becomes = {
	in_work: "in_work",
	bought: "client",
	refused: "refused",
	not_client: "not_client",
} as const satisfies Record<DispositionStatus, ContactStatus>;

/**
 * What a disposition makes of the contact: its status follows, except that who bought stays a client; who takes it into
 * work becomes its owner when it has none. Each change is a row of its history. Says whether anything changed.
 */
export async function changeContact(
	db: Runner,
	contactId: string,
	userId: string,
	status: DispositionStatus,
): Promise<boolean> {
	const { rows } = await db.query<{ status: ContactStatus; owner_id: string | null }>({
		name: "contact-for-disposition",
		text: "select status, owner_id from contacts where id = $1 for update",
		values: [contactId],
	});
	const contact = rows[0];
	if (!contact) return false;
	const next = contact.status === "client" ? "client" : becomes[status];
	const owner = status === "in_work" ? (contact.owner_id ?? userId) : contact.owner_id;
	const changes = [
		{ field: "status", from: contact.status, to: next },
		{ field: "owner", from: contact.owner_id, to: owner },
	].filter(({ from, to }) => from !== to);
	if (changes.length === 0) return false;
	await db.query({
		name: "contact-after-disposition",
		text: "update contacts set status = $2, owner_id = $3, updated_at = now() where id = $1",
		values: [contactId, next, owner],
	});
	for (const { field, from, to } of changes) {
		await db.query({
			name: "contact-change",
			text: `insert into contact_changes (id, contact_id, user_id, field, from_value, to_value)
values ($1, $2, $3, $4, $5, $6)`,
			values: [newId(), contactId, userId, field, from, to],
		});
	}
	return true;
}
