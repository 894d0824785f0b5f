import type { Queryable } from "../../db/connect.ts";
import { newId } from "../../db/id.ts";
import { audit } from "../../db/schema/access.ts";

export interface AuditEntry {
	/** Null when nobody is signed in, for example a failed sign-in. */
	readonly userId: string | null;
	/** For example `session.begin`, `session.refused`, `user.change`, `recording.play`. */
	readonly action: string;
	/** Id or name of what it was done to. */
	readonly subject: string;
	readonly detail?: Readonly<Record<string, unknown>>;
	readonly ipAddress?: string | null;
}

/** Longest text of a stranger that is kept. */
const longest = 320;

/** PostgreSQL takes no NUL in text, and no half characters in JSON. */
const kept = (value: string) => value.replaceAll("\0", "").toWellFormed();

/** Adds a row; inside a transaction it stands or falls with what it tells of. */
export async function writeAudit(db: Queryable, entry: AuditEntry): Promise<void> {
	await db.insert(audit).values({
		id: newId(),
		userId: entry.userId,
		action: entry.action,
		subject: kept(entry.subject.slice(0, longest)),
		detail: JSON.parse(JSON.stringify(entry.detail ?? {}), (_name, value) =>
			typeof value === "string" ? kept(value) : value,
		),
		ipAddress: entry.ipAddress ?? null,
	});
}
