import { setTimeout as sleep } from "node:timers/promises";
import type { Pool } from "pg";
import pg from "pg";
import { newId } from "../../db/id.ts";
import type { EventBus } from "../events.ts";
import { readTold, type Told } from "./message.ts";
import { createMissed, type MissedDeps } from "./missed.ts";

interface Deps extends Pick<MissedDeps, "people" | "sockets"> {
	/** The database's address, for the session that listens. */
	readonly url: string;
	readonly pool: Pool;
	readonly bus: EventBus;
	/** Takes over settings that another server wrote. */
	readonly refreshSettings: () => Promise<void>;
	readonly log: { warn(details: object, message: string): void };
}

export interface BetweenServers {
	start(): void;
	stop(): Promise<void>;
}

const channel = "dzvin";
/** Milliseconds between two looks for what was not heard, and before a session that broke is opened anew. */
const lookEvery = 5_000;
const again = 500;
const longestAnswer = 3_000;

/**
 * Carries to the other servers of the company what must count there at once: people's roles and extensions, sessions that
 * ended, settings. By NOTIFY of the database that they share; it keeps nothing for those who do not listen just then, so
 * every look compares what is known with what is stored.
 */
export function linkServers(deps: Deps): BetweenServers {
	const { url, pool, bus, refreshSettings, log } = deps;
	const me = newId();
	const stopping = new AbortController();
	/** Told to us by another: it is not told again. */
	let relaying = false;
	let trouble = false;
	let running: Promise<void> | null = null;

	const relay = (work: () => void) => {
		relaying = true;
		work();
		relaying = false;
	};
	const missed = createMissed({ ...deps, emit: (kind, event) => relay(() => bus.emit(kind, event)) });

	const tell = (told: Told) => {
		if (relaying || stopping.signal.aborted) return;
		pool
			.query({ name: "tell-servers", text: "select pg_notify($1, $2)", values: [channel, JSON.stringify(told)] })
			.catch((error: unknown) => log.warn({ err: error, kind: told.kind }, "The other servers are told later."));
	};
	bus.on("user.changed", "other servers", ({ userId }) => tell({ from: me, kind: "user.changed", userId }));
	bus.on("session.ended", "other servers", (ended) => tell({ from: me, kind: "session.ended", ...ended }));
	bus.on("settings.changed", "other servers", () => tell({ from: me, kind: "settings.changed" }));

	const failed = (error: unknown) => {
		if (!trouble && !stopping.signal.aborted) log.warn({ err: error }, "What other servers say is not heard now.");
		trouble = true;
	};

	function hear(payload: string | undefined): void {
		const told = readTold(payload);
		if (told === null || told.from === me) return;
		if (told.kind === "settings.changed") void refreshSettings().catch(failed);
		else if (told.kind === "user.changed") relay(() => bus.emit("user.changed", { userId: told.userId }));
		else relay(() => bus.emit("session.ended", { userId: told.userId, sessionId: told.sessionId }));
	}

	/** Listens until the session breaks. Always rejects but for a stop. */
	async function listen(): Promise<void> {
		const client = new pg.Client({
			connectionString: url,
			application_name: "dzvin servers",
			keepAlive: true,
			connectionTimeoutMillis: longestAnswer,
			query_timeout: longestAnswer,
		});
		const over = new AbortController();
		client.on("error", () => over.abort());
		client.on("end", () => over.abort());
		client.on("notification", ({ payload }) => hear(payload));
		try {
			await client.connect();
			await client.query(`listen ${channel}`);
			while (!stopping.signal.aborted) {
				// A session that is dead does not say so by itself.
				await client.query("select 1");
				await missed.look();
				trouble = false;
				const until = AbortSignal.any([stopping.signal, over.signal]);
				await sleep(lookEvery, undefined, { signal: until }).catch(() => {});
				if (over.signal.aborted) throw new Error("The session that hears other servers ended");
			}
		} finally {
			void client.end().catch(() => {});
		}
	}

	async function run(): Promise<void> {
		while (!stopping.signal.aborted) {
			await listen().catch(failed);
			await sleep(again, undefined, { signal: stopping.signal }).catch(() => {});
		}
	}

	return {
		start() {
			running ??= run();
		},
		async stop() {
			stopping.abort();
			await running;
		},
	};
}
