import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import type { FastifyBaseLogger } from "fastify";
import { WebSocketServer } from "ws";
import type { App } from "../http.ts";
import { createGate } from "./gate.ts";
import type { Hub } from "./hub.ts";
import type { LiveMetrics } from "./metrics.ts";

export interface UpgradeDeps {
	readonly hub: Hub;
	originAllowed(request: IncomingMessage): boolean;
	/** Null: no session, or a person who may not come in. */
	authenticate(request: IncomingMessage): Promise<{ userId: string; sessionId: string; expiresAt: number } | null>;
	readonly metrics: LiveMetrics;
	readonly log: FastifyBaseLogger;
	readonly now: () => number;
}

/** What a browser sends us is short. */
const maxPayload = 4096;
/**
 * When ten thousand browsers return at once, so many sessions are read at a time, and so many browsers may wait for it:
 * about three seconds' worth. Who comes beyond that is told to come again, rather than waiting until it gives up.
 */
const readAtOnce = 4;
const mostWaiting = 4_000;
/** Milliseconds in which a browser must answer that the connection ends; a dead one holds up neither a stop nor a sign-out. */
const closeTimeout = 1000;
const reasons = {
	401: "Unauthorized",
	403: "Forbidden",
	404: "Not Found",
	429: "Too Many Requests",
	503: "Service Unavailable",
} as const;

/** For whoever asks for `/api/live` without asking for a WebSocket. */
export function registerLive(app: App): void {
	app.get(
		"/api/live",
		{ schema: { summary: "WebSocket: a snapshot, then changes with increasing seq" } },
		(_request, reply) =>
			reply
				.code(426)
				.header("upgrade", "websocket")
				.send({ error: { code: "bad-request", message: "Speak WebSocket." } }),
	);
}

/** `/api/live` on the HTTP server: origin, then session, and only then the handshake. */
export function acceptSockets(server: Server, deps: UpgradeDeps): { stop(): void } {
	const { hub, metrics, log } = deps;
	// A name of its own, because @types/ws does not know `closeTimeout` yet and would refuse it in a literal.
	const limits = { noServer: true, maxPayload, closeTimeout, perMessageDeflate: false };
	const sockets = new WebSocketServer(limits);
	const gate = createGate(readAtOnce);
	let stopping = false;

	const refuse = (socket: Duplex, status: keyof typeof reasons, reason: string) => {
		metrics.refused.inc({ reason });
		// A visitor who never closes his end would keep the connection: after the handshake no time-out of HTTP holds any more.
		socket.once("finish", () => socket.destroy());
		socket.end(`HTTP/1.1 ${status} ${reasons[status]}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
	};
	const accept = async (request: IncomingMessage, socket: Duplex, head: Buffer) => {
		if ((request.url ?? "").split("?", 1)[0] !== "/api/live") return refuse(socket, 404, "path");
		if (!deps.originAllowed(request)) return refuse(socket, 403, "origin");
		if (stopping) return refuse(socket, 503, "stopping");
		if (gate.waiting() >= mostWaiting) return refuse(socket, 503, "busy");
		await gate.through(() => welcome(request, socket, head));
	};
	/** Reads whose session it is, and opens the socket. */
	const welcome = async (request: IncomingMessage, socket: Duplex, head: Buffer) => {
		// Whoever gave up while waiting has come again already.
		if (socket.destroyed) return;
		const began = deps.now();
		let session = await deps.authenticate(request);
		if (session === null) return refuse(socket, 401, "session");
		// Somebody who was added a moment ago on another node.
		if (!hub.knows(session.userId)) await hub.refresh();
		// Signed out between our reading of the session and now: then it is gone when read again.
		if (hub.endedSince(session.userId, began)) session = await deps.authenticate(request);
		if (session === null || !hub.knows(session.userId) || stopping) return refuse(socket, 401, "session");
		if (hub.crowded(session.userId)) return refuse(socket, 429, "crowded");
		const whose = session;
		sockets.handleUpgrade(request, socket, head, (open) => hub.attach(open, request.socket, whose));
	};
	const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
		socket.on("error", (error) => log.debug({ err: error }, "live: a handshake failed"));
		accept(request, socket, head).catch((error: unknown) => {
			log.error({ err: error }, "live: no handshake");
			refuse(socket, 503, "failure");
		});
	};
	server.on("upgrade", onUpgrade);
	return {
		stop() {
			stopping = true;
		},
	};
}
