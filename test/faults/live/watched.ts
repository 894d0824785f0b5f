import { emptyPicture, fold, hashOfPicture } from "../../../agent-client/src/model/picture.ts";
import type { ServerMessage } from "../../../server/protocol/live.ts";
import { type Screen, type Server, screenOf } from "../../journal/servers.ts";

/** Kilobytes that a server may have in memory. */
const mostMemory = 512_000;
/** What is said of a link waits in memory for the next event of that link (marks.ts): after a fault that may be the last. */
const mostMarks = 20;
const waiting = /^(dzvin_(?:events|calls)_waiting\S*|dzvin_events_given_up) (\S+)$/gm;

/** Bounded: what still waits in this server when all calls are over, and whether it has grown; in words. */
export async function waitingIn(server: Pick<Server, "base" | "memory">): Promise<string[]> {
	const answer = await fetch(`${server.base}/metrics`);
	if (answer.status !== 200) return [`/metrics answers ${answer.status}`];
	const figures = [...(await answer.text()).matchAll(waiting)];
	// Events in memory and on disk, and changes of calls.
	if (figures.length < 4) return [`/metrics tells only ${figures.length} of the figures`];
	const memory = server.memory();
	return [
		...figures
			.filter(([, name, value]) => Number(value) > (name?.includes('"memory"') ? mostMarks : 0))
			.map(([line]) => line),
		...(memory > mostMemory ? [`${memory} kB in memory`] : []),
	];
}

/** Ids of the calls and obligations that these screens ever showed. */
export function shownOn(screens: readonly Pick<Screen, "messages">[]): Set<string> {
	return new Set(screens.flatMap(({ messages }) => messages.flatMap(idsIn)));
}

function idsIn(message: ServerMessage): string[] {
	if (message.type === "snapshot") {
		const pops = [...message.ringing, ...message.talking].map(({ call }) => call.id);
		return [...pops, ...message.obligations.flatMap(({ id, call }) => [id, call.id])];
	}
	if (message.type === "obligation.opened") return [message.obligation.id, message.obligation.call.id];
	return "call" in message ? [message.call.id] : [];
}

/** Converged: what this screen shows, made of all that it was told, beside what a screen is told that is opened now. */
export async function differing(one: { server: Server; cookie: string; screen: Screen }): Promise<string[]> {
	const { server, cookie, screen } = one;
	const { json } = await server.ask(cookie, "GET", "/api/me");
	const me = String(Reflect.get(Object(json), "id"));
	const fresh = await screenOf(server, cookie);
	fresh.close();
	const [shown, held] = [screen, fresh].map(({ messages }) => {
		const picture = messages.reduce(
			(before, message) => fold(before, message, { me, now: Date.now(), wrapUps: [] }),
			emptyPicture,
		);
		return hashOfPicture(picture, { id: me, leads: false });
	});
	return shown === held ? [] : [`a screen shows ${shown}, the server holds ${held}`];
}
