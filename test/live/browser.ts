import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";
import { openLive } from "../../agent-client/src/connection/socket.ts";
import { createWelcome } from "../../agent-client/src/connection/welcome.ts";
import { createLive } from "../../agent-client/src/model/live.ts";
import { emptyPicture, fold, hashOfPicture } from "../../agent-client/src/model/picture.ts";
import { ServerMessage } from "../../server/protocol/live.ts";

interface Options {
	/** The road to the server: where the browser connects. */
	readonly base: string;
	readonly cookie: string;
	readonly me: string;
	readonly leads?: boolean;
}

/**
 * A browser without its page: the connection and the model that the page runs, with the product's own delays, pings and
 * comparisons. What rings is painted at once.
 */
export function openBrowser({ base, cookie, me, leads = false }: Options) {
	class Socket extends WebSocket {
		constructor(url: string | URL) {
			super(url, { headers: { cookie } });
			this.on("error", () => {});
		}
	}
	/** Calls whose card was on the screen, by number. */
	const shown = new Set<string>();
	const messages: ServerMessage[] = [];
	const live = createLive({
		...{ now: Date.now, random: Math.random, me: () => me, leads: () => leads, wrapUps: () => [] },
		send: (message) => link.send(message),
		afterPaint: (work) => work(),
		later: (work, milliseconds) => setTimeout(work, milliseconds).unref(),
	});
	const link = openLive({
		url: () => `${base.replace("http", "ws")}/api/live`,
		...{ now: Date.now, random: Math.random, wait: (milliseconds) => sleep(milliseconds) },
		welcome: createWelcome((within) => fetch(`${base}/health/open`, { signal: AbortSignal.timeout(within) })),
		onMessage(message) {
			messages.push(ServerMessage.parse(message));
			live.receive(message);
			for (const card of live.ringing.value) {
				shown.add(card.pop.call.number ?? "");
				live.shown(card);
			}
		},
		onDoubt: () => {},
		// What the model of the connection uses of it is the same.
		Socket: Socket as unknown as typeof globalThis.WebSocket,
	});
	return {
		...{ live, link, shown, messages, me, leads },
		isOpen: () => link.state.value.kind === "open",
		hash: () => hashOfPicture(live.picture.value, { id: me, leads }),
		end: () => link.close(),
	};
}
export type Browser = ReturnType<typeof openBrowser>;

/** The hash of the picture that the server makes anew for this person, by a connection of its own. */
export async function hashAt(base: string, cookie: string, viewer: { me: string; leads: boolean }): Promise<string> {
	const socket = new WebSocket(`${base.replace("http", "ws")}/api/live`, { headers: { cookie } });
	try {
		return await new Promise((resolve, reject) => {
			socket.on("error", reject);
			socket.on("close", () => reject(new Error("the server closed the connection")));
			socket.on("message", (data) => {
				const message = ServerMessage.parse(JSON.parse(String(data)));
				if (message.type !== "snapshot") return;
				const picture = fold(emptyPicture, message, { me: viewer.me, now: Date.now(), wrapUps: [] });
				resolve(hashOfPicture(picture, { id: viewer.me, leads: viewer.leads }));
			});
		});
	} finally {
		socket.terminate();
	}
}
