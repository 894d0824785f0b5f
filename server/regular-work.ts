import type { FastifyBaseLogger } from "fastify";
import type { Database } from "../db/connect.ts";
import { keepJournal, makeMonths } from "../db/migrate.ts";
import type { Auth } from "./access/auth.ts";
import type { CompanySettings } from "./company/settings.ts";

interface Deps {
	readonly database: Database;
	readonly auth: Pick<Auth, "sweep">;
	readonly settings: Pick<CompanySettings, "refresh">;
	readonly journalDays: number;
	readonly now: () => number;
	readonly log: FastifyBaseLogger;
}

/** What a server that runs for years does as it goes, from now until it is stopped. */
export function startRegularWork({ database, auth, settings, journalDays, now, log }: Deps): { stop(): void } {
	// The partitions of coming months are made; old events and sessions are forgotten.
	const daily = setInterval(
		() => {
			Promise.all([
				makeMonths(database.pools.ui, new Date(now())),
				keepJournal(database.pools.ui, new Date(now()), journalDays),
				auth.sweep(),
			]).catch((error: unknown) => log.error({ err: error }, "the daily work is not done"));
		},
		24 * 60 * 60_000,
	).unref();
	// What another server of ours was told counts here too.
	const rereading = setInterval(() => {
		settings.refresh().catch((error: unknown) => log.warn({ err: error }, "the settings are not read anew"));
	}, 5_000).unref();
	return {
		stop() {
			clearInterval(daily);
			clearInterval(rereading);
		},
	};
}
