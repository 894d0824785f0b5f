import { fileURLToPath } from "node:url";
import { sql } from "drizzle-orm";
import type { FastifyBaseLogger } from "fastify";
import { collectDefaultMetrics, Registry } from "prom-client";
import { connectDatabase, type Database } from "../db/connect.ts";
import { type AuditEntry, writeAudit } from "./access/audit.ts";
import { createAuth } from "./access/auth.ts";
import { guard } from "./access/guard.ts";
import { securityHeaders } from "./access/headers.ts";
import { originAllowed } from "./access/origin.ts";
import { messagePermissions } from "./access/permissions.ts";
import { registerAccessRoutes } from "./access/routes.ts";
import { createUsers } from "./access/users.ts";
import { createPbxs } from "./company/pbxs.ts";
import { registerCompanyRoutes } from "./company/routes.ts";
import { createSettings } from "./company/settings.ts";
import type { Config } from "./config.ts";
import { createEventBus, type EventBus } from "./events.ts";
import type { App } from "./http.ts";
import { memoryFanOut } from "./live/fan-out.ts";
import { createHub, type HubDeps } from "./live/hub.ts";
import { createLiveMetrics } from "./live/metrics.ts";
import { acceptSockets, registerLive } from "./live/upgrade.ts";
import { serveClient } from "./web/client.ts";
import { registerDocs } from "./web/docs.ts";
import { registerHealth } from "./web/health.ts";
import { createLog } from "./web/log.ts";
import { createHttpServer } from "./web/server.ts";

export const version = "0.1.0";

/** What tests put in the place of the real thing: time, where the log goes, and the read behind a pop-up. */
export interface Overrides {
	readonly log?: FastifyBaseLogger;
	readonly now?: () => number;
	/** Folder of the built client. */
	readonly client?: string;
	readonly live?: Partial<Pick<HubDeps, "popFor" | "popOfCall" | "liveCallsOf" | "obligations" | "counts" | "times">>;
}

export interface Dzvin {
	readonly app: App;
	readonly bus: EventBus;
	readonly database: Database;
	/** The first admin, made where there is nobody; answers the password that was made up, to be shown once. */
	ensureFirstAdmin(): Promise<{ email: string; password: string } | null>;
	/** Listens. `config.databaseUrl` must name a migrated database. */
	start(): Promise<void>;
	/** Takes nothing new, finishes what is under way, closes everything. */
	stop(): Promise<void>;
	/** Where it listens, for example `http://127.0.0.1:4400`. */
	address(): string;
}

/** Puts the server together: read it from top to bottom. */
export async function createApp(
	config: Config & { readonly databaseUrl: string },
	over: Overrides = {},
): Promise<Dzvin> {
	const now = over.now ?? Date.now;
	const log = over.log ?? createLog(config.logLevel);
	const register = new Registry();
	collectDefaultMetrics({ register });

	const database = connectDatabase(config.databaseUrl, (pool, error) => log.warn({ pool, err: error }, "database"));
	const bus = createEventBus((listener, kind, error) => log.error({ listener, kind, err: error }, "a listener failed"));
	const audit = (entry: AuditEntry) => writeAudit(database.ui, entry);

	// Company
	const settings = createSettings({ database, bus, country: config.country });
	const pbxs = createPbxs({
		database,
		bus,
		secretKey: config.secretKey,
		stateOf: () => null,
		stanzas: () => ({ events: "", control: "" }),
	});

	// Access
	const publicUrl = config.publicUrl;
	const https = publicUrl?.startsWith("https:") ?? false;
	const origins = publicUrl === null ? [] : [publicUrl];
	const auth = createAuth({
		db: database.ui,
		secret: config.secretKey,
		publicUrl: publicUrl ?? "http://localhost",
		log,
	});
	const users = createUsers({ db: database.ui, bus });

	// Live
	const metrics = createLiveMetrics(register);
	const hub = createHub({
		fanOut: memoryFanOut(bus),
		people: () => users.colleagues(),
		popFor: () => Promise.reject(new Error("not wired")),
		popOfCall: async () => null,
		liveCallsOf: async () => ({ ringing: [], talking: [] }),
		obligations: async () => [],
		counts: async () => ({ mine: 0, team: 0, missed: 0, overdue: 0 }),
		pbxs: () => [],
		maySend: (type, role) => messagePermissions[type].includes(role),
		version,
		metrics,
		log,
		now,
		...over.live,
	});

	// HTTP: the door first, then what stands behind it.
	const app = await createHttpServer({ log, trustProxy: config.trustProxy, version });
	securityHeaders(app, { https });
	guard(app, { origins, authenticate: async (request) => (await auth.session(request.headers))?.person ?? null });
	registerHealth(app, { register, askDatabase: () => database.ui.execute(sql`select 1`) });
	registerDocs(app);
	registerAccessRoutes(app, { db: database.ui, bus, auth, users, now });
	registerCompanyRoutes(app, { settings, pbxs, audit, check: async () => [] });
	registerLive(app);
	await serveClient(app, over.client ?? fileURLToPath(new URL("../dist/client", import.meta.url)));
	const sockets = acceptSockets(app.server, {
		hub,
		originAllowed: (request) => originAllowed(request.headers, origins),
		async authenticate(request) {
			const session = await auth.session(request.headers);
			if (session === null) return null;
			return { userId: session.person.id, sessionId: session.person.sessionId, expiresAt: session.expiresAt };
		},
		metrics,
		log,
		now,
	});

	return {
		app,
		bus,
		database,
		ensureFirstAdmin: () => users.ensureFirstAdmin({ email: config.adminEmail, password: config.adminPassword }),
		async start() {
			await settings.start();
			await hub.start();
			await app.listen({ host: config.host, port: config.port });
		},
		async stop() {
			sockets.stop();
			hub.stop();
			await app.close();
			await database.close();
		},
		address() {
			const listening = app.server.address();
			if (listening === null || typeof listening === "string") throw new Error("The server does not listen");
			const { family, address: host, port } = listening;
			return family === "IPv6" ? `http://[${host}]:${port}` : `http://${host}:${port}`;
		},
	};
}
