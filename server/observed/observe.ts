import { setTimeout as sleep } from "node:timers/promises";
import type { PbxEvent } from "../pbx-event.ts";
import { type Journal, type JournalFamily, JournalProblem } from "../pbx-journal.ts";
import type { PbxState } from "../protocol/pbx.ts";
import { complaintOf } from "./complaint.ts";
import { createHeard, type Heard } from "./heard.ts";
import { type Lost, lostAfterReading, lostStill, lostWith } from "./lost.ts";
import { rowsToMeet, wholenessOf } from "./torn.ts";
import { type Blind, type DailyCount, type Windows, windowOf } from "./windows.ts";

/** A PBX that is watched. */
export interface ObservedPbx {
	readonly id: string;
	readonly extensionPattern: string;
	/** Null: the PBX's own journal is not read. */
	readonly journal: Journal | null;
}

/** What the journal is compared with; handed over from the calls. */
export interface ReconcileInput {
	readonly pbxId: string;
	readonly extensionPattern: string;
	/** Some of what the journal tells. */
	readonly families: readonly JournalFamily[];
	readonly blind: readonly Blind[];
	readonly live: { readonly at: number; readonly channels: ReadonlySet<string> } | null;
	/** Contacts of which something was written later may not have reached the database yet by the live road. */
	readonly settledBefore: number;
}
export interface Reconciled extends DailyCount {
	readonly recovered: readonly { readonly from: number; readonly to: number }[];
}

interface Log {
	info(details: object, message: string): void;
	warn(details: object, message: string): void;
}

export interface ObserverDeps {
	readonly windows: Windows;
	readonly reconcile: (input: ReconcileInput) => Promise<Reconciled>;
	/** Whether this server writes for the PBX; one that stands by listens and notes nothing. */
	readonly leads: (pbxId: string) => boolean;
	readonly log: Log;
	/** What is known of lost events of this PBX has changed. */
	readonly onLost?: (pbxId: string) => void;
	readonly now: () => number;
}

/** How often (ms) the time until which a PBX was seen is kept. */
const beatEvery = 5_000;
const reconcileEvery = 60_000;
const figures = ["families", "calls", "external", "obligations", "unmatched", "refused"] as const;
/** How often (ms) the last day of the journal is compared as a whole. */
const countEvery = 3_600_000;
const oneDay = 24 * 3_600_000;
/** After a gap the PBX may still be writing: read soon, and once more when what was heard live meanwhile is stored. */
const soon = [300, 3_100];
/** Read again this far (ms) behind what was compared already: rows may be written late. */
const overlap = 10 * 60_000;
/** A dead link is noticed after that long (ms) at the latest. */
const noticedWithin = 5_000;
/** By then what was heard live is stored, as a rule (ms). */
const storedWithin = 3_000;

interface Watched {
	pbx: ObservedPbx;
	connected: boolean;
	readonly heard: Heard;
	nextAt: number;
	dueAt: number[];
	/** Rows of this PBX, one after the other. */
	work: Promise<void>;
	/** Events that never came; shown to supervisors until it is settled. */
	lost: Lost | null;
	/** The journal being read, which may take minutes after a long time: nothing else waits for it. */
	reading: Promise<void> | null;
}

/**
 * Keeps the rows of what was seen and what was not, and has the PBX's own journal compared with the calls: when the
 * server starts, after every gap, every minute, and every hour a whole day of it, which gives the figure `missing`.
 */
export function createObserver({ windows, reconcile, leads, log, now, onLost }: ObserverDeps) {
	const watched = new Map<string, Watched>();
	const stopping = new AbortController();
	let beat: NodeJS.Timeout | null = null;
	let beatAt = 0;

	const setLost = (one: Watched, lost: Lost | null) => {
		if (lost === one.lost) return;
		one.lost = lost;
		onLost?.(one.pbx.id);
	};
	const queue = (one: Watched, what: string, run: () => Promise<void>) => {
		one.work = one.work
			.then(() => (leads(one.pbx.id) ? run() : undefined))
			.catch((error: unknown) => {
				log.warn({ err: error, pbxId: one.pbx.id }, `${what} is not done`);
			});
	};
	/** A gap must become a row, also when the database is away just then. */
	const insist = (one: Watched, what: string, run: () => Promise<void>) => {
		queue(one, what, async () => {
			for (;;) {
				try {
					return await run();
				} catch (error) {
					if (stopping.signal.aborted) throw error;
					log.warn({ err: error, pbxId: one.pbx.id }, `${what} is tried again`);
					await sleep(1000, undefined, { signal: stopping.signal }).catch(() => {});
				}
			}
		});
	};

	async function round(one: Watched): Promise<void> {
		const { id, extensionPattern, journal } = one.pbx;
		const before = await windows.observation(id);
		if (journal === null || before === null) return;
		const at = now();
		// The journal's times are the PBX's.
		const skew = one.heard.skew();
		const first = before.since.getTime() - skew;
		const counts = before.countedAt === null || at - before.countedAt.getTime() >= countEvery;
		const compared = (before.reconciledUntil ?? before.since).getTime() - skew - overlap;
		const wanted = rowsToMeet(before, journal.name, { at, skew, thorough: counts });
		const torn = wanted.tear && wanted.tearIsAsked ? wanted.tear.from - skew - overlap : compared;
		const since = Math.max(first, Math.min(compared, torn, counts ? at - skew - oneDay : compared));
		const blind = (await windows.blind(id, since + skew)).map(({ id: window, from, to }) => ({
			id: window,
			from: from - skew,
			to: to === null ? null : to - skew,
		}));
		const live = one.heard.live();
		const settledBefore = at - skew - storedWithin;
		const sum = { families: 0, calls: 0, external: 0, obligations: 0, unmatched: 0, refused: 0 };
		let recovered = 0;
		try {
			const compareSome = async (families: readonly JournalFamily[]) => {
				stopping.signal.throwIfAborted();
				const found = await reconcile({ pbxId: id, extensionPattern, families, blind, live, settledBefore });
				const hit = found.recovered.flatMap(({ from, to }) => windowOf(blind, from, to));
				if (hit.length > 0) await windows.recovered(id, hit);
				recovered += found.recovered.length;
				for (const figure of figures) sum[figure] += found[figure];
			};
			const reading = await journal.read(since, compareSome, wanted.rows);
			const whole = wholenessOf(wanted, reading, journal.name, { at, skew });
			const complaint = complaintOf(reading, {
				before: wanted.other ? null : before.journalNewest,
				goesOn: wanted.last !== null && whole.holeUntil === null,
				tear: whole.tear,
			});
			if (whole.holeUntil !== null) log.warn({ pbxId: id, ...whole.tear }, "the PBX's journal has a hole");
			const { newest } = reading;
			await windows.reconciled(id, { at, until: at - storedWithin, newest, complaint, whole, other: wanted.other });
			setLost(one, lostAfterReading(one.lost, at - storedWithin, now(), whole.tear === null));
			if (counts) await windows.counted(id, at, sum);
		} catch (error) {
			if (!(error instanceof JournalProblem)) throw error;
			await windows.failed(id, [error.sentence, error.mend]);
		} finally {
			if (recovered > 0) log.info({ pbxId: id, calls: recovered }, "calls were recovered");
		}
	}

	/** Begins behind the rows that are being written, and holds none up that come after them. */
	const read = (one: Watched) => {
		one.reading = one.work
			.then(() => (leads(one.pbx.id) && !stopping.signal.aborted ? round(one) : undefined))
			.catch((error: unknown) => {
				if (stopping.signal.aborted) return;
				log.warn({ err: error, pbxId: one.pbx.id }, "reading the PBX's journal is not done");
			})
			.finally(() => {
				one.reading = null;
			});
	};

	function tick(): void {
		const at = now();
		const beats = at - beatAt >= beatEvery;
		if (beats) beatAt = at;
		for (const one of watched.values()) {
			one.heard.forget(at);
			setLost(one, lostStill(one.lost, at));
			if (beats && one.connected) queue(one, "noting what was seen", () => windows.seen(one.pbx.id, at));
			const due = one.dueAt.filter((moment) => moment <= at);
			if (one.reading !== null || (due.length === 0 && at < one.nextAt)) continue;
			one.dueAt = one.dueAt.filter((moment) => moment > at);
			one.nextAt = at + reconcileEvery;
			read(one);
		}
	}

	const hurry = (one: Watched) => {
		const at = now();
		one.dueAt = [
			...one.dueAt.filter((moment) => moment > at).slice(0, soon.length),
			...soon.map((delay) => at + delay),
		];
	};

	/** Since the last row nobody wrote what was seen: a window, which ends now where we hear the PBX already. */
	const begin = (one: Watched) => {
		const { id } = one.pbx;
		insist(one, "noting that no server was there", async () => {
			const before = await windows.observation(id);
			if (before) await windows.open(id, before.until.getTime(), "server-stopped");
			if (!one.connected) return;
			await windows.seen(id, now());
			await windows.close(id, now());
		});
		hurry(one);
	};

	return {
		/** Which PBXs there are. */
		set(pbxs: readonly ObservedPbx[]): void {
			const wanted = new Map(pbxs.map((pbx) => [pbx.id, pbx]));
			for (const id of watched.keys()) if (!wanted.has(id)) watched.delete(id);
			for (const pbx of pbxs) {
				const known = watched.get(pbx.id);
				if (known) {
					known.pbx = pbx;
					hurry(known);
					continue;
				}
				const at = now();
				const one: Watched = {
					...{ pbx, connected: false, heard: createHeard(at) },
					...{ nextAt: at + reconcileEvery, dueAt: [], work: Promise.resolve(), reading: null, lost: null },
				};
				watched.set(pbx.id, one);
				if (leads(pbx.id)) begin(one);
			}
		},
		/** From now on this server writes for the PBX. */
		lead(pbxId: string): void {
			const one = watched.get(pbxId);
			if (one) begin(one);
		},
		onEvents(pbxId: string, events: readonly PbxEvent[], receivedAt: number): void {
			const one = watched.get(pbxId);
			if (!one) return;
			const { listed, lostSince } = one.heard.take(events, receivedAt);
			for (const from of lostSince) {
				insist(one, "noting a gap", () => windows.note(pbxId, from, receivedAt, "events-lost"));
			}
			if (lostSince.length > 0 && leads(pbxId))
				setLost(one, lostWith(one.lost, events, receivedAt, one.pbx.journal !== null));
			if (listed || lostSince.length > 0) hurry(one);
		},
		onState(pbxId: string, state: PbxState, at: number): void {
			const one = watched.get(pbxId);
			if (!one || one.connected === (state === "connected")) return;
			one.connected = state === "connected";
			if (one.connected) {
				insist(one, "closing a blind window", async () => {
					await windows.seen(pbxId, at);
					await windows.close(pbxId, at);
				});
				hurry(one);
				return;
			}
			const from = Math.max(one.heard.last(), at - noticedWithin);
			insist(one, "opening a blind window", () => windows.open(pbxId, from, "link-lost"));
		},
		/** Events of this PBX that never came, as long as people should know. */
		lostOf: (pbxId: string): Lost | null => watched.get(pbxId)?.lost ?? null,
		start(): void {
			beat ??= setInterval(tick, 250).unref();
		},
		/** Writes down until when each PBX was seen. */
		async stop(): Promise<void> {
			if (beat !== null) clearInterval(beat);
			beat = null;
			stopping.abort();
			for (const one of watched.values()) {
				if (one.connected) queue(one, "noting what was seen", () => windows.seen(one.pbx.id, now()));
			}
			const work = [...watched.values()].flatMap((one) => [one.work, one.reading]);
			// From now on a link that ends is ended by us.
			watched.clear();
			await Promise.all(work);
		},
		/** Resolves when what is under way is done. */
		async idle(): Promise<void> {
			await Promise.all([...watched.values()].flatMap((one) => [one.work, one.reading]));
		},
	};
}

export type Observer = ReturnType<typeof createObserver>;
