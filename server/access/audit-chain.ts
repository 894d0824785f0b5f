import { createHash } from "node:crypto";
import type pg from "pg";

/** A place in the chain; who keeps one outside the database can prove later that nothing before it was changed. */
export interface AuditHead {
	/** 1 for the first row; 0 where there is none. */
	readonly position: number;
	/** SHA-256 in hex. */
	readonly hash: string;
}

export interface AuditState {
	readonly head: AuditHead;
	/** The first thing that is wrong, in English; null: every row is as it was written. */
	readonly problem: string | null;
}

interface Row {
	readonly position: string;
	readonly hash: Buffer;
	readonly auditId: string;
	/** Null where the row of the audit is gone. */
	readonly fields: readonly (string | null)[] | null;
}

const pageSize = 2_000;

/**
 * Reads the whole audit and its chain and works every hash out again, here and not in the database, whose functions
 * whoever changed a row could have changed as well. `kept` is a head that was noted earlier.
 */
export async function checkAudit(db: pg.Pool, kept: AuditHead | null = null): Promise<AuditState> {
	let head: AuditHead = { position: 0, hash: "" };
	const wrong = (problem: string): AuditState => ({ head, problem });
	for (;;) {
		const { rows } = await db.query<Row>(pageQuery, [head.position, pageSize]);
		for (const row of rows) {
			const position = Number(row.position);
			const name = `entry ${position} (${row.auditId})`;
			if (position !== head.position + 1) return wrong(`The chain has no entry ${head.position + 1}.`);
			if (row.fields === null) return wrong(`The row of ${name} is gone.`);
			const hash = nextHash(head.hash, row.fields);
			if (hash !== row.hash.toString("hex")) return wrong(`The row of ${name} is not what was written.`);
			head = { position, hash };
			if (kept?.position === position && kept.hash !== hash)
				return wrong(`Entry ${position} is not the one that was noted: everything was written anew.`);
		}
		if (rows.length < pageSize) break;
	}
	if (kept !== null && kept.position > head.position)
		return wrong(`The chain ends at ${head.position}, before the entry ${kept.position} that was noted.`);
	const { rows } = await db.query<{ id: string }>(strayQuery);
	return { head, problem: rows[0] ? `The row ${rows[0].id} came in beside the chain.` : null };
}

/** What the function `audit_append` of the database stores. */
function nextHash(before: string, fields: readonly (string | null)[]): string {
	const content = fields.map((field) => (field === null ? "-" : `${Buffer.byteLength(field)}:${field}`)).join(",");
	return createHash("sha256").update(Buffer.from(before, "hex")).update(content).digest("hex");
}

const pageQuery = `
	select chain.position, chain.hash, chain.audit_id as "auditId", case when entry.id is null then null else array[
		entry.id::text, (extract(epoch from entry.at) * 1000)::bigint::text, entry.user_id::text, entry.action,
		entry.subject, entry.detail::text, entry.ip_address] end as fields
	from audit_chain chain left join audit entry on entry.id = chain.audit_id
	where chain.position > $1 order by chain.position limit $2`;

const strayQuery = `
	select id from audit where not exists (select from audit_chain where audit_id = audit.id) order by id limit 1`;
