import { drizzle, type NodePgDatabase } from "drizzle-orm/node-postgres";
import pg from "pg";

export type Db = NodePgDatabase;
export type Transaction = Parameters<Parameters<Db["transaction"]>[0]>[0];
export type Queryable = Db | Transaction;

/** Several roads into one database, so that a slow report never holds up a ringing phone. */
export interface Database {
	readonly url: string;
	/** For what people ask for: lists, pages, forms. */
	readonly ui: Db;
	/** For what the PBX tells: recording of calls and the read behind a pop-up. */
	readonly ingest: Db;
	/** `journal`: one connection for the raw events, so that nothing else ever waits behind them. */
	readonly pools: { readonly ui: pg.Pool; readonly ingest: pg.Pool; readonly journal: pg.Pool };
	close(): Promise<void>;
}

interface PoolShape {
	readonly max: number;
	/** Connections opened before the first query needs them. */
	readonly warm: number;
	/** Milliseconds after which the server gives a statement up. */
	readonly statementTimeout: number;
	/** Settings of the sessions, for example `-c name=value`. */
	readonly options?: string;
	/** Milliseconds after which the server gives a transaction up whose client is silent: it may hold a lock of the calls. */
	readonly idleInTransaction: number;
}

/**
 * Few statements, all prepared, all by index whatever their values: planned once a connection. Left alone PostgreSQL
 * plans those with an array of ids anew each time, which costs ten times what they do (0.6 ms to 0.06), and a plan made
 * while the tables were empty would go on reading them whole.
 */
const planOnce = "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off";

const shapes = {
	ui: { max: 12, warm: 4, statementTimeout: 10_000, idleInTransaction: 30_000 },
	ingest: { max: 6, warm: 3, statementTimeout: 5_000, idleInTransaction: 5_000, options: planOnce },
	// What takes longer goes into the spill file meanwhile. Two: one writes, one reads what a start needs.
	journal: { max: 2, warm: 1, statementTimeout: 5_000, idleInTransaction: 5_000 },
} as const satisfies Record<string, PoolShape>;

/** The server ends a statement first; only a server that answers nothing at all lets this much more time pass. */
const silenceAllowance = 2_000;

/**
 * Opens the pools. Never throws for an unreachable server: queries do. `onPoolError` hears of connections that die
 * while nobody uses them; without a listener node-postgres would end the process.
 */
export function connectDatabase(url: string, onPoolError: (pool: string, error: Error) => void): Database {
	const ui = openPool(url, "ui", shapes.ui, onPoolError);
	const ingest = openPool(url, "ingest", shapes.ingest, onPoolError);
	const journal = openPool(url, "journal", shapes.journal, onPoolError);
	const warming = Promise.all([
		warm(journal, shapes.journal.warm, (error) => onPoolError("journal", error)),
		warm(ui, shapes.ui.warm, (error) => onPoolError("ui", error)),
		warm(ingest, shapes.ingest.warm, (error) => onPoolError("ingest", error)),
	]);
	return {
		url,
		ui: drizzle({ client: ui }),
		ingest: drizzle({ client: ingest }),
		pools: { ui, ingest, journal },
		async close() {
			await warming;
			await Promise.all([ui.end(), ingest.end(), journal.end()]);
		},
	};
}

function openPool(
	url: string,
	name: string,
	shape: PoolShape,
	onPoolError: (pool: string, error: Error) => void,
): pg.Pool {
	const pool = new pg.Pool({
		connectionString: url,
		application_name: `dzvin ${name}`,
		Client: ImpatientClient,
		max: shape.max,
		...(shape.options && { options: shape.options }),
		idleTimeoutMillis: 0,
		connectionTimeoutMillis: 5_000,
		statement_timeout: shape.statementTimeout,
		query_timeout: shape.statementTimeout + silenceAllowance,
		idle_in_transaction_session_timeout: shape.idleInTransaction,
		keepAlive: true,
	});
	pool.on("error", (error) => onPoolError(name, error));
	// A client that is checked out has no listener of the pool's, and an 'error' without a listener ends the process.
	pool.on("connect", (client) => client.on("error", (error: Error) => onPoolError(name, error)));
	return pool;
}

async function warm(pool: pg.Pool, count: number, onError: (error: Error) => void): Promise<void> {
	const opened = await Promise.allSettled(Array.from({ length: count }, () => pool.connect()));
	for (const result of opened) {
		if (result.status === "fulfilled") result.value.release();
	}
	const failed = opened.find((result) => result.status === "rejected");
	if (failed) onError(failed.reason instanceof Error ? failed.reason : new Error(String(failed.reason)));
}

/**
 * A query that timed out is still under way on its connection, and the next query (the rollback, or a stranger's after
 * the pool handed the client on) would wait behind it. So the connection goes with the query.
 * https://github.com/brianc/node-postgres/issues/2716
 */
class ImpatientClient extends pg.Client {
	override query(...parameters: unknown[]): never {
		const result: unknown = Reflect.apply(super.query, this, parameters);
		if (result instanceof Promise) {
			result.catch((error: unknown) => {
				if (error instanceof Error && error.message === "Query read timeout") this.end().catch(() => {});
			});
		}
		return result as never;
	}
}
