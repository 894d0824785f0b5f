import { fileURLToPath } from "node:url";
import { sql } from "drizzle-orm";
import type { FastifyBaseLogger } from "fastify";
import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import { connectDatabase, type Database, type Queryable } from "../db/connect.ts";
import { keepJournal, makeMonths } from "../db/migrate.ts";
import { type AuditEntry, writeAudit } from "./access/audit.ts";
import { createAuth } from "./access/auth.ts";
import { guard } from "./access/guard.ts";
import { securityHeaders } from "./access/headers.ts";
import { originAllowed } from "./access/origin.ts";
import { messagePermissions } from "./access/permissions.ts";
import { registerAccessRoutes } from "./access/routes.ts";
import { createUsers } from "./access/users.ts";
import { startLoopbackPbx } from "./asterisk/loopback/loopback-pbx.ts";
import { stanzas } from "./asterisk/stanzas.ts";
import { followContacts } from "./calls/follow-contacts.ts";
import { createPops } from "./calls/pop.ts";
import { liveCalls, readCalls } from "./calls/queries.ts";
import { createReconciler } from "./calls/reconcile/reconcile.ts";
import { createRecorder } from "./calls/record.ts";
import { registerRecordingRoutes } from "./calls/recordings/serve.ts";
import { createRecordingWatcher } from "./calls/recordings/watcher.ts";
import { openRoad } from "./calls/road.ts";
import { registerCallRoutes } from "./calls/routes.ts";
import { registerTodayRoute } from "./calls/today.ts";
import { createPbxs } from "./company/pbxs.ts";
import { registerCompanyRoutes } from "./company/routes.ts";
import { createSettings } from "./company/settings.ts";
import type { Config } from "./config.ts";
import { createContacts } from "./contacts/contacts.ts";
import { fold } from "./contacts/fold.ts";
import { createMatcher } from "./contacts/match.ts";
import { parse } from "./contacts/number.ts";
import { registerContactRoutes } from "./contacts/routes.ts";
import { createDemo, type DemoLogin } from "./demo/demo.ts";
import { registerDemoRoutes } from "./demo/routes.ts";
import { createEventBus, type EventBus } from "./events.ts";
import { floorFigures } from "./floor-figures.ts";
import type { App } from "./http.ts";
import { memoryFanOut } from "./live/fan-out.ts";
import { createHub, type HubDeps } from "./live/hub.ts";
import { createLiveMetrics } from "./live/metrics.ts";
import { createPaintTimes } from "./live/paint-times.ts";
import { registerUnseenRoutes } from "./live/routes.ts";
import { createUnseenStore } from "./live/unseen-store.ts";
import { acceptSockets, registerLive } from "./live/upgrade.ts";
import { dayIn } from "./local-day.ts";
import { createEscalator } from "./obligations/escalate.ts";
import { countObligations, listObligations } from "./obligations/list.ts";
import { reconcileMissed } from "./obligations/missed.ts";
import { orphanObligations } from "./obligations/orphans.ts";
import { obligationsOfCalls, readObligations } from "./obligations/read.ts";
import { registerObligationRoutes } from "./obligations/routes.ts";
import { createObserver } from "./observed/observe.ts";
import { registerObservedRoutes } from "./observed/routes.ts";
import { createWindows } from "./observed/windows.ts";
import { createPbxRoads } from "./pbx-roads.ts";
import { PbxInput } from "./protocol/pbx.ts";
import { registerTaskRoutes } from "./tasks/routes.ts";
import { serveClient } from "./web/client.ts";
import { registerDocs } from "./web/docs.ts";
import { registerHealth } from "./web/health.ts";
import { createLog } from "./web/log.ts";
import { createHttpServer } from "./web/server.ts";
import { createKeeper } from "./wrap-up/keeper.ts";
import { registerWrapUpRoutes } from "./wrap-up/routes.ts";

export const version = "0.1.0";

/** What tests put in the place of the real thing: time, where the log goes, and the read behind a pop-up. */
export interface Overrides {
	readonly log?: FastifyBaseLogger;
	readonly now?: () => number;
	/** Folder of the built client. */
	readonly client?: string;
	readonly live?: Partial<
		Pick<HubDeps, "popFor" | "popOfCall" | "liveCallsOf" | "obligations" | "counts" | "unseen" | "times">
	>;
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
	/** Who may sign in to look around; empty without a demo. */
	demoLogins(): readonly DemoLogin[];
	/** Where it listens, for example `http://127.0.0.1:4400`. */
	address(): string;
}

type Caller = Parameters<ReturnType<typeof createMatcher>["resolve"]>[1];

/** Puts the server together: read it from top to bottom. */
export async function createApp(
	config: Config & { readonly databaseUrl: string },
	over: Overrides = {},
): Promise<Dzvin> {
	const now = over.now ?? Date.now;
	const log = over.log ?? createLog(config.logLevel);
	const register = new Registry();
	collectDefaultMetrics({ register });
	new Gauge({
		name: "dzvin_calls_waiting",
		help: "Changes of calls that wait to be written",
		registers: [register],
		collect() {
			this.set(ingest.waiting());
		},
	});

	let stopping = false;
	const database = connectDatabase(config.databaseUrl, (pool, error) => {
		// Connections that the database server ends while both of us stop are no news.
		if (!stopping) log.warn({ pool, err: error }, "a connection to the database failed");
	});
	const bus = createEventBus((listener, kind, error) => log.error({ listener, kind, err: error }, "a listener failed"));
	const audit = (entry: AuditEntry) => writeAudit(database.ui, entry);

	// Company
	const settings = createSettings({ database, bus, country: config.country });
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

	// Contacts
	const matcher = createMatcher({ settings: settings.current });
	const contacts = createContacts({ database, settings: settings.current, bus, now, log });
	const parseNumber = (raw: string) => {
		const number = parse(raw, settings.current());
		return number.kind === "number" ? number.e164 : null;
	};

	// Calls and what is owed for them. The road from the PBX has its own pool; people read by the other.
	const pool = database.pools.ui;
	const resolveFrom = (db: Queryable) => (caller: Caller, at: Date) => matcher.resolve(db, caller, at);
	const resolve = resolveFrom(database.ui);
	const recorder = createRecorder({
		database,
		bus,
		settings: settings.current,
		resolve: resolveFrom(database.ingest),
		obligations: { reconcileMissed, forCalls: (db, ids, known) => obligationsOfCalls(db, readCalls, ids, known) },
		log,
	});
	followContacts(database.pools.ingest, bus);
	const { ingest, journal, writer } = await openRoad({
		database,
		url: config.databaseUrl,
		dataDir: config.dataDir,
		keeps: config.journalDays > 0,
		recorder,
		bus,
		numberOf: parseNumber,
		onChange: (pbxId) => roads.leadingChanged(pbxId),
		now,
		log,
	});
	const recordings = createRecordingWatcher({ pool, bus, log });
	const pops = createPops({ db: database.pools.ingest, resolve: resolveFrom(database.ingest) });
	// Pictures of browsers that return all at once must not stand before a ringing phone's pop-up.
	const pictured = createPops({ db: pool, resolve });

	// The roads to the PBXs: events come in, commands go out.
	const windows = createWindows(database.pools.ingest);
	const observer = createObserver({
		windows,
		reconcile: createReconciler({ pool: database.pools.ingest, recorder, now, token: writer.token }),
		leads: writer.leads,
		log,
		now,
	});
	// Who is kept from the queues until a call is processed.
	const tellOwed = async (ids: readonly string[]) => {
		for (const obligation of await readObligations(pool, readCalls, ids)) {
			if (obligation.settledAt === null) bus.emit("obligation.opened", { obligation });
		}
	};
	const orphan = async () => await tellOwed((await orphanObligations(pool)).map(({ id }) => id));
	bus.on("user.changed", "obligations: of people who left", orphan);
	const escalator = createEscalator({ pool, rules: settings.current, tell: tellOwed, log });
	const keeper = createKeeper({
		...{ pool, bus, now, log },
		rules: () => settings.current().wrapUp,
		leads: writer.leads,
		hasControl: (pbxId) => roads.dialable().some(({ id, control }) => id === pbxId && control),
		pause: (pbxId, order) => roads.pause(pbxId, order),
		tell: tellOwed,
	});
	const roads = createPbxRoads({
		...{ ingest, journal, observer, bus, log },
		pbxs: () => pbxs,
		writer: () => writer,
		members: keeper,
	});
	const pbxs = createPbxs({
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

	// The demo: a PBX that is none, on the same roads.
	const demo = createDemo({
		database,
		bus,
		secretKey: config.secretKey,
		dataDir: config.dataDir,
		wanted: config.demo,
		settings: settings.current,
		startPbx: startLoopbackPbx,
		async createPbx(id, { recordingsRoot, ...pbx }) {
			await pbxs.create(PbxInput.parse({ ...pbx, recordings: { root: recordingsRoot } }), { id, demo: true });
		},
		async movePbx(id, pbx) {
			await pbxs.patch(id, pbx);
		},
		createUser: (user) => users.create(user, { id: null, ipAddress: null }),
		fold,
		async settled() {
			await roads.settled();
			await ingest.idle();
		},
		now,
		log,
	});

	// Live
	const metrics = createLiveMetrics(register);
	const unseen = createUnseenStore(pool);
	const timeZone = () => settings.current().timeZone;
	const paintTimes = createPaintTimes({
		pool,
		dayOf: (at) => dayIn(timeZone(), at),
		now,
		onFailure: (error) => log.warn({ err: error }, "times of pop-ups are not kept yet"),
	});
	const hub = createHub({
		fanOut: memoryFanOut(bus),
		people: users.colleagues,
		popFor: pops.popFor,
		popOfCall: pops.popOfCall,
		liveCallsOf: pictured.liveCallsOf,
		async obligations(person) {
			const query = { assignee: "me" as const, limit: 50 };
			return await readObligations(pool, readCalls, (await listObligations(pool, person, query)).ids);
		},
		counts: (person) => countObligations(pool, person),
		liveCalls: () => liveCalls(pool),
		floorFigures: floorFigures({ pool, unseen, paintTimes, windows, pbxs: roads.live, timeZone, now }),
		unseen,
		announce: (kind, pop) => bus.emit(kind, pop),
		onPainted: paintTimes.add,
		pbxs: roads.live,
		maySend: (type, role) => messagePermissions[type].includes(role),
		version,
		metrics,
		log,
		now,
		...over.live,
	});

	// A server that runs for years makes the partitions of coming months, and forgets old sessions, as it goes.
	const daily = setInterval(
		() => {
			Promise.all([
				makeMonths(database.pools.ui, new Date(now())),
				keepJournal(database.pools.ui, new Date(now()), config.journalDays),
				auth.sweep(),
			]).catch((error: unknown) => log.error({ err: error }, "the daily work is not done"));
		},
		24 * 60 * 60_000,
	).unref();

	// What another server of ours was told counts here too.
	const rereading = setInterval(() => {
		settings.refresh().catch((error: unknown) => log.warn({ err: error }, "the settings are not read anew"));
	}, 5_000).unref();

	// HTTP: the door first, then what stands behind it.
	const app = await createHttpServer({ log, trustProxy: config.trustProxy, version });
	securityHeaders(app, { https });
	guard(app, { origins, authenticate: async (request) => (await auth.session(request.headers))?.person ?? null });
	registerHealth(app, { register, askDatabase: () => database.ui.execute(sql`select 1`) });
	registerDocs(app);
	registerAccessRoutes(app, { db: database.ui, bus, auth, users, now });
	registerCompanyRoutes(app, { settings, pbxs, audit, check: roads.check });
	registerObservedRoutes(app, { windows, pbx: pbxs.find });
	registerContactRoutes(app, {
		db: database.ui,
		contacts,
		callsByIds: async (_db, ids) => [...(await readCalls(pool, ids)).values()],
	});
	registerCallRoutes(app, { pool, bus, resolve, parseNumber, pbxs: roads.dialable, originate: roads.originate });
	registerTodayRoute(app, { pool });
	registerRecordingRoutes(app, { pool, audit, now });
	registerObligationRoutes(app, { pool, bus, settings: settings.current, readCalls });
	registerWrapUpRoutes(app, { pool, keeper, audit, tell: tellOwed });
	registerTaskRoutes(app, { pool });
	registerDemoRoutes(app, { demo, audit });
	registerLive(app);
	registerUnseenRoutes(app, { unseen });
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
			await recorder.warm();
			await hub.start();
			await orphan();
			await app.listen({ host: config.host, port: config.port });
			await demo.start();
			await roads.start();
			observer.start();
			keeper.start();
			escalator.start();
			recordings.start();
		},
		async stop() {
			// Nothing new comes in; what came in is written; then everybody is told to come back.
			clearInterval(daily);
			clearInterval(rereading);
			sockets.stop();
			await observer.stop();
			await escalator.stop();
			await keeper.stop();
			await roads.stop();
			await demo.stop();
			await ingest.stop();
			await journal.stop();
			await writer.stop();
			await recorder.stop();
			await recordings.stop();
			hub.stop();
			await paintTimes.stop();
			await app.close();
			stopping = true;
			await database.close();
		},
		demoLogins: demo.logins,
		address() {
			const listening = app.server.address();
			if (listening === null || typeof listening === "string") throw new Error("The server does not listen");
			const { family, address: host, port } = listening;
			return family === "IPv6" ? `http://[${host}]:${port}` : `http://${host}:${port}`;
		},
	};
}
