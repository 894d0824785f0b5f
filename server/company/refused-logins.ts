import type { Pool } from "pg";
import { inTransaction, type Runner } from "../../db/runner.ts";
import type { RefusedLogins } from "../pbx-access.ts";

/** More is never asked for (see loginDelay). */
const kept = 12;

/** Refused logins of a PBX's accounts in the database: they outlive a restart, and all servers count together. */
export function refusedLogins(pool: Pool, pbxId: string): RefusedLogins {
	const write = async (name: string, text: string, values: readonly unknown[]): Promise<void> => {
		await pool.query({ name, text, values: [pbxId, ...values] });
	};
	return {
		take: (account, at, wait) =>
			inTransaction(pool, async (db) => {
				const refusedAt = await held(db, pbxId, account);
				const answer = wait(refusedAt);
				if (answer === 0 && refusedAt.length > 0) await append(db, pbxId, account, at);
				return { wait: answer, refusedAt };
			}),
		add: (account, at) => append(pool, pbxId, account, at),
		giveBack: (account, at) =>
			write(
				"give-back-login",
				`update refused_logins set refused_at = array_remove(refused_at, $3::timestamptz)
				where pbx_id = $1 and account = $2`,
				[account, new Date(at).toISOString()],
			),
		clear: (account) =>
			write("clear-refused-logins", "delete from refused_logins where pbx_id = $1 and account = $2", [account]),
	};
}

async function held(db: Runner, pbxId: string, account: string): Promise<number[]> {
	const { rows } = await db.query<{ refused_at: Date[] }>({
		name: "refused-logins",
		text: "select refused_at from refused_logins where pbx_id = $1 and account = $2 for update",
		values: [pbxId, account],
	});
	return (rows[0]?.refused_at ?? []).map((at) => at.getTime()).sort((a, b) => a - b);
}

async function append(db: Runner, pbxId: string, account: string, at: number): Promise<void> {
	await db.query({
		name: "add-refused-login",
		text: `insert into refused_logins as r (pbx_id, account, refused_at) values ($1, $2, array[$3::timestamptz])
on conflict (pbx_id, account) do update set refused_at = (
	select array_agg(at order by at) from (
		select at from unnest(r.refused_at || $3::timestamptz) at order by at desc limit ${kept}) newest)`,
		values: [pbxId, account, new Date(at).toISOString()],
	});
}
