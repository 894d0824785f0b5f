import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import type { Log } from "./log.ts";

/** Who is told; see `Ingest`. */
export interface Leading {
	/** This server writes the calls of the PBX from now on, with this token. `anew`: others may have written before. */
	lead(pbxId: string, token: number, anew: boolean): void;
	/** Another server writes them. */
	standBy(pbxId: string): void;
	/** Another server holds the lock at this moment: it has what came until some seconds ago. */
	othersLead(pbxId: string): void;
}

export interface SingleWriterDeps {
	readonly url: string;
	readonly leading: () => Leading;
	/** Leading or not has changed. */
	readonly onChange: (pbxId: string) => void;
	readonly log: Log;
}

/** Sees to it that one server at a time writes the calls of a PBX. */
export interface SingleWriter {
	/** The PBXs to write for. Takes their locks at once where nobody has them. */
	setPbxs(ids: readonly string[]): void;
	leads(pbxId: string): boolean;
	/** What every write names; one that fits nothing while another server writes. */
	token(pbxId: string): number;
	/** Gives the locks back. */
	stop(): Promise<void>;
}

/** Milliseconds between two looks: a server that was killed is replaced after this, and the lock's session never sleeps. */
const lookEvery = 400;
/**
 * PostgreSQL ends a lock's session that says nothing for so long: a host that vanished, a process that is frozen. Its
 * clients' keep-alives would not tell the second, and the first only after minutes.
 */
const silentFor = "5s";
/** Longer than a write of the server before us can hold our token up (its transaction is ended after 5 s of silence). */
const longestAnswer = 9_000;

const lockOf = "hashtextextended(id::text, 4736905253)";

/**
 * A session advisory lock for each PBX, on one connection of its own, and a token that every holder counts up. The lock
 * says who leads; the token, checked by every write in its own transaction, keeps those out who do not know better.
 */
export function createSingleWriter({ url, leading, onChange, log }: SingleWriterDeps): SingleWriter {
	const stopping = new AbortController();
	const tokens = new Map<string, number>();
	/** Locked by the present session. */
	const locked = new Set<string>();
	let wanted: readonly string[] = [];
	let client: pg.Client | null = null;
	let wake = () => {};
	let trouble = false;

	async function session(): Promise<pg.Client> {
		if (client !== null) return client;
		const opened = new pg.Client({
			connectionString: url,
			application_name: "dzvin writer",
			keepAlive: true,
			connectionTimeoutMillis: 3_000,
			query_timeout: longestAnswer,
		});
		const lose = () => {
			if (client === opened) client = null;
			locked.clear();
		};
		opened.on("error", lose);
		opened.on("end", lose);
		await opened.connect();
		await opened.query(`set idle_session_timeout = '${silentFor}'`);
		locked.clear();
		client = opened;
		return opened;
	}

	async function look(): Promise<void> {
		const db = await session();
		for (const id of [...locked]) if (!wanted.includes(id)) await giveBack(db, id);
		const open = wanted.filter((id) => !locked.has(id));
		const { rows } = await db.query<{ id: string; got: boolean }>(
			`select id, pg_try_advisory_lock(${lockOf}) as got from unnest($1::uuid[]) id`,
			[open],
		);
		for (const { id, got } of rows) {
			if (got) await begin(db, id);
			else await follow(db, id);
		}
		trouble = false;
	}

	async function begin(db: pg.Client, id: string): Promise<void> {
		locked.add(id);
		const { rows } = await db.query<{ token: string }>(
			`insert into pbx_writers (pbx_id, token, holder) select id, 1, $2 from pbxs where id = $1
			on conflict (pbx_id) do update set token = pbx_writers.token + 1, holder = excluded.holder, taken_at = now()
			returning token`,
			[id, `${hostname()} ${process.pid}`],
		);
		// Taken away meanwhile.
		if (!rows[0] || !wanted.includes(id)) return;
		const token = Number(rows[0].token);
		// Only our session broke: nobody wrote in between.
		const anew = tokens.get(id) !== token - 1;
		tokens.set(id, token);
		leading().lead(id, token, anew);
		if (anew) onChange(id);
	}

	/** Another session has the lock; it may be our own old one, until the server notices: then nobody took our token. */
	async function follow(db: pg.Client, id: string): Promise<void> {
		const mine = tokens.get(id);
		if (mine !== undefined) {
			const { rows } = await db.query<{ token: string }>("select token from pbx_writers where pbx_id = $1", [id]);
			if (Number(rows[0]?.token) === mine) return;
			tokens.delete(id);
			log.warn({ pbxId: id }, "Another server writes the calls of this PBX now.");
			leading().standBy(id);
			onChange(id);
		}
		leading().othersLead(id);
	}

	async function giveBack(db: pg.Client, id: string): Promise<void> {
		locked.delete(id);
		tokens.delete(id);
		await db.query(`select pg_advisory_unlock(${lockOf}) from (select $1::uuid as id) one`, [id]);
	}

	async function run(): Promise<void> {
		while (!stopping.signal.aborted) {
			try {
				await look();
			} catch (error) {
				if (!trouble) log.warn({ err: error }, "The locks of the PBXs are out of reach.");
				trouble = true;
				const broken = client;
				client = null;
				locked.clear();
				// Of a server that does not answer there is no good-bye to wait for.
				void broken?.end().catch(() => {});
			}
			const pause = new AbortController();
			wake = () => pause.abort();
			await sleep(lookEvery, undefined, { signal: pause.signal }).catch(() => {});
		}
		await client?.end().catch(() => {});
	}

	let running: Promise<void> | null = null;
	return {
		setPbxs(ids) {
			for (const id of tokens.keys()) if (!ids.includes(id)) tokens.delete(id);
			wanted = ids;
			running ??= run();
			wake();
		},
		leads: (id) => tokens.has(id),
		token: (id) => tokens.get(id) ?? -1,
		async stop() {
			stopping.abort();
			wake();
			await running;
		},
	};
}
