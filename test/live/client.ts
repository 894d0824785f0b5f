import { WebSocket } from "ws";
import { createLive } from "../../agent-client/src/model/live.ts";
import { hashOfPicture } from "../../agent-client/src/model/picture.ts";
import { ServerMessage } from "../../server/protocol/live.ts";

interface Options {
	readonly base: string;
	readonly cookie: string;
	readonly me: string;
	readonly leads?: boolean;
}

/**
 * A whole client without its page: the model that the browser runs, on a real socket. Faults are put between the two:
 * messages that get lost, a tab that sleeps, a way that is cut.
 */
export function openClient({ base, cookie, me, leads = false }: Options) {
	const asked: string[] = [];
	const heartbeats: { at: number; hash: string; own: string }[] = [];
	let socket: WebSocket | null = null;
	let lose: (message: ServerMessage) => boolean = () => false;
	let painting = true;
	const waiting = new Set<() => void>();

	const live = createLive({
		now: Date.now,
		me: () => me,
		leads: () => leads,
		wrapUps: () => [],
		send(message) {
			if (message.type === "resync") asked.push(message.because ?? "gap");
			if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
		},
		afterPaint: (work) => work(),
		later: (work, milliseconds) => setTimeout(work, milliseconds).unref(),
		random: Math.random,
	});
	const own = () => hashOfPicture(live.picture.value, { id: me, leads });

	async function connect(at = base): Promise<void> {
		const opened = new WebSocket(`${at.replace("http", "ws")}/api/live`, { headers: { cookie } });
		opened.on("error", () => {});
		opened.on("message", (data) => {
			const message = ServerMessage.parse(JSON.parse(data.toString()));
			if (lose(message)) return;
			live.receive(message);
			if (message.type === "heartbeat") heartbeats.push({ at: Date.parse(message.at), hash: message.hash, own: own() });
			if (painting) for (const card of live.ringing.value) live.shown(card);
			for (const look of waiting) look();
		});
		await new Promise<void>((resolve, reject) => {
			opened.once("open", () => resolve());
			opened.once("unexpected-response", () => reject(new Error("refused")));
			opened.once("close", () => reject(new Error("closed")));
		});
		socket = opened;
	}

	return {
		live,
		asked,
		heartbeats,
		connect,
		hash: own,
		/** Waits until what came makes it true. */
		until: (condition: () => boolean): Promise<void> =>
			new Promise((resolve) => {
				const look = () => {
					if (!condition()) return;
					waiting.delete(look);
					resolve();
				};
				waiting.add(look);
				look();
			}),
		say: (message: unknown) => socket?.send(JSON.stringify(message)),
		ping: () => socket?.send('{"type":"ping"}'),
		/** Loses what fits, as if it had never been sent. */
		lose(fits: (message: ServerMessage) => boolean): void {
			lose = fits;
		},
		/** The page is hidden: nothing is painted. */
		hide(): void {
			painting = false;
		},
		sleep: () => socket?.pause(),
		wake(): void {
			socket?.resume();
			socket?.send('{"type":"ping"}');
		},
		cut: () => socket?.terminate(),
	};
}
export type Client = ReturnType<typeof openClient>;
