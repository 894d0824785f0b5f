import type { Pool } from "pg";
import { newId } from "../../db/id.ts";
import { inTransaction, type Runner } from "../../db/runner.ts";

/** A person who chose to take no calls from the queues of any PBX. */
export interface OnBreak {
	readonly userId: string;
	readonly userName: string;
	readonly extension: string | null;
	readonly reason: string;
	readonly since: Date;
}

/** Breaks that go on, the oldest first. Who works here no more is on no break. */
export async function openBreaks(db: Runner): Promise<OnBreak[]> {
	const { rows } = await db.query<OnBreak & { active: boolean }>({
		name: "open-breaks",
		text: `
select b.user_id as "userId", u.name as "userName", u.extension, b.reason, b.since, u.active
from breaks b join users u on u.id = b.user_id where b.ended_at is null order by b.since, b.user_id`,
	});
	if (rows.some(({ active }) => !active)) {
		await db.query({
			name: "end-breaks-of-who-left",
			text: `update breaks b set ended_at = now(), ended_how = 'left'
from users u where u.id = b.user_id and b.ended_at is null and not u.active`,
		});
	}
	return rows.filter(({ active }) => active);
}

/** The same reason once more changes nothing: its time goes on. Two browsers of one person come one after the other. */
export const beginBreak = (pool: Pool, userId: string, reason: string): Promise<void> =>
	inTransaction(pool, async (db) => {
		await db.query("select 1 from users where id = $1 for update", [userId]);
		const { rows } = await db.query<{ reason: string }>(
			"select reason from breaks where user_id = $1 and ended_at is null",
			[userId],
		);
		if (rows[0]?.reason === reason) return;
		await end(db, userId, "changed");
		await db.query("insert into breaks (id, user_id, reason) values ($1, $2, $3)", [newId(), userId, reason]);
	});

/** Nothing happens to who is on no break. */
export const endBreak = (db: Runner, userId: string): Promise<void> => end(db, userId, "chosen");

async function end(db: Runner, userId: string, how: "chosen" | "changed"): Promise<void> {
	await db.query({
		name: "end-break",
		text: "update breaks set ended_at = now(), ended_how = $2 where user_id = $1 and ended_at is null",
		values: [userId, how],
	});
}
