import type { PbxEvent } from "../../server/pbx-event.ts";
import { pictureAfter } from "../calls/picture.ts";
import { seeded } from "../support/seeded.ts";
import { StandInDatabase } from "./database.ts";
import type { Knowledge } from "./knowledge.ts";
import { drawPbx, type Pbx } from "./pbx.ts";
import { type Sent, SimulatedServer } from "./server.ts";

/** How a schedule ended. */
export interface Ended {
	readonly pbx: Pbx;
	readonly database: StandInDatabase;
	/** Events that the end state knows of: folded by the last writer, or by one before it and stored. */
	readonly seen: ReadonlySet<PbxEvent>;
	/** What each leadership knew, in their order. */
	readonly writers: readonly Knowledge[];
	/** What was done to it, for whoever looks at a failure. */
	readonly faults: readonly string[];
}

/** Chance of each fault at each event. A schedule has few kinds, so that most calls also meet a quiet time. */
const rates = [0, 0, 0.005, 0.02] as const;
/** Milliseconds for which the PBX draws up its list at most: tracker's FRESH is longer. */
const longestList = 1_500;
/** Events that one fault swallows at most. */
const longestCut = 25;
/** Milliseconds of the PBX's time without an event after which the servers have done all that they had to. */
const quiet = 2_000;
/** Places by which an event may come late, and milliseconds. */
const [latePlaces, lateTime] = [6, 1_000] as const;

/** One server's link to the PBX. */
interface Link {
	readonly server: SimulatedServer;
	/** It hears nothing until this event. */
	deafUntil: number;
	/** What the session says when it hears again; null: it hears. */
	back: "connect" | "reconnect" | "sequence" | null;
	/** A list of channels on its way: drawn up at `drawn`, here at `due`. */
	list: { readonly drawn: number; readonly due: number } | null;
}

/** Runs what the seed says. */
export function runSchedule(seed: number): Ended {
	const chance = seeded(seed);
	const below = (most: number) => Math.floor(chance() * most);
	const rate = () => rates[below(rates.length)] ?? 0;
	const pbx = drawPbx(chance);
	const { events } = pbx;
	const likely = { cut: rate(), skip: rate(), kill: rate(), usurp: rate(), away: rate(), shaken: rate() * 5 };
	/** Of a hundred things that a server has to do at an event, how many it comes to: a slow one lags behind. */
	const pace = 1 + below(6);
	const plan = shaken(events, likely.shaken, chance);
	const database = new StandInDatabase();
	const writers: Knowledge[] = [];
	const links: Link[] = Array.from({ length: chance() < 0.5 ? 2 : 1 }, () => ({
		server: new SimulatedServer(database, writers),
		deafUntil: 0,
		back: "connect",
		list: null,
	}));
	const faults: string[] = [];
	const orphans: Sent[] = [];
	let holder: Link | null = null;
	let awayUntil = 0;
	let now = 0;

	const elect = () => {
		const free = links.filter(({ server }) => server.alive);
		const [first] = free;
		if (holder?.server.alive || first === undefined || database.away) return;
		holder = free[below(free.length)] ?? first;
		holder.server.lead(++database.token);
	};
	const snapshot = (count: number): PbxEvent => ({
		kind: "snapshot",
		at: now,
		boot: pbx.bootAt(count),
		channels: pictureAfter(events.slice(pbx.killedAt !== null && count >= pbx.killedAt ? pbx.killedAt : 0, count), now),
	});
	const listen = (link: Link, at: number) => {
		const { server } = link;
		if (at < link.deafUntil || (link.back !== null && isTie(events, at))) return;
		if (!server.alive) server.start();
		if (link.back !== null) {
			// The very first link sees what the trace has: the boot, and the list.
			if (link.back === "reconnect" || link.back === "sequence") {
				server.hear([{ kind: "gap", at: now, cause: link.back, missing: null }], now);
			}
			if (link.back !== "sequence" && at > 0) server.hear([{ kind: "booted", at: now, boot: pbx.bootAt(at) }], now);
			if (at > 0) link.list = { drawn: at, due: dueAfter(events, at, below(4)) };
			link.back = null;
		}
		for (const event of plan[at] ?? []) server.hear([event], now);
		if (link.list && at >= link.list.due) {
			server.hear([snapshot(link.list.drawn)], now);
			link.list = null;
		}
	};
	const deafen = (link: Link, at: number, back: "connect" | "reconnect" | "sequence") => {
		link.deafUntil = Math.max(link.deafUntil, at + 1 + below(longestCut));
		// A new link says more than the end of a gap in the old one; a new process has had no link before.
		if (link.back === null || back === "connect" || link.back === "sequence") link.back = back;
		link.list = null;
	};
	const hurt = (link: Link, at: number) => {
		const { server } = link;
		if (!server.alive) return;
		if (chance() < likely.cut) {
			deafen(link, at, "reconnect");
			faults.push(`${at}: link of ${links.indexOf(link)} cut until ${link.deafUntil}`);
		}
		if (chance() < likely.skip && link.back === null) {
			deafen(link, at, "sequence");
			faults.push(`${at}: ${links.indexOf(link)} misses events until ${link.deafUntil}`);
		}
		if (chance() < likely.kill) {
			orphans.push(...server.kill());
			if (holder === link) holder = null;
			deafen(link, at, "connect");
			faults.push(`${at}: ${links.indexOf(link)} killed until ${link.deafUntil}`);
		}
	};
	const work = () => {
		const link = links[below(links.length)];
		if (!link) return;
		const { server } = link;
		switch (below(8)) {
			case 0:
				return elect();
			case 1:
				return server.load(now);
			case 2:
				return server.keep(chance() < 0.1);
			case 3:
				return server.send("running");
			case 4:
				return server.send("over");
			case 5:
			case 6:
				return server.answer(below(3), chance() < 0.15);
			default: {
				const late = orphans.shift();
				if (late && !database.away && chance() < 0.5) database.write(late.token, late.changes);
				// The lock is asked for all the time; who has lost it hears of that.
				if (database.away || link === holder || holder === null) return;
				server.standBy();
				if (holder.server.alive) server.othersLead(now);
			}
		}
	};

	/** So long is quiet that whatever takes milliseconds is done. */
	const rest = () => {
		if (database.away) return;
		for (const late of orphans.splice(0)) database.write(late.token, late.changes);
		elect();
		for (const link of links) {
			if (link !== holder) link.server.standBy();
			link.server.settle(now);
			if (link !== holder && holder?.server.alive) link.server.othersLead(now);
		}
	};

	const killPbx = (at: number) => {
		if (at !== pbx.killedAt) return;
		for (const link of links) deafen(link, at - 1, "reconnect");
		faults.push(`${at}: the PBX is killed`);
	};

	for (const [at, event] of events.entries()) {
		killPbx(at);
		if (event.at - now > quiet) rest();
		now = Math.max(now, event.at + 0.5);
		for (const link of links) listen(link, at);
		if (at > 1) for (const link of links) hurt(link, at);
		if (database.away ? at >= awayUntil : chance() < likely.away) {
			database.away = !database.away;
			awayUntil = at + 1 + below(longestCut * 2);
			if (database.away) faults.push(`${at}: database away until ${awayUntil}`);
		}
		if (links.length > 1 && holder !== null && !database.away && chance() < likely.usurp) {
			// The lock's session was silent for too long: the other one writes, and this one does not know.
			const other = links.find((link) => link !== holder && link.server.alive);
			if (other) {
				faults.push(`${at}: ${links.indexOf(other)} takes over`);
				holder = other;
				other.server.lead(++database.token);
			}
		}
		for (let things = below(pace * 4); things > 0; things--) work();
	}
	database.away = false;
	killPbx(events.length);
	for (const link of links) {
		link.deafUntil = 0;
		listen(link, events.length);
	}
	elect();
	for (const { server } of links) server.settle(now);
	now += 5_000;
	for (const { server } of links) {
		server.hear([{ kind: "snapshot", at: now, boot: pbx.bootAt(events.length), channels: [] }], now);
		server.settle(now);
	}
	const last = links.find(({ server }) => server.leads && server.taken.size > 0 && holder?.server === server);
	const stored = [...database.journal.values()].map(({ event }) => event);
	const seen = new Set([...stored.filter((one) => !database.unfolded.has(one)), ...(last?.server.taken ?? [])]);
	return { pbx, database, seen, writers, faults };
}

/**
 * Whether this event and the one before are of one millisecond. No link is set up, and no list asked for, between them:
 * that takes longer, and the tracker could not tell which of the two the list knows.
 */
export function isTie(events: readonly PbxEvent[], at: number): boolean {
	const [before, event] = [events[at - 1], events[at]];
	return before !== undefined && event !== undefined && at > 1 && event.at - before.at < 1;
}

/** When a list drawn up at this event is here: some events later, as far as the time allows. */
function dueAfter(events: readonly PbxEvent[], at: number, places: number): number {
	let due = at;
	while (due < at + places && (events[due + 1]?.at ?? Number.POSITIVE_INFINITY) < (events[at]?.at ?? 0) + longestList)
		due++;
	return due;
}

/** What the PBX tells at each event: that one, or an earlier one that is late or comes again. */
function shaken(events: readonly PbxEvent[], likely: number, chance: () => number): PbxEvent[][] {
	const plan: PbxEvent[][] = events.map(() => []);
	const place = (event: PbxEvent, from: number) => {
		let to = from;
		const most = from + Math.floor(chance() * (latePlaces + 1));
		while (to < most && (events[to + 1]?.at ?? Number.POSITIVE_INFINITY) - event.at < lateTime) to++;
		plan[to]?.push(event);
	};
	for (const [at, event] of events.entries()) {
		// Answers about the whole PBX speak of their own moment.
		const isLoose = event.kind !== "snapshot" && event.kind !== "booted";
		if (isLoose && chance() < likely) place(event, at);
		else plan[at]?.push(event);
		if (isLoose && chance() < likely) place(event, at);
	}
	return plan;
}
