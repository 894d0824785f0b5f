import type { FastifyBaseLogger } from "fastify";
import type { WebSocket } from "ws";
import type { SavedCall } from "../events.ts";
import type { Role } from "../protocol/basics.ts";
import { type AgentState, ClientMessage, type PbxLive, type Pop, type QueueState } from "../protocol/live.ts";
import type { Obligation, ObligationCounts } from "../protocol/obligation.ts";
import { type Connection, createConnection, encode, type Frame, type NetProgress } from "./connection.ts";
import { createCountsNews, type Owed } from "./counts-news.ts";
import type { FanOut } from "./fan-out.ts";
import { createLiveCalls } from "./live-calls.ts";
import { createMessageBudget } from "./message-budget.ts";
import type { LiveMetrics } from "./metrics.ts";
import { createPresence } from "./presence.ts";

/** What the hub knows of a person; read anew when the person changes. */
export interface LivePerson {
	readonly id: string;
	readonly name: string;
	readonly role: Role;
	readonly extension: string | null;
	readonly active: boolean;
}

/** Milliseconds. */
export interface LiveTimes {
	readonly offlineAfter: number;
	readonly stallAfter: number;
	readonly checkEvery: number;
	readonly pingEvery: number;
	readonly gatherCounts: number;
}
export const liveTimes: LiveTimes = {
	offlineAfter: 60_000,
	stallAfter: 10_000,
	checkEvery: 1_000,
	pingEvery: 20_000,
	gatherCounts: 200,
};

export interface HubDeps {
	readonly fanOut: FanOut;
	/** Everybody who may sign in. */
	people(): Promise<readonly LivePerson[]>;
	popFor(saved: SavedCall): Promise<Pop>;
	/** Null when there is no such call. */
	popOfCall(callId: string): Promise<Pop | null>;
	/** Calls in which this person's phone rings, or in which the person talks, from the database. */
	liveCallsOf(userId: string): Promise<{ ringing: Pop[]; talking: Pop[] }>;
	/** The person's own open ones, oldest first, at most 50. */
	obligations(person: LivePerson): Promise<Obligation[]>;
	counts(person: LivePerson): Promise<ObligationCounts>;
	pbxs(): readonly PbxLive[];
	/** May this role send this message? The table is in access. */
	maySend(type: ClientMessage["type"], role: Role): boolean;
	readonly version: string;
	readonly metrics: LiveMetrics;
	readonly log: FastifyBaseLogger;
	readonly now: () => number;
	readonly times?: Partial<LiveTimes>;
}

const mostSockets = 50;
/** A company has dozens; their names come from the PBX. */
const mostQueues = 1_000;

/** Codes with which the server closes; 4401 tells the client to ask who it is before it returns. */
const closing = { restart: 1012, unavailable: 1013, policy: 1008, sessionEnded: 4401 } as const;

/** Who has sockets, and who is told what. Nothing here is the only place of a fact. */
export function createHub(deps: HubDeps) {
	const { fanOut, metrics, log, now } = deps;
	const times = { ...liveTimes, ...deps.times };
	const sockets = new Map<string, Set<Connection>>();
	/** People with sockets who watch everything: they are few, and asked for at every change of presence. */
	const onlineLeads = new Set<string>();
	/** Connections to which bytes went that may not have left yet. */
	const sending = new Set<Connection>();
	const queues = new Map<string, QueueState>();
	/** When a session of this person last ended; one entry a person at most. */
	const lastEnding = new Map<string, number>();
	let people = new Map<string, LivePerson>();
	const onFailure = (error: unknown) => log.error({ err: error }, "live: something could not be told");
	const at = () => new Date(now()).toISOString();

	const tell = (userId: string, frame: Frame) => {
		for (const connection of sockets.get(userId) ?? []) connection.send(frame);
	};
	const tellLeads = (frame: Frame, except?: ReadonlySet<string>) => {
		for (const userId of onlineLeads) if (except?.has(userId) !== true) tell(userId, frame);
	};
	const noteLead = (userId: string) => {
		const person = people.get(userId);
		if (person !== undefined && leads(person) && sockets.has(userId)) onlineLeads.add(userId);
		else onlineLeads.delete(userId);
	};
	const presence = createPresence({ now, offlineAfter: times.offlineAfter, onChange: (userId) => tellState(userId) });
	const liveCalls = createLiveCalls({
		popFor: deps.popFor,
		isOnline: (userId) => sockets.has(userId),
		tell,
		tellSupervisors: tellLeads,
		stateOf: stateFrame,
		presence,
		metrics,
		now,
		onFailure,
	});
	const counts = createCountsNews({
		gather: times.gatherCounts,
		counts: (userId) => deps.counts(known(userId)),
		tell: (userId, change) => tell(userId, encode(change)),
		onFailure,
	});

	function known(userId: string): LivePerson {
		const person = people.get(userId);
		if (person === undefined) throw new Error("A socket of nobody");
		return person;
	}
	const stateOf = (person: LivePerson): AgentState => {
		const { state, since } = presence.of(person.id);
		const { id, name, extension } = person;
		return { user: { id, name }, extension, state, since: new Date(since).toISOString() };
	};
	function stateFrame(userId: string): Frame | null {
		const person = people.get(userId);
		return person === undefined ? null : encode({ type: "agent.state", at: at(), agent: stateOf(person) });
	}
	/** Presence goes to those who show it: supervisors, the person, and whoever has a card of this person's client. */
	function tellState(userId: string): void {
		const frame = stateFrame(userId);
		if (frame === null) return;
		for (const watcher of new Set([userId, ...onlineLeads, ...liveCalls.watchersOf(userId)])) tell(watcher, frame);
	}
	const readPeople = async () => {
		people = new Map((await deps.people()).map((person) => [person.id, person]));
		for (const userId of sockets.keys()) noteLead(userId);
	};
	const tellOwed = (change: Owed, assigneeId: string | null) => {
		for (const userId of sockets.keys()) {
			const person = people.get(userId);
			if (person !== undefined && (assigneeId === null || assigneeId === userId || leads(person)))
				counts.add(userId, change, assigneeId === userId);
		}
	};

	const sendSnapshot = async (connection: Connection) => {
		if (!connection.expectSnapshot()) return;
		try {
			const person = known(connection.userId);
			const [calls, obligations, figures] = await Promise.all([
				deps.liveCallsOf(person.id),
				deps.obligations(person),
				deps.counts(person),
			]);
			const shown = [...calls.ringing, ...calls.talking].flatMap((pop) => people.get(pop.owner?.id ?? "") ?? []);
			const agents = leads(person) ? [...people.values()].filter((other) => other.active) : [person, ...shown];
			connection.snapshot({
				type: "snapshot",
				at: at(),
				...calls,
				obligations,
				counts: figures,
				agents: agents.map(stateOf),
				queues: leads(person) ? [...queues.values()] : [],
				pbxs: deps.pbxs().map((pbx) => forRole(pbx, person)),
			});
		} catch (error) {
			onFailure(error);
			connection.close(closing.unavailable, "no snapshot, try again later");
		}
	};

	const drop = (connection: Connection, reason: string) => {
		metrics.dropped.inc({ reason });
		connection.terminate();
	};
	const endSessions = (userId: string, sessionId: string | null) => {
		lastEnding.set(userId, now());
		for (const connection of sockets.get(userId) ?? []) {
			if (sessionId === null || connection.sessionId === sessionId)
				connection.close(closing.sessionEnded, "session ended");
		}
	};
	const each = (work: (connection: Connection) => void) => {
		for (const own of sockets.values()) for (const connection of own) work(connection);
	};
	const checks = setInterval(() => {
		for (const connection of sending) {
			const state = connection.check(now());
			if (state === "stalled") drop(connection, "no progress");
			if (state === "needs-snapshot") void sendSnapshot(connection);
			if (state === "idle" || state === "stalled") sending.delete(connection);
		}
	}, times.checkEvery).unref();
	// Each connection has its second of the round: ten thousand pings at once would hold up a pop-up.
	const slots = Math.max(1, Math.round(times.pingEvery / times.checkEvery));
	const round: Set<Connection>[] = Array.from({ length: slots }, () => new Set());
	let arrivals = 0;
	let second = 0;
	const pings = setInterval(() => {
		second = (second + 1) % slots;
		for (const connection of round[second] ?? []) {
			if (now() >= connection.expiresAt) connection.close(closing.sessionEnded, "session ended");
			else if (!connection.ping()) drop(connection, "no pong");
		}
	}, times.checkEvery).unref();

	const changedCall = async ({ callId }: { readonly callId: string }) => {
		const pop = await deps.popOfCall(callId);
		if (pop !== null) liveCalls.matched(pop);
	};
	const stops = [
		fanOut.on("call.saved", "live", (saved) => liveCalls.saved(saved)),
		fanOut.on("call.superseded", "live", ({ callId }) => liveCalls.superseded(callId)),
		fanOut.on("call.contact", "live", changedCall),
		fanOut.on("recording.changed", "live", changedCall),
		fanOut.on("obligation.opened", "live", ({ obligation }) => {
			// While a call goes on and nobody has it, there is nothing to process yet.
			if (obligation.call.endedAt === null && obligation.assignee === null) return;
			tellOwed({ type: "obligation.opened", at: at(), obligation }, obligation.assignee?.id ?? null);
		}),
		fanOut.on("obligation.settled", "live", ({ id, callId, assigneeId }) =>
			tellOwed({ type: "obligation.settled", at: at(), id, callId }, assigneeId),
		),
		fanOut.on("user.changed", "live", async ({ userId }) => {
			const role = people.get(userId)?.role;
			await readPeople();
			tellState(userId);
			// Another role sees other things.
			if (people.get(userId)?.role !== role)
				for (const connection of sockets.get(userId) ?? []) void sendSnapshot(connection);
		}),
		fanOut.on("session.ended", "live", ({ userId, sessionId }) => endSessions(userId, sessionId)),
		fanOut.on("pbx.state", "live", ({ at: moment, ...pbx }) => {
			const said = (person: LivePerson) => encode({ type: "pbx.state", at: moment, pbx: forRole(pbx, person) });
			for (const userId of sockets.keys()) {
				const person = people.get(userId);
				if (person !== undefined) tell(userId, said(person));
			}
		}),
		fanOut.on("queue.state", "live", (queue) => {
			const key = `${queue.pbx} ${queue.queue}`;
			if (queues.size >= mostQueues && !queues.has(key)) return;
			queues.set(key, queue);
			tellLeads(encode({ type: "queue.state", at: at(), queue }));
		}),
	];

	const receive = (connection: Connection, text: string) => {
		const message = parse(text);
		const person = people.get(connection.userId);
		if (message === null || person === undefined || !person.active || !deps.maySend(message.type, person.role)) {
			metrics.refused.inc({ reason: message === null ? "message" : "role" });
			connection.close(closing.policy, message === null ? "not a message" : "not allowed");
			return;
		}
		switch (message.type) {
			case "ping":
				return connection.say({ type: "pong" });
			case "resync":
				return void sendSnapshot(connection);
			case "painted": {
				const seconds = liveCalls.painted(message.callId, connection.userId);
				if (seconds !== null)
					log.info({ callId: message.callId, userId: connection.userId, seconds }, "pop-up painted");
				return;
			}
			default:
				return message satisfies never;
		}
	};

	return {
		/** Reads who there is. Before it nobody is let in. */
		start: readPeople,
		/** Takes over an open socket of a person whose session was checked. */
		attach(
			socket: WebSocket,
			raw: NetProgress,
			session: { userId: string; sessionId: string; expiresAt: number },
		): void {
			const connection = createConnection(socket, raw, {
				...session,
				stallAfter: times.stallAfter,
				onSend: () => sending.add(connection),
			});
			const slot = round[arrivals++ % slots];
			slot?.add(connection);
			const { userId } = session;
			let onPurpose = false;
			socket.on("error", (error) => log.debug({ err: error }, "live: a socket failed"));
			const withinBudget = createMessageBudget(now);
			const spend = (): boolean => {
				const within = withinBudget();
				if (!within) {
					metrics.refused.inc({ reason: "flood" });
					connection.terminate();
				}
				return within;
			};
			// Pings of the WebSocket itself are answered by the library, but they cost the same.
			socket.on("ping", spend);
			socket.on("message", (data, binary) => {
				if (spend()) receive(connection, binary ? "" : data.toString());
			});
			socket.on("close", (code) => {
				onPurpose ||= code === closing.sessionEnded;
				metrics.sockets.dec();
				slot?.delete(connection);
				sending.delete(connection);
				const own = sockets.get(userId);
				own?.delete(connection);
				if (own?.size !== 0) return;
				sockets.delete(userId);
				onlineLeads.delete(userId);
				presence.left(userId, onPurpose);
			});
			metrics.sockets.inc();
			sockets.set(userId, (sockets.get(userId) ?? new Set()).add(connection));
			noteLead(userId);
			presence.arrived(userId);
			connection.say({ type: "hello", version: deps.version });
			void sendSnapshot(connection);
		},
		/** Whether this person exists and is active, as the hub knows it. */
		knows: (userId: string): boolean => people.get(userId)?.active === true,
		refresh: readPeople,
		/** A person with so many tabs is a mistake or an attack. */
		crowded: (userId: string): boolean => (sockets.get(userId)?.size ?? 0) >= mostSockets,
		/** Whether a session of this person ended at or after `since`: what was read before may be out of date. */
		endedSince: (userId: string, since: number): boolean => (lastEnding.get(userId) ?? -1) >= since,
		stop(): void {
			for (const stop of stops) stop();
			clearInterval(checks);
			clearInterval(pings);
			counts.stop();
			presence.stop();
			each((connection) => connection.close(closing.restart, "the server restarts"));
		},
	};
}
export type Hub = ReturnType<typeof createHub>;

const leads = (person: LivePerson) => person.role !== "agent";

/** What is wrong with a PBX and how to mend it is the admin's; that it is away concerns everybody. */
function forRole(pbx: PbxLive, person: LivePerson): PbxLive {
	return person.role === "admin" ? pbx : { ...pbx, problem: null };
}

function parse(text: string): ClientMessage | null {
	try {
		return ClientMessage.safeParse(JSON.parse(text)).data ?? null;
	} catch {
		return null;
	}
}
