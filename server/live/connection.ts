import type { WebSocket } from "ws";
import type { ServerMessage } from "../protocol/live.ts";

/** A change as it leaves, without its number; the hub encodes it once for everybody who gets it. */
export type Frame = string;
type Change = Extract<ServerMessage, { seq: number }>;
/** A change before it has a number. */
export type Unnumbered<T = Change> = T extends unknown ? Omit<T, "seq"> : never;

export const encode = (change: Unnumbered): Frame => JSON.stringify(change);

/** Codes with which the server closes; 4401 tells the client to ask who it is before it returns. */
export const closing = { restart: 1012, unavailable: 1013, policy: 1008, sessionEnded: 4401 } as const;

/** Bytes that may wait for one slow browser. Beyond it changes are left out; the jump in `seq` and a new snapshot mend that. */
const mostWaiting = 1_000_000;

export interface Connection {
	readonly userId: string;
	readonly sessionId: string;
	/** Epoch milliseconds at which the session ends by itself. */
	readonly expiresAt: number;
	/** Sends a change, or keeps it until the snapshot is out. */
	send(frame: Frame): void;
	/** The number of the last change that was sent. */
	last(): number;
	isOpen(): boolean;
	/** Whether changes go out as they come: no snapshot is being made. */
	flows(): boolean;
	/** Sends what is no change and has no number. */
	say(message: ServerMessage): void;
	/** From now on changes wait for a snapshot. False when one is already being made. */
	expectSnapshot(): boolean;
	snapshot(snapshot: Unnumbered): void;
	/**
	 * Asked every second after something was sent, until it is `idle` (everything is out). `stalled`: for too long not one
	 * byte left. `needs-snapshot`: everything is out, but changes were left out before.
	 */
	check(now: number): "idle" | "busy" | "stalled" | "needs-snapshot";
	/** Asks for a sign of life; false when the last one was not answered. */
	ping(): boolean;
	close(code: number, reason: string): void;
	terminate(): void;
}

export interface ConnectionOptions {
	readonly userId: string;
	readonly sessionId: string;
	readonly expiresAt: number;
	/** Milliseconds in which at least one byte must go out while bytes wait. */
	readonly stallAfter: number;
	/** Called whenever bytes were given to the socket. */
	readonly onSend: () => void;
}

/**
 * One browser tab. Numbers are its own and without holes: what is left out for lack of room still
 * takes a number, so the client sees that something is missing.
 */
export function createConnection(socket: WebSocket, raw: NetProgress, options: ConnectionOptions): Connection {
	let seq = 0;
	/** Changes that came while a snapshot is being read; null when none is. */
	let kept: Frame[] | null = [];
	let expecting = false;
	let leftOut = false;
	let alive = true;
	let flushed = 0;
	let progressAt: number | null = null;

	const transmit = (frame: Frame) => {
		seq += 1;
		if (socket.bufferedAmount > mostWaiting) {
			leftOut = true;
			return;
		}
		socket.send(`{"seq":${seq},${frame.slice(1)}`);
		options.onSend();
	};
	socket.on("pong", () => {
		alive = true;
	});

	return {
		...options,
		send(frame) {
			if (kept === null) transmit(frame);
			else kept.push(frame);
		},
		last: () => seq,
		isOpen: () => socket.readyState === socket.OPEN,
		flows: () => kept === null,
		say(message) {
			socket.send(JSON.stringify(message));
			options.onSend();
		},
		expectSnapshot() {
			if (expecting) return false;
			expecting = true;
			kept ??= [];
			leftOut = false;
			return true;
		},
		snapshot(snapshot) {
			const waiting = kept ?? [];
			kept = null;
			expecting = false;
			transmit(encode(snapshot));
			for (const frame of waiting) transmit(frame);
		},
		check(now) {
			if (socket.bufferedAmount === 0) {
				progressAt = null;
				return leftOut ? "needs-snapshot" : "idle";
			}
			const out = raw.bytesWritten - raw.writableLength;
			if (out !== flushed || progressAt === null) {
				flushed = out;
				progressAt = now;
			}
			return now - progressAt >= options.stallAfter ? "stalled" : "busy";
		},
		ping() {
			if (!alive) return false;
			alive = false;
			socket.ping();
			return true;
		},
		close(code, reason) {
			kept = [];
			socket.close(code, reason);
		},
		terminate: () => socket.terminate(),
	};
}

/**
 * Of a `net.Socket`: bytes given to it in all, and those of them that the kernel has not taken yet.
 * Their difference only grows while the other side reads.
 */
export interface NetProgress {
	readonly bytesWritten: number;
	readonly writableLength: number;
}
