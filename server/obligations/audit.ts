import { newId } from "../../db/id.ts";
import type { Runner } from "../../db/runner.ts";

/** A row of the audit about an obligation. */
export interface Audited {
	/** Null when the clock did it. */
	readonly userId: string | null;
	readonly action: "obligation.escalate" | "obligation.take-over" | "obligation.other-channel";
	/** The obligation's id. */
	readonly subject: string;
	readonly detail: Readonly<Record<string, unknown>>;
}

/** Writes them in the caller's transaction: they stand or fall with what they tell of. */
export async function auditWithin(db: Runner, rows: readonly Audited[]): Promise<void> {
	if (rows.length === 0) return;
	await db.query({
		name: "audit-obligations",
		text: `insert into audit (id, user_id, action, subject, detail)
select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::jsonb[])`,
		values: [
			rows.map(() => newId()),
			rows.map(({ userId }) => userId),
			rows.map(({ action }) => action),
			rows.map(({ subject }) => subject),
			rows.map(({ detail }) => JSON.stringify(detail)),
		],
	});
}
