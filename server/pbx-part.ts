import type { FastifyBaseLogger } from "fastify";
import type { Database } from "../db/connect.ts";
import { stanzas } from "./asterisk/stanzas.ts";
import { openBreaks } from "./breaks/store.ts";
import { createReconciler } from "./calls/reconcile/reconcile.ts";
import type { CallsPart } from "./calls-part.ts";
import { createPbxs, type Pbxs } from "./company/pbxs.ts";
import { refusedLogins } from "./company/refused-logins.ts";
import type { Config } from "./config.ts";
import type { EventBus } from "./events.ts";
import { createObserver } from "./observed/observe.ts";
import { createWindows } from "./observed/windows.ts";
import { createPbxRoads, type PbxRoads } from "./pbx-roads.ts";
import type { Settings } from "./protocol/settings.ts";
import { createKeeper } from "./wrap-up/keeper.ts";

interface Deps {
	readonly database: Database;
	readonly calls: Pick<CallsPart, "ingest" | "journal" | "writer" | "recorder">;
	readonly config: Pick<Config, "secretKey">;
	readonly settings: () => Settings;
	readonly bus: EventBus;
	/** Says what is owed now of those obligations. */
	readonly tellOwed: (ids: readonly string[]) => Promise<void>;
	readonly now: () => number;
	readonly log: FastifyBaseLogger;
}

/** The company's PBXs and the roads to them: events come in, commands go out, and what was not seen is known. */
export function createPbxPart({ database, calls, config, settings, bus, tellOwed, now, log }: Deps) {
	const { ingest, journal, writer, recorder } = calls;
	const windows = createWindows(database.pools.ingest, writer.token);
	const observer = createObserver({
		windows,
		reconcile: createReconciler({ pool: database.pools.ingest, recorder, now, log, token: writer.token }),
		leads: writer.leads,
		onLost: (pbxId) => roads.lostChanged(pbxId),
		log,
		now,
	});
	// Who is kept from the queues: until a call is processed, or for a break.
	const keeper = createKeeper({
		...{ pool: database.pools.ui, bus, now, log },
		rules: () => settings().wrapUp,
		extensions: () => settings().wrapUpExtensions,
		breaks: () => openBreaks(database.pools.ui),
		leads: writer.leads,
		hasControl: (pbxId) => roads.dialable().some(({ id, control }) => id === pbxId && control),
		pause: (pbxId, order) => roads.pause(pbxId, order),
		tell: tellOwed,
	});
	const roads: PbxRoads = createPbxRoads({
		...{ ingest, journal, observer, bus, log },
		pbxs: () => pbxs,
		writer: () => writer,
		refusedLogins: (pbxId) => refusedLogins(database.pools.ingest, pbxId),
		members: keeper,
	});
	const pbxs: Pbxs = createPbxs({
		database,
		bus,
		secretKey: config.secretKey,
		stateOf: roads.stateOf,
		// Secrets are not shown again: the place to paste them is.
		stanzas: ({ events, control }) =>
			stanzas({
				events: { ...events, secret: "<the secret>" },
				control: control && { ...control, secret: "<the secret>" },
				ourAddress: null,
			}),
	});
	return { windows, observer, keeper, roads, pbxs };
}

export type PbxPart = ReturnType<typeof createPbxPart>;
