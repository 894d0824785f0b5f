import type { FastifyBaseLogger } from "fastify";
import type { WebSocket } from "ws";
import type { SavedCall } from "../events.ts";
import type { Call } from "../protocol/call.ts";
import type { FloorFigures, UnseenPop } from "../protocol/floor.ts";
import type { ClientMessage, PbxLive, Pop, StorageLive } from "../protocol/live.ts";
import { createAgentStates } from "./agent-states.ts";
import { createAudience } from "./audience.ts";
import { closing, encode, type NetProgress } from "./connection.ts";
import { createCountsNews } from "./counts-news.ts";
import type { FanOut } from "./fan-out.ts";
import { createFloor } from "./floor.ts";
import { createLiveCalls } from "./live-calls.ts";
import { createReceiver } from "./messages.ts";
import type { LiveMetrics } from "./metrics.ts";
import { tellNews } from "./news.ts";
import { openConnection, type WelcomeSession } from "./open-connection.ts";
import { forRole, type LivePerson, leads } from "./person.ts";
import { createPictures, type PictureReads } from "./pictures.ts";
import { createPresence } from "./presence.ts";
import { createQueueStates } from "./queue-states.ts";
import { createRounds } from "./rounds.ts";
import { createUnseenNews } from "./unseen-news.ts";
import type { UnseenStore } from "./unseen-store.ts";

/** Milliseconds. */
export interface LiveTimes {
	readonly offlineAfter: number;
	readonly stallAfter: number;
	readonly checkEvery: number;
	readonly pingEvery: number;
	/** Each browser's picture is compared with the server's once in so long. */
	readonly compareEvery: number;
	readonly gatherCounts: number;
	readonly floorEvery: number;
}
export const liveTimes: LiveTimes = {
	offlineAfter: 60_000,
	stallAfter: 10_000,
	checkEvery: 1_000,
	pingEvery: 20_000,
	compareEvery: 300_000,
	gatherCounts: 200,
	floorEvery: 2_000,
};
/** Changes of calls are gathered so long (ms) for the floor. */
const gatherFloor = 250;

export interface HubDeps extends PictureReads {
	readonly fanOut: FanOut;
	/** Everybody who may sign in. */
	people(): Promise<readonly LivePerson[]>;
	popFor(saved: SavedCall): Promise<Pop>;
	/** Null when there is no such call. */
	popOfCall(callId: string): Promise<Pop | null>;
	/** Every call that goes on. */
	liveCalls(): Promise<readonly Call[]>;
	floorFigures(): Promise<FloorFigures>;
	readonly unseen: Pick<UnseenStore, "note" | "seen">;
	/** Whether what the database did not take it may take later. */
	mayPass(error: unknown): boolean;
	announce(kind: "pop.unseen" | "pop.seen", unseen: UnseenPop): void;
	/** A pop-up took so many seconds from the PBX's event to the screen. */
	onPainted(seconds: number): void;
	pbxs(): readonly PbxLive[];
	storage(): StorageLive;
	/** May this role send this message? The table is in access. */
	maySend(type: ClientMessage["type"], role: LivePerson["role"]): boolean;
	readonly version: string;
	readonly metrics: LiveMetrics;
	readonly log: FastifyBaseLogger;
	readonly now: () => number;
	readonly times?: Partial<LiveTimes>;
}

/** Who has sockets, and who is told what. Nothing here is the only place of a fact. */
export function createHub(deps: HubDeps) {
	const { fanOut, metrics, log, now } = deps;
	const times = { ...liveTimes, ...deps.times };
	const at = () => new Date(now()).toISOString();
	/** Something could not be told: browsers may show what is no more. */
	let doubtful = false;
	const onFailure = (error: unknown) => {
		doubtful = true;
		log.error({ err: error }, "live: something could not be told");
	};
	/** When a session of this person last ended; one entry a person at most. */
	const lastEnding = new Map<string, number>();
	const audience = createAudience(deps.people);
	const { tell } = audience;
	const queues = createQueueStates();

	const presence = createPresence({
		now,
		offlineAfter: times.offlineAfter,
		onChange: (userId) => states.tell(userId, liveCalls.watchersOf(userId)),
	});
	const states = createAgentStates({ audience, presence, at });

	const unseen = createUnseenNews({
		store: deps.unseen,
		audience,
		callOf: (callId) => liveCalls.find(callId),
		announce: (pop) => deps.announce("pop.unseen", pop),
		announceSeen: (pop) => deps.announce("pop.seen", pop),
		mayPass: deps.mayPass,
		at,
		now,
		onFailure,
	});
	const liveCalls = createLiveCalls({
		popFor: deps.popFor,
		isOnline: audience.isOnline,
		tell,
		tellSupervisors: audience.tellLeads,
		stateOf: states.frame,
		rings: unseen.rings,
		stops: unseen.stops,
		over: unseen.over,
		presence,
		metrics,
		now,
		onFailure,
	});
	const counts = createCountsNews({
		gather: times.gatherCounts,
		counts: (userId) => deps.counts(audience.known(userId)),
		tell: (userId, change) => tell(userId, encode(change)),
		isOnline: audience.isOnline,
		onFailure,
	});
	const floor = createFloor({
		liveCalls: deps.liveCalls,
		figures: deps.floorFigures,
		person: audience.person,
		every: times.floorEvery,
		gather: gatherFloor,
		at,
		onFailure,
	});
	const pictures = createPictures({
		liveCallsOf: deps.liveCallsOf,
		obligations: deps.obligations,
		counts: deps.counts,
		known: audience.known,
		inMemory(person, shown) {
			const owners = shown.flatMap((userId) => audience.person(userId) ?? []);
			return {
				agents: (leads(person) ? audience.active() : [person, ...owners]).map(states.of),
				queues: leads(person) ? queues.all() : [],
				pbxs: deps.pbxs().map((pbx) => forRole(pbx, person)),
				unseen: unseen.of(person),
				storage: deps.storage(),
			};
		},
		metrics,
		at,
		onFailure,
	});
	const rounds = createRounds({
		...times,
		now,
		onNeedsSnapshot: (connection) => void pictures.send(connection),
		onCompare: (connection) => void pictures.compare(connection),
		onDropped: (reason) => metrics.dropped.inc({ reason }),
	});
	/** Once pictures can be read again, everybody's is compared, not only with its turn. */
	const settleDoubts = async () => {
		const [somebody] = doubtful ? audience.online() : [];
		if (somebody === undefined) return;
		doubtful = false;
		try {
			await deps.counts(somebody);
		} catch {
			doubtful = true;
			return;
		}
		for (const connection of audience.connections()) void pictures.compare(connection);
	};
	const looks = setInterval(() => {
		unseen.look();
		void settleDoubts();
	}, times.checkEvery).unref();

	const stops = tellNews({
		...{ fanOut, audience, presence, liveCalls, counts, queues, unseen, floor, metrics, at, onFailure },
		async changedCall(callId) {
			const pop = await deps.popOfCall(callId);
			if (pop === null) return;
			liveCalls.matched(pop);
			if (pop.call.endedAt === null) floor.saved(pop.call);
		},
		async changedPerson(userId) {
			const role = audience.person(userId)?.role;
			await audience.refresh();
			states.tell(userId, liveCalls.watchersOf(userId));
			// Another role sees other things.
			if (audience.person(userId)?.role === role) return;
			for (const connection of audience.connectionsOf(userId)) void pictures.send(connection);
		},
		endSessions(userId, sessionId) {
			lastEnding.set(userId, now());
			for (const connection of audience.connectionsOf(userId)) {
				if (sessionId === null || connection.sessionId === sessionId)
					connection.close(closing.sessionEnded, "session ended");
			}
		},
	});

	const receive = createReceiver({
		audience,
		maySend: deps.maySend,
		metrics,
		handlers: {
			ping: (_message, connection) => connection.say({ type: "pong", last: connection.last() }),
			resync({ because }, connection) {
				metrics.resyncs.inc({ reason: because ?? "gap" });
				void pictures.send(connection);
			},
			painted({ callId }, _connection, { id: userId }) {
				unseen.painted(callId, userId);
				const seconds = liveCalls.painted(callId, userId);
				if (seconds === null) return;
				deps.onPainted(seconds);
				log.info({ callId, userId, seconds }, "pop-up painted");
			},
			seen: ({ id }, _connection, person) => unseen.saw(id, person),
			watch(message, connection) {
				if (message.floor) void floor.watch(connection);
				else floor.leave(connection);
			},
		},
	});

	return {
		/** Reads who there is. Before it nobody is let in. */
		start: audience.refresh,
		/** Takes over an open socket of a person whose session was checked. */
		attach(socket: WebSocket, raw: NetProgress, session: WelcomeSession): void {
			const connection = openConnection(socket, raw, session, {
				...{ stallAfter: times.stallAfter, metrics, log, now, receive },
				onSend: rounds.watch,
				onClosed(closed, onPurpose) {
					rounds.leave(closed);
					floor.leave(closed);
					if (audience.leave(closed)) presence.left(closed.userId, onPurpose);
				},
			});
			rounds.join(connection);
			audience.join(connection);
			presence.arrived(connection.userId);
			connection.say({ type: "hello", version: deps.version });
			void pictures.send(connection);
		},
		/** Whether this person exists and is active, as the hub knows it. */
		knows: (userId: string): boolean => audience.person(userId)?.active === true,
		refresh: audience.refresh,
		/** How many people may come. */
		people: (): number => audience.active().length,
		crowded: audience.isCrowded,
		/** Every open socket, with whose session it is. */
		sockets: audience.connections,
		/** Whether a session of this person ended at or after `since`: what was read before may be out of date. */
		endedSince: (userId: string, since: number): boolean => (lastEnding.get(userId) ?? -1) >= since,
		stop(): void {
			for (const stop of stops) stop();
			clearInterval(looks);
			rounds.stop();
			counts.stop();
			presence.stop();
			floor.stop();
			for (const connection of audience.connections()) connection.close(closing.restart, "the server restarts");
		},
	};
}
export type Hub = ReturnType<typeof createHub>;
