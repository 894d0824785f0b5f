import type { Pool, PoolClient, QueryConfig, QueryResult } from "pg";

/** A pool or one connection of it, for statements written by hand; give them a `name` and each connection plans them once. */
export interface Runner {
	query<R extends object>(config: QueryConfig): Promise<QueryResult<R & Record<string, unknown>>>;
}

/** Commits what `work` did, or nothing of it. */
export async function inTransaction<T>(pool: Pool, work: (db: PoolClient) => Promise<T>): Promise<T> {
	const client = await pool.connect();
	let broken = false;
	try {
		await client.query("begin");
		const result = await work(client);
		await client.query("commit");
		return result;
	} catch (error) {
		await client.query("rollback").catch(() => {
			broken = true;
		});
		throw error;
	} finally {
		// A connection whose transaction could not be ended is not given to anybody else.
		client.release(broken);
	}
}
