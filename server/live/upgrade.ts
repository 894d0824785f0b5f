import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { FastifyBaseLogger } from "fastify";
import { WebSocketServer } from "ws";
import type { App } from "../http.ts";
import type { Hub } from "./hub.ts";
import type { LiveMetrics } from "./metrics.ts";
import { createWaitingLine } from "./waiting-line.ts";

export interface UpgradeDeps {
	readonly hub: Pick<Hub, "knows" | "refresh" | "endedSince" | "crowded" | "attach">;
	originAllowed(request: IncomingMessage): boolean;
	/** Whether a cookie of ours is there at all, without asking anybody: a stranger takes nobody's place in the line. */
	signed(request: IncomingMessage): boolean;
	/** Null: no session, or a person who may not come in. */
	authenticate(request: IncomingMessage): Promise<{ userId: string; sessionId: string; expiresAt: number } | null>;
	readonly metrics: LiveMetrics;
	readonly log: FastifyBaseLogger;
	readonly now: () => number;
}

/** What a browser sends us is short. */
const maxPayload = 4096;
/**
 * When ten thousand browsers return at once they take turns: a few together, their sessions read by few statements, then
 * the loop is everybody else's for ten milliseconds. So many may wait as come in before browsers give up (ten seconds);
 * who comes beyond that is told to come again.
 */
const pace = { perSecond: 1_000, together: 64, most: 8_000 } as const;
const restFor = 10;
/** Milliseconds in which a browser must answer that the connection ends; a dead one holds up neither a stop nor a sign-out. */
const closeTimeout = 1000;
const reasons = {
	401: "Unauthorized",
	403: "Forbidden",
	404: "Not Found",
	429: "Too Many Requests",
	503: "Service Unavailable",
} as const;

interface Visitor {
	readonly request: IncomingMessage;
	readonly socket: Duplex;
	readonly head: Buffer;
	/** From now on somebody else reads the socket. */
	stopWatching(): void;
}

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
	let stopping = false;

	const refuse = (socket: Duplex, status: keyof typeof reasons, reason: string) => {
		metrics.refused.inc({ reason });
		// A visitor who never closes his end would keep the connection: after the handshake no time-out of HTTP holds any more.
		socket.once("finish", () => socket.destroy());
		socket.end(`HTTP/1.1 ${status} ${reasons[status]}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
	};
	const failed = (socket: Duplex, error: unknown) => {
		log.error({ err: error }, "live: no handshake");
		refuse(socket, 503, "failure");
	};
	/** Reads whose session it is, and opens the socket. */
	const welcome = async ({ request, socket, head }: Visitor) => {
		const began = deps.now();
		let session = await deps.authenticate(request);
		if (stopping) return refuse(socket, 503, "stopping");
		if (session === null) return refuse(socket, 401, "session");
		// Somebody who was added a moment ago on another node.
		if (!hub.knows(session.userId)) await hub.refresh();
		// Signed out between our reading of the session and now: then it is gone when read again.
		if (hub.endedSince(session.userId, began)) session = await deps.authenticate(request);
		if (session === null || !hub.knows(session.userId) || stopping) return refuse(socket, 401, "session");
		if (hub.crowded(session.userId)) return refuse(socket, 429, "crowded");
		const whose = session;
		// The answer and the first message leave in one write: of what a handshake costs, most is the kernel's.
		socket.cork();
		sockets.handleUpgrade(request, socket, head, (open) => hub.attach(open, request.socket, whose));
		socket.uncork();
	};
	const line = createWaitingLine<Visitor>({
		...{ ...pace, rest: () => sleep(restFor), now: () => performance.now() },
		async welcome(visitor) {
			visitor.stopWatching();
			await welcome(visitor).catch((error: unknown) => failed(visitor.socket, error));
		},
	});
	const accept = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
		if ((request.url ?? "").split("?", 1)[0] !== "/api/live") return refuse(socket, 404, "path");
		if (!deps.originAllowed(request)) return refuse(socket, 403, "origin");
		if (!deps.signed(request)) return refuse(socket, 401, "session");
		if (stopping) return refuse(socket, 503, "stopping");
		const visitor = { request, socket, head, stopWatching: whenGone(socket, () => line.leave(visitor)) };
		if (!line.join(visitor)) {
			visitor.stopWatching();
			refuse(socket, 503, "busy");
		}
	};
	const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
		socket.on("error", (error) => log.debug({ err: error }, "live: a handshake failed"));
		try {
			accept(request, socket, head);
		} catch (error) {
			failed(socket, error);
		}
	};
	server.on("upgrade", onUpgrade);
	return {
		/** Nobody is let in any more, and those who wait are told to come again. */
		stop() {
			stopping = true;
			for (const { socket, stopWatching } of line.clear()) {
				stopWatching();
				refuse(socket, 503, "stopping");
			}
		},
	};
}

/**
 * Says when a browser gave up before its handshake, and closes our end. It may not say a word before our answer; what
 * can be read is the end of what it sends, and nobody else would notice that. Answers how to stop watching.
 */
function whenGone(socket: Duplex, gone: () => void): () => void {
	const look = () => {
		if (socket.readableLength === 0) socket.destroy();
	};
	socket.on("readable", look);
	socket.once("close", gone);
	return () => {
		socket.off("readable", look);
		socket.off("close", gone);
	};
}
