import type { FastifyBaseLogger } from "fastify";
import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import { connectDatabase, type Database } from "../db/connect.ts";
import { createAuth } from "./access/auth.ts";
import { createUsers } from "./access/users.ts";
import { startLoopbackPbx } from "./asterisk/loopback/loopback-pbx.ts";
import { linkServers } from "./between/servers.ts";
import { readCalls } from "./calls/queries.ts";
import { createCallsPart } from "./calls-part.ts";
import { createSettings } from "./company/settings.ts";
import type { Config } from "./config.ts";
import { fold } from "./contacts/fold.ts";
import { createDemo, type DemoLogin } from "./demo/demo.ts";
import { createEventBus, type EventBus } from "./events.ts";
import type { App } from "./http.ts";
import { createHttpPart } from "./http-part.ts";
import { createLivePart, type LiveOverrides } from "./live-part.ts";
import { createEscalator } from "./obligations/escalate.ts";
import { orphanObligations } from "./obligations/orphans.ts";
import { readObligations } from "./obligations/read.ts";
import { createPbxPart, type PbxPart } from "./pbx-part.ts";
import { PbxInput } from "./protocol/pbx.ts";
import { startRegularWork } from "./regular-work.ts";
import { watchStorage } from "./storage/watch.ts";
import { createLog } from "./web/log.ts";

export const version = "0.1.0";

/** What tests put in the place of the real thing: time, where the log goes, and the read behind a pop-up. */
export interface Overrides {
	readonly log?: FastifyBaseLogger;
	readonly now?: () => number;
	/** Folder of the built client. */
	readonly client?: string;
	readonly live?: LiveOverrides;
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
			this.set(calls.ingest.waiting());
		},
	});

	let stopping = false;
	const database = connectDatabase(config.databaseUrl, (pool, error) => {
		// Connections that the database server ends while both of us stop are no news.
		if (!stopping) log.warn({ pool, err: error }, "a connection to the database failed");
	});
	const pool = database.pools.ui;
	const bus = createEventBus((listener, kind, error) => log.error({ listener, kind, err: error }, "a listener failed"));

	// The company, and who may come in
	const company = createSettings({ database, bus, country: config.country });
	const settings = company.current;
	const auth = createAuth({
		db: database.ui,
		secret: config.secretKey,
		publicUrl: config.publicUrl ?? "http://localhost",
		log,
	});
	const users = createUsers({ db: database.ui, bus });

	// Clients and their calls
	const onLeading = (pbxId: string) => pbx.roads.leadingChanged(pbxId);
	const calls = await createCallsPart({ database, config, settings, bus, onLeading, now, log });

	const storage = watchStorage({
		...{ dataDir: config.dataDir, trouble: calls.journal.trouble, waiting: calls.journal.waiting },
		...{ bus, register, now, log },
	});

	// What is owed for them
	const tellOwed = async (ids: readonly string[]) => {
		for (const obligation of await readObligations(pool, readCalls, ids)) {
			if (obligation.settledAt === null) bus.emit("obligation.opened", { obligation });
		}
	};
	const orphan = async () => await tellOwed((await orphanObligations(pool)).map(({ id }) => id));
	bus.on("user.changed", "obligations: of people who left", orphan);
	const escalator = createEscalator({ pool, rules: settings, tell: tellOwed, log });

	// PBXs: events come in, commands go out
	const pbx: PbxPart = createPbxPart({ database, calls, config, settings, bus, tellOwed, now, log });

	// The demo: a PBX that is none, on the same roads.
	const demo = createDemo({
		database,
		bus,
		secretKey: config.secretKey,
		dataDir: config.dataDir,
		wanted: config.demo,
		settings,
		startPbx: startLoopbackPbx,
		async createPbx(id, { recordingsRoot, ...one }) {
			await pbx.pbxs.create(PbxInput.parse({ ...one, recordings: { root: recordingsRoot } }), { id, demo: true });
		},
		async movePbx(id, where) {
			await pbx.pbxs.patch(id, where);
		},
		createUser: (user) => users.create(user, { id: null, ipAddress: null }),
		fold,
		async settled() {
			await pbx.roads.settled();
			await calls.ingest.idle();
		},
		now,
		log,
	});

	// What people see
	const live = createLivePart({
		...{ pool, bus, users, calls, pbx, storage, settings, register, version, now, log },
		over: over.live ?? {},
	});
	const { app, sockets } = await createHttpPart({
		...{ database, config, bus, settings: company, auth, users, calls, pbx, live, storage, demo, tellOwed },
		...{ client: over.client, register, version, now, log },
	});
	const others = linkServers({
		...{ url: config.databaseUrl, pool, bus, people: users.colleagues, sockets: live.hub.sockets },
		...{ refreshSettings: company.refresh, log },
	});
	const regularWork = startRegularWork({
		...{ database, auth, settings: company, journalDays: config.journalDays, now, log },
	});

	return {
		app,
		bus,
		database,
		ensureFirstAdmin: () => users.ensureFirstAdmin({ email: config.adminEmail, password: config.adminPassword }),
		async start() {
			await company.start();
			await calls.recorder.warm();
			await live.hub.start();
			storage.start();
			others.start();
			await orphan();
			await app.listen({ host: config.host, port: config.port });
			await demo.start();
			await pbx.roads.start();
			pbx.observer.start();
			pbx.keeper.start();
			escalator.start();
			calls.recordings.start();
		},
		async stop() {
			// Nothing new comes in; what came in is written; then everybody is told to come back.
			regularWork.stop();
			sockets.stop();
			storage.stop();
			await others.stop();
			await pbx.observer.stop();
			await escalator.stop();
			await pbx.keeper.stop();
			await pbx.roads.stop();
			await demo.stop();
			await calls.ingest.stop();
			await calls.journal.stop();
			await calls.writer.stop();
			await calls.recorder.stop();
			await calls.recordings.stop();
			live.hub.stop();
			await live.paintTimes.stop();
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
