import { type Backlog, createBacklog } from "../../server/calls/backlog.ts";
import type { CallChange, CallFacts } from "../../server/calls/call-change.ts";
import { type Entry, isKept, keyOf } from "../../server/calls/journal/entry.ts";
import { createMarks, heardBy, withNext } from "../../server/calls/journal/marks.ts";
import { type Arrived, merged } from "../../server/calls/journal/merge.ts";
import {
	besideFrom,
	bootAt,
	isGap,
	leftOf,
	overFrom,
	rememberedOf,
	replayFrom,
	sayStoredEvery,
	storedUntil,
} from "../../server/calls/journal/replay.ts";
import { keepEvery } from "../../server/calls/kept.ts";
import { createChangeQueue, type Lane } from "../../server/calls/pbx-queue.ts";
import {
	emptyTracker,
	longCalls,
	next,
	noteOver,
	noteStored,
	remember,
	saidStored,
} from "../../server/calls/tracker.ts";
import type { PbxEvent } from "../../server/pbx-event.ts";
import { rules } from "../calls/fold.ts";
import type { StandInDatabase } from "./database.ts";
import { beginningsIn, type Knowledge, knowledgeOf, sayings } from "./knowledge.ts";

/** A write on its way; its answer has not come. */
export interface Sent {
	readonly token: number;
	readonly changes: readonly CallChange[];
	readonly lane: Lane;
	readonly families: readonly string[];
}

/** One leadership's memory; ingest.ts calls it a line. */
interface Line {
	state: ReturnType<typeof emptyTracker>;
	readonly queue: ReturnType<typeof createChangeQueue>;
	readonly busy: Set<string>;
	sent: Sent[];
	early: Backlog | null;
	token: number | null;
	keptAt: number;
	readonly stored: { until: number; saidAt: number; last: number };
	readonly known: Knowledge;
}

/** writer.ts: batches under way at once. */
const atOnce = { running: 2, over: 1 } as const;
const mostCalls = 200;
/** ingest.ts: milliseconds for which a standing-by server keeps what it hears. */
const heardFor = 30_000;

let links = 0;

/**
 * A server as ingest.ts, writer.ts and journal.ts make it of the pure parts, but that somebody else says when each thing
 * that takes time happens: reading the past, a write, its answer, a batch of the journal.
 */
export class SimulatedServer {
	readonly #db: StandInDatabase;
	#line = newLine();
	/** journal.ts: what is in memory, and what each link's boot is. */
	#unkept: Entry[] = [];
	#marks = createEntryMarks();
	/** ingest.ts: a new one for each process. */
	#link = ++links;
	#boot: string | null = null;
	#arrived = 0;
	/** On this machine's disk: outlives the process. */
	#spilled: Entry[] = [];
	/** Events of an earlier process that wait there began at this moment. */
	#spilledSince: number | null = null;
	alive = true;
	/** Of every leadership there was, of whichever server; for the oracle. */
	readonly #writers: Knowledge[];

	constructor(db: StandInDatabase, writers: Knowledge[]) {
		this.#db = db;
		this.#writers = writers;
	}

	get leads(): boolean {
		return this.#line.token !== null;
	}

	get taken(): ReadonlySet<PbxEvent> {
		return this.#line.known.taken;
	}

	hear(events: readonly PbxEvent[], now: number): void {
		if (!this.alive) return;
		if (this.#line.early) this.#line.early.add({ events, receivedAt: now });
		else this.#digest(events, now);
	}

	/** This server writes from now on. */
	lead(token: number): void {
		if (this.leads) this.#line = newLine();
		this.#line.token = token;
		this.#line.known.token = token;
	}

	/** It heard that another one writes. */
	standBy(): void {
		if (this.leads) this.#line = newLine();
	}

	/** It heard that the server that writes lives. */
	othersLead(now: number): void {
		if (!this.leads) this.#line.early?.trim(now - heardFor);
	}

	/** Memory is gone; returned is what was on the wire and may still reach the database. */
	kill(): readonly Sent[] {
		const { sent } = this.#line;
		this.alive = false;
		this.#line = newLine();
		this.#link = ++links;
		[this.#unkept, this.#marks, this.#boot, this.#arrived] = [[], createEntryMarks(), null, 0];
		return sent;
	}

	start(): void {
		this.alive = true;
		this.#spilledSince = this.#spilled[0] ? this.#spilled[0].arrival / 1000 : null;
	}

	/** Reads the past, when it leads and has not; see `recall` of ingest.ts. */
	load(now: number): void {
		const line = this.#line;
		const { early } = line;
		if (!this.alive || line.token === null || early === null || this.#db.away) return;
		this.#writers.push(line.known);
		const { live, beside, gap } = this.#recall(line, early.start, now);
		line.early = null;
		const heardSince = early.start ?? now;
		const own = early
			.take()
			.flatMap(({ events, receivedAt }) => events.map((event) => ({ event, arrival: receivedAt })));
		const said: PbxEvent = { kind: "gap", at: heardSince, cause: "reconnect", missing: null };
		if (gap) own.unshift({ event: said, arrival: heardSince });
		const theirs = new Set<object>(beside);
		for (const one of merged(beside, own)) {
			if (theirs.has(one)) this.#take(one.event, now);
			else this.#digest([one.event], one.arrival);
		}
		remember(line.state, live);
	}

	#recall(
		line: Line,
		heardSince: number | null,
		now: number,
	): { live: readonly CallFacts[]; beside: readonly Arrived[]; gap: boolean } {
		const live = this.#db.live();
		const spilledSince = this.#spilledSince;
		this.#unkept.push(...this.#marks.rest());
		this.keep(false);
		const entries = [...this.#db.journal.values()].sort((a, b) => a.arrival - b.arrival);
		const newest = entries.at(-1);
		const last = newest === undefined ? null : newest.arrival / 1000;
		const said = sayings(entries, last);
		const from = replayFrom(last, live, spilledSince, 0, storedUntil(said));
		line.stored.until = line.stored.last = from ?? now;
		line.state = emptyTracker(from === null ? null : bootAt(said, from));
		const over = [...this.#db.calls.values()].filter(({ endedAt }) => endedAt !== null);
		if (from !== null)
			noteOver(
				line.state,
				over.filter(({ startedAt }) => startedAt >= overFrom(from)),
			);
		noteStored(line.state, live);
		if (from === null || last === null) {
			remember(line.state, live);
			for (const { family } of live) line.known.remembered.add(family);
			return { live, beside: [], gap: false };
		}
		const until = heardSince === null ? Number.POSITIVE_INFINITY : besideFrom(heardSince) * 1000;
		const later = entries.filter(({ arrival }) => arrival >= from * 1000);
		const within = later.filter(({ arrival }) => arrival < until);
		const began = new Set(later.flatMap(({ event }) => beginningsIn(event)));
		const remembered = rememberedOf(live, began, from);
		const known = new Set(remembered.map(({ family }) => family));
		for (const { event } of within) {
			this.#db.unfolded.delete(event);
			const left = leftOf(event, known);
			if (left) this.#take(left, now);
		}
		remember(line.state, remembered);
		for (const { family } of remembered) line.known.remembered.add(family);
		const beside = entries.filter(({ arrival }) => arrival >= until);
		for (const { event } of beside) this.#db.unfolded.delete(event);
		return {
			live,
			beside: beside.map(({ event, arrival }) => ({ event, arrival: arrival / 1000 })),
			gap: isGap(last, heardSince),
		};
	}

	#take(event: PbxEvent, now: number): void {
		const line = this.#line;
		line.known.taken.add(event);
		const knows = this.#db.keptFrom.get(event);
		if (event.kind === "call.kept" && knows) line.known.kept.push({ links: event.call.links, knows });
		line.queue.add(next(line.state, event, rules).changes, now);
	}

	#digest(events: readonly PbxEvent[], now: number): void {
		const { stored, queue, sent } = this.#line;
		if (queue.size === 0 && sent.length === 0) stored.until = Math.max(stored.until, stored.last);
		stored.last = Math.max(stored.last, now);
		for (const event of heardBy(events, `${this.#link}`)) {
			this.#take(event, now);
			if (event.kind === "gap" && event.cause === "reconnect") this.#boot = null;
			if ((event.kind === "booted" || event.kind === "snapshot") && event.boot !== "") this.#boot = event.boot;
			this.#push(event, now);
		}
		if (now >= stored.saidAt + sayStoredEvery) {
			stored.saidAt = now;
			this.#push(saidStored(this.#line.state, stored.until), now);
		}
		if (now < this.#line.keptAt + keepEvery) return;
		this.#line.keptAt = now;
		for (const event of longCalls(this.#line.state, keepEvery)) {
			if (event.kind === "call.kept") this.#db.keptFrom.set(event, knowledgeOf(this.#line.known, event.call.links));
			this.#push(event, now);
		}
	}

	#push(event: PbxEvent, now: number): void {
		if (!isKept(event)) return;
		this.#arrived = Math.max(this.#arrived + 1, Math.floor(now * 1000));
		const key = keyOf(event, this.#boot);
		const entry = { pbxId: "lab", day: "", key, arrival: this.#arrived, at: event.at, event };
		this.#unkept.push(...this.#marks.pass(event, entry));
	}

	/** The journal's batch goes to the database, else onto the disk; `lost`: it is stored, but the answer does not come. */
	keep(lost: boolean): void {
		if (!this.alive || (this.#unkept.length === 0 && this.#spilled.length === 0)) return;
		const batch = this.#unkept.splice(0);
		const straight = this.#spilled.length === 0 && !this.#db.away;
		if (straight) this.#db.insert(batch, this.#isHolder);
		if (!straight || lost) this.#spilled.push(...batch);
		this.#drain();
	}

	#drain(): void {
		if (this.#db.away) return;
		this.#db.insert(this.#spilled.splice(0), this.#isHolder);
	}

	/** While its own past is not read what it drains is folded by that reading. */
	get #isHolder(): boolean {
		return this.#line.token === this.#db.token;
	}

	/** Sends what waits in a lane that is free. */
	send(lane: Lane): void {
		const { queue, busy, sent, token } = this.#line;
		if (!this.alive || token === null || sent.filter((one) => one.lane === lane).length >= atOnce[lane]) return;
		const { changes } = queue.take(lane, mostCalls, busy);
		if (changes.length === 0) return;
		const families = changes.flatMap((one) => (one.kind === "changed" ? [one.call.family] : [one.family, one.into]));
		for (const family of families) busy.add(family);
		sent.push({ token, changes, lane, families });
	}

	/** One write reaches the database; `lost`: it is stored, but the answer does not come and it is sent again. */
	answer(which: number, lost: boolean): void {
		const { sent, busy, queue } = this.#line;
		const one = sent[which % Math.max(1, sent.length)];
		if (!this.alive || one === undefined || this.#db.away) return;
		if (!this.#db.write(one.token, one.changes)) {
			queue.clear();
			this.standBy();
			return;
		}
		if (lost) return;
		sent.splice(sent.indexOf(one), 1);
		for (const family of one.families) busy.delete(family);
	}

	/** Everything that waits is done. */
	settle(now: number): void {
		this.load(now);
		this.keep(false);
		while (this.alive && this.leads && this.#line.queue.size + this.#line.sent.length > 0) {
			this.send("running");
			this.send("over");
			this.answer(0, false);
		}
	}
}

const createEntryMarks = () =>
	createMarks<Entry>((entry, nextAt) => ({ ...entry, event: withNext(entry.event, nextAt) }));

function newLine(): Line {
	return {
		state: emptyTracker(),
		queue: createChangeQueue(),
		busy: new Set(),
		sent: [],
		early: createBacklog(() => {}),
		token: null,
		keptAt: Number.NEGATIVE_INFINITY,
		stored: { until: 0, saidAt: Number.NEGATIVE_INFINITY, last: 0 },
		known: { token: 0, kept: [], taken: new Set(), remembered: new Set() },
	};
}
