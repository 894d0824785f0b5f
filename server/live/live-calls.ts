import type { SavedCall } from "../events.ts";
import type { Named } from "../protocol/basics.ts";
import type { Pop } from "../protocol/live.ts";
import { encode, type Frame, type Unnumbered } from "./connection.ts";
import type { LiveMetrics } from "./metrics.ts";
import type { Presence } from "./presence.ts";
import { newsOf, type Part, partsOf } from "./ring.ts";

interface LiveCall {
	latest: SavedCall;
	/** What each person was last told. */
	readonly told: Map<string, Part>;
	/** Whose pop-up waits for its acknowledgement: person → epoch ms of the PBX's event. */
	readonly unpainted: Map<string, number>;
	/** The client's owner, whose state the card shows. */
	ownerId: string | null;
	/** The database has it as it was told last. */
	kept: boolean;
	/** The pop-up read ahead, while no phone rings yet. */
	ahead: { readonly client: string; readonly at: number; readonly pop: Promise<Pop> } | null;
}

/** Milliseconds for which a pop-up that was read ahead is fresh: from the call's arrival to the first ringing phone it is mostly 40. */
const aheadFor = 10_000;

/** Milliseconds after which a pop-up does not wait for what happened last. */
const popWithin = 700;

/** Whom a pop-up is about: with another client it would say other things. */
const clientOf = ({ call, match }: SavedCall) =>
	[call.number, match.state, ...match.candidates.map(({ contact }) => contact.id)].join(" ");

interface Deps {
	/** What the pop-up says; one indexed read. */
	popFor(saved: SavedCall): Promise<Pop>;
	isOnline(userId: string): boolean;
	tell(userId: string, frame: Frame): void;
	/** To those who watch calls, but for whom `except` names: they have heard it already. */
	tellSupervisors(frame: Frame, except: ReadonlySet<string>): void;
	/** The phone of a person begins to ring, with the pop-up sent to at least one browser or to none. */
	rings(callId: string, userId: string, sent: boolean): void;
	/** It rings no more, or the call is over. */
	stops(callId: string, userId: string): void;
	over(callId: string): void;
	/** What this person is doing, to be told; null when there is no such person. */
	stateOf(userId: string): Frame | null;
	readonly presence: Presence;
	readonly metrics: LiveMetrics;
	readonly now: () => number;
	onFailure(error: unknown): void;
}

/** Calls that go on now, and what each person was told of them. Bounded by the calls that the PBXs have. */
export function createLiveCalls(deps: Deps) {
	const { tell, tellSupervisors, presence, metrics, now } = deps;
	const calls = new Map<string, LiveCall>();
	const at = () => new Date(now()).toISOString();

	/** Without the last contacts rather than without a pop-up: the caller does not wait for a slow database. */
	const popOf = (saved: SavedCall): Promise<Pop> =>
		new Promise((resolve) => {
			const enough = setTimeout(() => resolve(barePop(saved)), popWithin).unref();
			const read = deps.popFor(saved).catch((error: unknown) => {
				deps.onFailure(error);
				return barePop(saved);
			});
			void read.then(resolve).finally(() => clearTimeout(enough));
		});

	/** `again`: those who were shown it out of memory get it whole. */
	const begin = async (live: LiveCall, again: boolean) => {
		const { ahead } = live;
		const fresh = ahead !== null && ahead.client === clientOf(live.latest) && now() - ahead.at < aheadFor;
		const whole = () => (fresh ? ahead.pop : popOf(live.latest));
		const pop = live.kept ? await whole() : { ...barePop(live.latest), saved: false };
		// Meanwhile somebody may have answered: what is told is what is true now.
		const { latest, told } = live;
		const frames = new Map<string, Frame>();
		live.ownerId = pop.owner?.id ?? null;
		const owner = live.ownerId === null ? null : deps.stateOf(live.ownerId);
		for (const [userId, part] of partsOf(latest)) {
			if (told.get(userId) === part && !again) continue;
			const you = pop.owner?.id === userId;
			const by = part === "ringing" ? null : userOf(latest.call, userId);
			const key = `${part} ${you} ${by?.id}`;
			const frame = frames.get(key) ?? encode(beginning(by, latest, personal(pop, latest, you), at()));
			frames.set(key, frame);
			if (owner !== null) tell(userId, owner);
			tell(userId, frame);
			if (part !== "ringing") deps.stops(latest.call.id, userId);
			else if (!told.has(userId)) {
				// The browser may have gone while the pop-up was read: the phone rings all the same.
				const sent = deps.isOnline(userId);
				deps.rings(latest.call.id, userId, sent);
				if (sent) {
					live.unpainted.set(userId, latest.receivedAt);
					metrics.pushed.observe(Math.max(0, now() - latest.receivedAt) / 1000);
				}
			}
			told.set(userId, part);
		}
	};

	function take(saved: SavedCall, kept: boolean): void {
		const { call } = saved;
		const before = calls.get(call.id);
		const again = kept && before?.kept === false;
		const parts = partsOf(saved);
		const over = call.endedAt !== null;
		presence.call(call.id, over ? new Map() : parts);
		const live = before ?? { latest: saved, told: new Map(), unpainted: new Map(), ownerId: null, ahead: null, kept };
		const last = before?.latest.call;
		live.latest = saved;
		live.kept = kept;
		if (over) {
			calls.delete(call.id);
			deps.over(call.id);
		} else calls.set(call.id, live);

		const news = newsOf(saved, before === undefined ? null : live.told);
		let changed: Frame | null = null;
		const change = () => (changed ??= encode({ type: "call.changed", at: at(), call, match: saved.match }));
		let someoneBegins = false;
		for (const item of news) {
			if (item.kind === "begins" || (again && item.kind === "changes" && parts.has(item.userId))) {
				if (deps.isOnline(item.userId)) someoneBegins = true;
				else if (item.kind === "changes") continue;
				else {
					live.told.set(item.userId, item.part);
					if (item.part === "ringing") deps.rings(call.id, item.userId, false);
					else deps.stops(call.id, item.userId);
				}
			} else if (item.kind === "ends") {
				deps.stops(call.id, item.userId);
				live.told.delete(item.userId);
				live.unpainted.delete(item.userId);
				const { elsewhere, by } = item;
				if (deps.isOnline(item.userId))
					tell(item.userId, encode({ type: "call.ended", at: at(), call, elsewhere, by }));
			} else if (deps.isOnline(item.userId)) tell(item.userId, change());
		}
		if (kept && !over && parts.size === 0 && call.direction === "inbound" && live.ahead?.client !== clientOf(saved))
			live.ahead = { client: clientOf(saved), at: now(), pop: popOf(saved) };
		if (someoneBegins) begin(live, again).catch(deps.onFailure);
		if (last?.outcome !== call.outcome || (last.endedAt === null) === over)
			tellSupervisors(change(), new Set(news.map(({ userId }) => userId)));
	}

	return {
		saved: (saved: SavedCall): void => take(saved, true),

		/** The database does not take it: what people were told of the client stays. */
		unsaved(call: SavedCall): void {
			const known = calls.get(call.call.id)?.latest;
			const { contact, owner } = known?.call ?? call.call;
			take(known ? { ...call, call: { ...call.call, contact, owner }, match: known.match } : call, false);
		},

		/** This row went: its pop-ups close, those of the call that it belongs to come by themselves. */
		superseded(callId: string): void {
			const live = calls.get(callId);
			if (live === undefined) return;
			calls.delete(callId);
			deps.over(callId);
			presence.call(callId, new Map());
			const { call } = live.latest;
			live.latest = { ...live.latest, ringing: [], talking: [] };
			const frame = encode({ type: "call.ended", at: at(), call, elsewhere: false, by: null });
			for (const userId of live.told.keys()) tell(userId, frame);
		},

		/** Somebody chose who the client is, or it became known: everybody who has the card sees it. */
		matched(pop: Pop): void {
			const live = calls.get(pop.call.id);
			const people = new Set(live?.told.keys());
			for (const leg of pop.call.legs) if (leg.user !== null) people.add(leg.user.id);
			if (live !== undefined) {
				live.latest = { ...live.latest, call: pop.call, match: pop.match };
				live.ahead = null;
			}
			const frame = encode({ type: "call.changed", at: at(), call: pop.call, match: pop.match });
			for (const userId of people) tell(userId, frame);
		},

		/** A call that goes on, as it was saved last, and its client's owner; null when there is none. */
		find(callId: string): Pick<LiveCall, "latest" | "ownerId"> | null {
			return calls.get(callId) ?? null;
		},

		/** Whose cards show what this person is doing. */
		watchersOf(userId: string): Set<string> {
			const watchers = new Set<string>();
			for (const live of calls.values())
				if (live.ownerId === userId) for (const watcher of live.told.keys()) watchers.add(watcher);
			return watchers;
		},

		/** Seconds from the PBX's event to the screen; null when this pop-up was not this person's, or is known already. */
		painted(callId: string, userId: string): number | null {
			const live = calls.get(callId);
			const receivedAt = live?.unpainted.get(userId);
			if (receivedAt === undefined) return null;
			live?.unpainted.delete(userId);
			const seconds = Math.max(0, now() - receivedAt) / 1000;
			metrics.painted.observe(seconds);
			return seconds;
		},
	};
}

export type LiveCalls = ReturnType<typeof createLiveCalls>;

/** `by`: whoever is told has the phone in the hand; null: it rings. */
function beginning(by: Named | null, { call }: SavedCall, pop: Pop, at: string): Unnumbered {
	return by === null ? { type: "call.ringing", at, ...pop } : { type: "call.talking", at, call, by, pop };
}

function userOf({ legs }: SavedCall["call"], userId: string): Named | null {
	return legs.find((leg) => leg.user?.id === userId)?.user ?? null;
}

function personal(pop: Pop, { call, match }: SavedCall, you: boolean): Pop {
	return { ...pop, call, match, owner: pop.owner === null ? null : { ...pop.owner, you } };
}

function barePop({ call, match }: SavedCall): Pop {
	const [only, ...others] = match.candidates;
	const one = others.length === 0 ? only : undefined;
	return {
		call,
		match,
		contact: one === undefined ? null : { id: one.contact.id, name: one.contact.name },
		owner: one?.owner ? { ...one.owner, you: false } : null,
		lastContacts: [],
		openObligations: [],
		numberCountry: null,
	};
}
