import type { PbxEvent } from "../../server/pbx-event.ts";
import { pictureAfter } from "../calls/picture.ts";
import { StandInDatabase } from "./database.ts";
import type { Knowledge } from "./knowledge.ts";
import { judge, type Verdict } from "./oracle.ts";
import type { Pbx } from "./pbx.ts";
import { isTie } from "./schedule.ts";
import { SimulatedServer } from "./server.ts";

/** A link that is cut once. */
export interface Cut {
	/** Events that came before it. */
	readonly after: number;
	/** Events that are told into nothing until the link is back. */
	readonly lost: number;
	/** Events that come between the drawing up of the new link's list of channels and its end. */
	readonly beside: number;
	/** The PBX was killed, and its calls with it: what is left is a new one without any. */
	readonly killed?: boolean;
}

/**
 * What a server makes of a PBX whose link is cut once: what came before, the gap, the new link's list, and the rest; and
 * what the oracle says of it. Null: no link can be back at that moment, it is between two events of one millisecond.
 */
export function judgeCut(
	pbx: Pbx,
	{ after, lost, beside, killed = false }: Cut,
): (Verdict & { readonly interrupted: number }) | null {
	const { events } = pbx;
	const before = pbx.bootAt(0);
	const back = killed ? events.length : Math.min(events.length, after + lost);
	if (isTie(events, back)) return null;
	const boot = killed ? `${before}, the next` : before;
	const listed = Math.min(events.length, back + beside);
	const database = new StandInDatabase();
	const writers: Knowledge[] = [];
	const server = new SimulatedServer(database, writers);
	let now = 0;
	const work = () => {
		server.keep(false);
		server.send("running");
		server.send("over");
		server.answer(0, false);
	};
	const hear = (from: number, to: number) => {
		for (const event of events.slice(from, to)) {
			now = Math.max(now, event.at + 0.5);
			server.hear([event], now);
			work();
		}
	};
	const say = (event: PbxEvent) => {
		server.hear([event], now);
		work();
	};
	server.lead(++database.token);
	server.load(now);
	hear(0, after);
	now = Math.max(now, (events[back - 1]?.at ?? 0) + 0.5);
	say({ kind: "gap", at: now, cause: "reconnect", missing: null });
	say({ kind: "booted", at: now, boot });
	const [drawn, channels] = [now, killed ? [] : pictureAfter(events.slice(0, back), now)];
	hear(back, listed);
	say({ kind: "snapshot", at: drawn, boot, channels });
	hear(listed, events.length);
	now += 5_000;
	say({ kind: "snapshot", at: now, boot, channels: [] });
	server.settle(now);
	const interrupted = [...database.calls.values()].filter((call) => call.interrupted).length;
	const stored = [...database.journal.values()].map(({ event }) => event);
	const seen = new Set([...stored.filter((one) => !database.unfolded.has(one)), ...server.taken]);
	return { ...judge({ pbx, database, seen, writers, faults: [] }), interrupted };
}
