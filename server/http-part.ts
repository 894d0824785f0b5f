import { fileURLToPath } from "node:url";
import { sql } from "drizzle-orm";
import type { FastifyBaseLogger } from "fastify";
import type { Registry } from "prom-client";
import type { Database } from "../db/connect.ts";
import { type AuditEntry, writeAudit } from "./access/audit.ts";
import type { Auth } from "./access/auth.ts";
import { guard } from "./access/guard.ts";
import { securityHeaders } from "./access/headers.ts";
import { originAllowed } from "./access/origin.ts";
import { registerAccessRoutes } from "./access/routes.ts";
import type { Users } from "./access/users.ts";
import { registerBreakRoutes } from "./breaks/routes.ts";
import { readCalls } from "./calls/queries.ts";
import { registerRecordingRoutes } from "./calls/recordings/serve.ts";
import { registerCallRoutes } from "./calls/routes.ts";
import { registerTodayRoute } from "./calls/today.ts";
import { registerWaysRoute } from "./calls/ways.ts";
import type { CallsPart } from "./calls-part.ts";
import { registerCompanyRoutes } from "./company/routes.ts";
import type { CompanySettings } from "./company/settings.ts";
import type { Config } from "./config.ts";
import { registerContactRoutes } from "./contacts/routes.ts";
import type { Demo } from "./demo/demo.ts";
import { registerDemoRoutes } from "./demo/routes.ts";
import type { EventBus } from "./events.ts";
import { registerUnseenRoutes } from "./live/routes.ts";
import { acceptSockets, registerLive } from "./live/upgrade.ts";
import type { LivePart } from "./live-part.ts";
import { registerObligationRoutes } from "./obligations/routes.ts";
import { registerObservedRoutes } from "./observed/routes.ts";
import type { PbxPart } from "./pbx-part.ts";
import type { StorageWatch } from "./storage/watch.ts";
import { registerTaskRoutes } from "./tasks/routes.ts";
import { serveClient } from "./web/client.ts";
import { registerDocs } from "./web/docs.ts";
import { registerHealth } from "./web/health.ts";
import { createHttpServer } from "./web/server.ts";
import { registerWrapUpRoutes } from "./wrap-up/routes.ts";

interface Deps {
	readonly database: Database;
	readonly config: Pick<Config, "publicUrl" | "trustProxy">;
	readonly bus: EventBus;
	readonly settings: CompanySettings;
	readonly auth: Auth;
	readonly users: Users;
	readonly calls: CallsPart;
	readonly pbx: PbxPart;
	readonly live: LivePart;
	readonly storage: Pick<StorageWatch, "live">;
	readonly demo: Demo;
	/** Says what is owed now of those obligations. */
	readonly tellOwed: (ids: readonly string[]) => Promise<void>;
	/** Folder of the built client; undefined: where the build puts it. */
	readonly client: string | undefined;
	readonly register: Registry;
	readonly version: string;
	readonly now: () => number;
	readonly log: FastifyBaseLogger;
}

/** HTTP and WebSocket: the door first, then what stands behind it. Does not listen yet. */
export async function createHttpPart(deps: Deps) {
	const { database, config, bus, settings, auth, users, calls, pbx, live, tellOwed, register, version, now, log } =
		deps;
	const pool = database.pools.ui;
	const audit = (entry: AuditEntry) => writeAudit(database.ui, entry);
	const origins = config.publicUrl === null ? [] : [config.publicUrl];

	const app = await createHttpServer({ log, trustProxy: config.trustProxy, version });
	securityHeaders(app, { https: config.publicUrl?.startsWith("https:") ?? false });
	guard(app, { origins, authenticate: async (request) => (await auth.session(request.headers))?.person ?? null });
	registerHealth(app, {
		register,
		askDatabase: () => database.ui.execute(sql`select 1`),
		storage: deps.storage.live,
		people: live.hub.people,
		now,
	});
	registerDocs(app);
	registerAccessRoutes(app, { db: database.ui, bus, auth, users, now });
	registerCompanyRoutes(app, { settings, pbxs: pbx.pbxs, audit, check: pbx.roads.check });
	registerObservedRoutes(app, { windows: pbx.windows, pbx: pbx.pbxs.find });
	registerContactRoutes(app, {
		db: database.ui,
		contacts: calls.contacts,
		callsByIds: async (_db, ids) => [...(await readCalls(pool, ids)).values()],
	});
	registerCallRoutes(app, {
		...{ pool, bus, resolve: calls.resolve, parseNumber: calls.parseNumber },
		...{ pbxs: pbx.roads.dialable, originate: pbx.roads.originate },
	});
	registerTodayRoute(app, { pool });
	registerWaysRoute(app, { pool });
	registerRecordingRoutes(app, { pool, audit, now });
	registerObligationRoutes(app, { pool, bus, settings: settings.current, readCalls });
	registerWrapUpRoutes(app, {
		...{ pool, keeper: pbx.keeper, audit, tell: tellOwed },
		extensions: () => settings.current().wrapUpExtensions,
	});
	registerBreakRoutes(app, {
		...{ pool, settings: settings.current },
		...{ list: pbx.keeper.breaks, changed: pbx.keeper.nudge },
	});
	registerTaskRoutes(app, { pool });
	registerDemoRoutes(app, { demo: deps.demo, audit });
	registerLive(app);
	registerUnseenRoutes(app, { unseen: live.unseen });
	await serveClient(app, deps.client ?? fileURLToPath(new URL("../dist/client", import.meta.url)));
	const sockets = acceptSockets(app.server, {
		hub: live.hub,
		originAllowed: (request) => originAllowed(request.headers, origins),
		signed: (request) => auth.signed(request.headers),
		async authenticate(request) {
			const session = await auth.session(request.headers);
			if (session === null) return null;
			return { userId: session.person.id, sessionId: session.person.sessionId, expiresAt: session.expiresAt };
		},
		metrics: live.metrics,
		log,
		now,
	});
	return { app, sockets };
}
