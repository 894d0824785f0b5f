import type { Pool, PoolClient, QueryConfig, QueryResult } from "pg";

/** A pool or one connection of it, for statements written by hand; give them a `name` and each connection plans them once. */
export interface Runner {
	query<R extends object>(config: QueryConfig): Promise<QueryResult<R & Record<string, unknown>>>;
}

/** How often a transaction is begun that others stand in a circle with. */
const mostTries = 5;

/**
 * Commits what `work` did, or nothing of it. Where two transactions wait for each other PostgreSQL ends one of them
 * (40P01): it goes again, so `work` may run more than once and does nothing outside the database.
 */
export async function inTransaction<T>(pool: Pool, work: (db: PoolClient) => Promise<T>): Promise<T> {
	for (let tries = 1; ; tries++) {
		try {
			return await once(pool, work);
		} catch (error) {
			if (tries === mostTries || !isDeadlock(error)) throw error;
		}
	}
}

/** True for the transaction that PostgreSQL ended to free another one, by itself or inside a library's error. */
export function isDeadlock(error: unknown): boolean {
	if (!(error instanceof Error)) return false;
	return ("code" in error && error.code === "40P01") || isDeadlock(error.cause);
}

async function once<T>(pool: Pool, work: (db: PoolClient) => Promise<T>): Promise<T> {
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
