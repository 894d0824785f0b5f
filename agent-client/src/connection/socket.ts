import { signal } from "@preact/signals";
import WebSocket from "partysocket/ws";
import type { ClientMessage, ServerMessage } from "../../../server/protocol/live.ts";
import { extraDelay, probe, pulse, socketPolicy } from "./retry.ts";

/** `lost` says since when, so that the bar can count. */
export type LinkState = { kind: "connecting" } | { kind: "open" } | { kind: "lost"; since: number };

interface Deps {
	readonly url: () => string;
	readonly now: () => number;
	readonly random: () => number;
	readonly wait: (milliseconds: number) => Promise<void>;
	/**
	 * Asks by plain HTTP whether browsers may come: over how many milliseconds they should spread; null: not now, or nobody is
	 * there. A browser delays WebSockets by up to five seconds once many have failed, questions it does not.
	 */
	readonly welcome: () => Promise<number | null>;
	readonly onMessage: (message: ServerMessage) => void;
	/** The session may be over: the server said so, or does not let us in. The caller asks. */
	readonly onDoubt: () => void;
	/** What opens a connection; the browser's own when left out. */
	readonly Socket?: typeof globalThis.WebSocket;
}

/** The code with which the server closes when the session is over. */
const sessionEnded = 4401;

/**
 * The live connection. It returns by itself for ever. Pings every five seconds; once the server has
 * shown that it answers pings, silence after one means a dead link and a new connection.
 */
export function openLive(deps: Deps) {
	const state = signal<LinkState>({ kind: "connecting" });
	/** How the last connection ended, and how many tries failed since one stood. */
	let ending = { code: 0, tries: 0 };
	let closed = false;
	/** Until the server says that browsers may come; over how many milliseconds they spread. */
	const welcomed = async (): Promise<number> => {
		while (!closed) {
			const began = deps.now();
			const spread = await deps.welcome();
			if (spread !== null) return spread;
			const next = probe.every * (1 - deps.random() / 2);
			await deps.wait(Math.max(0, next - (deps.now() - began)));
		}
		return 0;
	};
	const address = async () => {
		const { code, tries } = ending;
		// Who only lost the way returns at once; where a try failed or nothing answered, the next one waits until it can succeed.
		const spread = tries > 0 ? await welcomed() : undefined;
		const delay = extraDelay(code, tries, deps.random, spread);
		if (delay > 0) await deps.wait(delay);
		return deps.url();
	};
	const socket = new WebSocket(address, [], {
		...socketPolicy(deps.random),
		maxEnqueuedMessages: 0,
		...(deps.Socket && { WebSocket: deps.Socket }),
	});
	let answersPings = false;
	let waitingSince: number | null = null;
	let wokenAt = deps.now();

	const send = (message: ClientMessage) => {
		if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
	};
	const ping = () => {
		if (socket.readyState !== socket.OPEN) return;
		if (answersPings) waitingSince ??= deps.now();
		send({ type: "ping" });
	};
	const lost = () => {
		if (state.value.kind !== "lost") state.value = { kind: "lost", since: deps.now() };
	};

	socket.addEventListener("open", () => {
		waitingSince = null;
		answersPings = false;
		ping();
	});
	socket.addEventListener("message", (event) => {
		waitingSince = null;
		const message: ServerMessage = JSON.parse(String(event.data));
		if (message.type === "pong") {
			answersPings = true;
		}
		if (message.type === "snapshot") {
			state.value = { kind: "open" };
			ending = { code: 0, tries: 0 };
		}
		deps.onMessage(message);
	});
	socket.addEventListener("close", ({ code }) => {
		ending = { code, tries: state.value.kind === "open" ? 0 : ending.tries + 1 };
		lost();
		if (code === sessionEnded || ending.tries % 5 === 1) deps.onDoubt();
	});

	/** After sleep or a change of network the old connection is worth nothing: look at once. */
	const wake = () => {
		if (socket.readyState === socket.OPEN) ping();
		else socket.reconnect();
	};
	const timer = setInterval(() => {
		const now = deps.now();
		const slept = now - wokenAt > pulse.slept;
		wokenAt = now;
		if (slept || (waitingSince !== null && now - waitingSince > pulse.answer)) {
			waitingSince = null;
			lost();
			socket.reconnect();
			return;
		}
		ping();
	}, pulse.every);

	return {
		state,
		send,
		wake,
		reconnect: () => socket.reconnect(),
		close() {
			closed = true;
			clearInterval(timer);
			socket.close();
		},
	};
}

export type LiveLink = ReturnType<typeof openLive>;
