import type { FastifyBaseLogger } from "fastify";
import type { WebSocket } from "ws";
import { type Connection, closing, createConnection, type NetProgress } from "./connection.ts";
import { createMessageBudget } from "./message-budget.ts";
import type { LiveMetrics } from "./metrics.ts";

/** Whose socket it is. */
export interface WelcomeSession {
	readonly userId: string;
	readonly sessionId: string;
	/** Epoch milliseconds at which the session ends by itself. */
	readonly expiresAt: number;
}

interface Deps {
	readonly stallAfter: number;
	readonly metrics: LiveMetrics;
	readonly log: FastifyBaseLogger;
	readonly now: () => number;
	receive(connection: Connection, text: string): void;
	/** Bytes were given to the socket. */
	onSend(connection: Connection): void;
	/** `onPurpose`: the session ended. */
	onClosed(connection: Connection, onPurpose: boolean): void;
}

/** A connection over an open socket: listens to it, and lets nobody say more than the server can bear. */
export function openConnection(socket: WebSocket, raw: NetProgress, session: WelcomeSession, deps: Deps): Connection {
	const { metrics, log, now, stallAfter } = deps;
	const connection: Connection = createConnection(socket, raw, {
		...session,
		stallAfter,
		onSend: () => deps.onSend(connection),
	});
	const withinBudget = createMessageBudget(now);
	const spend = (): boolean => {
		const within = withinBudget();
		if (!within) {
			metrics.refused.inc({ reason: "flood" });
			connection.terminate();
		}
		return within;
	};
	socket.on("error", (error) => log.debug({ err: error }, "live: a socket failed"));
	// Pings of the WebSocket itself are answered by the library, but they cost the same.
	socket.on("ping", spend);
	socket.on("message", (data, binary) => {
		if (spend()) deps.receive(connection, binary ? "" : data.toString());
	});
	socket.on("close", (code) => {
		metrics.sockets.dec();
		deps.onClosed(connection, code === closing.sessionEnded);
	});
	metrics.sockets.inc();
	return connection;
}
