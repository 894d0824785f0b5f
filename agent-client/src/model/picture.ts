import type { Call } from "../../../server/protocol/call.ts";
import type { Match } from "../../../server/protocol/contact.ts";
import type { UnseenPop } from "../../../server/protocol/floor.ts";
import type {
	AgentState,
	PbxLive,
	Pop,
	QueueState,
	ServerMessage,
	StorageLive,
} from "../../../server/protocol/live.ts";
import type { Obligation, ObligationCounts } from "../../../server/protocol/obligation.ts";
import { pictureHash, type Viewer } from "../../../server/protocol/picture.ts";

/**
 * Where a card stands. `elsewhere`: a colleague answered; `gone`: the caller gave up; both close at
 * `until`. `wrap-up`: the conversation is over and wants its status and comment.
 */
export type Phase =
	| { kind: "ringing" }
	| { kind: "talking"; since: string }
	| { kind: "elsewhere"; by: string | null; until: number }
	| { kind: "gone"; until: number }
	| { kind: "wrap-up"; endedAt: string };

export interface Card {
	readonly pop: Pop;
	readonly phase: Phase;
	/** `seq` of the message that brought it: the acknowledgement names it. */
	readonly seq: number;
}

/** What the server has told so far. Rebuilt whole by a snapshot. */
export interface Picture {
	/** Null until the first snapshot. */
	readonly seq: number | null;
	readonly cards: readonly Card[];
	readonly obligations: readonly Obligation[];
	readonly counts: ObligationCounts;
	readonly agents: readonly AgentState[];
	readonly queues: readonly QueueState[];
	readonly pbxs: readonly PbxLive[];
	/** Room to store in; null: the server did not say. */
	readonly storage: StorageLive | null;
	/** Colleagues' phones that ring while nobody has seen it. */
	readonly unseen: readonly UnseenPop[];
	/** Grows when lists that are read by HTTP may have changed: calls or obligations. */
	readonly revision: number;
}

export const emptyPicture: Picture = {
	seq: null,
	cards: [],
	obligations: [],
	counts: { mine: 0, team: 0, missed: 0, overdue: 0, escalated: 0 },
	agents: [],
	queues: [],
	pbxs: [],
	storage: null,
	unseen: [],
	revision: 0,
};

/** Milliseconds for which "answered by B" stays; the promise is two seconds. */
export const farewell = 1600;

export interface Context {
	readonly me: string;
	readonly now: number;
	/** Calls whose wrap-up form was open before a reload. */
	readonly wrapUps: readonly string[];
}

const callIdOf = (card: Card) => card.pop.call.id;
const replace = <T>(list: readonly T[], same: (item: T) => boolean, item: T): readonly T[] =>
	list.some(same) ? list.map((old) => (same(old) ? item : old)) : [...list, item];
const putCard = (cards: readonly Card[], card: Card) => replace(cards, (old) => callIdOf(old) === callIdOf(card), card);

/** True while the message continues what is known; otherwise the client asks for a new snapshot. */
export function continues(picture: Picture, message: ServerMessage): boolean {
	if (message.type === "hello" || message.type === "pong" || message.type === "snapshot") return true;
	return picture.seq !== null && message.seq <= picture.seq + 1;
}

/** A pop for a call that is known only by its obligation (after a reload). */
function popOf(obligation: Obligation): Pop {
	const { call } = obligation;
	return {
		call,
		match: { state: call.contact ? "one" : call.number ? "unknown" : "withheld", candidates: [] },
		contact: obligation.contact ?? call.contact,
		owner: call.owner ? { ...call.owner, extension: "", you: false } : null,
		lastContacts: [],
		openObligations: [],
		numberCountry: null,
	};
}

/** Cards that outlive a snapshot: farewells in their last moments, and wrap-ups that are still owed. */
function carried(picture: Picture, obligations: readonly Obligation[], live: ReadonlySet<string>, context: Context) {
	const kept: Card[] = [];
	for (const card of picture.cards) {
		const id = callIdOf(card);
		if (live.has(id)) continue;
		if (card.phase.kind === "elsewhere" || card.phase.kind === "gone") {
			if (card.phase.until > context.now) kept.push(card);
			continue;
		}
		const owed = obligations.find((obligation) => obligation.call.id === id);
		if (!owed || card.phase.kind === "ringing") continue;
		kept.push(wrapUpCard({ ...card, pop: { ...card.pop, call: owed.call } }));
	}
	for (const obligation of obligations) {
		const { id, endedAt } = obligation.call;
		if (live.has(id) || endedAt === null || kept.some((card) => callIdOf(card) === id)) continue;
		if (context.wrapUps.includes(id))
			kept.push(wrapUpCard({ pop: popOf(obligation), phase: { kind: "ringing" }, seq: 0 }));
	}
	return kept;
}

const wrapUpCard = (card: Card): Card => ({
	...card,
	phase: { kind: "wrap-up", endedAt: card.pop.call.endedAt ?? card.pop.call.startedAt },
});

/** The one contact of a match, as a pop names it. */
function contactOf(match: Match): Pop["contact"] {
	const only = match.candidates.length === 1 ? match.candidates[0] : undefined;
	return only ? { id: only.contact.id, name: only.contact.name } : null;
}

function ownerOf(match: Match, me: string): Pop["owner"] {
	const owner = match.candidates.length === 1 ? match.candidates[0]?.owner : undefined;
	return owner ? { ...owner, you: owner.id === me } : null;
}

/** The colleague who talks in the call now. */
function speakerOf(call: Call, me: string): string | null {
	const talks = call.legs.filter((leg) => leg.answeredAt !== null && leg.leftAt === null && leg.user?.id !== me);
	return talks.at(-1)?.user?.name ?? null;
}

/** A farewell that did not know who answered learns it from a later message; its moment is over when it would have been. */
function learned(phase: Phase, call: Call, context: Context): Phase {
	if (phase.kind !== "elsewhere" || phase.by !== null) return phase;
	return { ...phase, by: speakerOf(call, context.me) };
}

function withCall(cards: readonly Card[], call: Call, change: (card: Card) => Card | null): readonly Card[] {
	return cards.flatMap((card) => {
		if (callIdOf(card) !== call.id) return [card];
		const next = change({ ...card, pop: { ...card.pop, call } });
		return next ? [next] : [];
	});
}

function ended(message: Extract<ServerMessage, { type: "call.ended" }>, card: Card, context: Context): Card | null {
	const until = context.now + farewell;
	switch (card.phase.kind) {
		case "ringing":
			// Our phone may stop before the PBX says who answered: while the call lives, it goes on elsewhere.
			return message.elsewhere || message.call.endedAt === null
				? { ...card, phase: { kind: "elsewhere", by: message.by?.name ?? speakerOf(message.call, context.me), until } }
				: { ...card, phase: { kind: "gone", until } };
		case "talking":
			// An internal call is owed to nobody: its card just goes.
			return message.call.direction === "internal" || message.call.disposition ? null : wrapUpCard(card);
		case "elsewhere":
		case "gone":
		case "wrap-up":
			return card;
	}
}

/** The next picture. Messages already seen change nothing. */
export function fold(picture: Picture, message: ServerMessage, context: Context): Picture {
	if (message.type === "hello" || message.type === "pong") return picture;
	if (message.type === "snapshot") {
		const { seq, obligations, counts, agents, queues, pbxs, unseen, storage = null } = message;
		const live = new Set([...message.ringing, ...message.talking].map((pop) => pop.call.id));
		const cards: Card[] = carried(picture, obligations, live, context);
		for (const pop of message.talking) {
			cards.push({ pop, seq, phase: { kind: "talking", since: pop.call.answeredAt ?? pop.call.startedAt } });
		}
		for (const pop of message.ringing) cards.push({ pop, seq, phase: { kind: "ringing" } });
		const revision = picture.revision + 1;
		return { seq, cards, obligations, counts, agents, queues, pbxs, unseen, storage, revision };
	}
	if (picture.seq !== null && message.seq <= picture.seq) return picture;
	const next: Picture = { ...picture, seq: message.seq };
	const touched = { ...next, revision: picture.revision + 1 };
	switch (message.type) {
		case "call.ringing": {
			const { type: _type, seq, at: _at, ...pop } = message;
			return { ...touched, cards: putCard(picture.cards, { pop, seq, phase: { kind: "ringing" } }) };
		}
		case "call.talking": {
			const { call, by, pop } = message;
			if (by?.id !== context.me) {
				const until = context.now + farewell;
				const leave = (card: Card): Card =>
					card.phase.kind === "ringing" ? { ...card, phase: { kind: "elsewhere", by: by?.name ?? null, until } } : card;
				return { ...touched, cards: withCall(picture.cards, call, leave) };
			}
			const phase: Phase = { kind: "talking", since: call.answeredAt ?? message.at };
			const shown = picture.cards.find((card) => callIdOf(card) === call.id)?.pop;
			// What came out of the server's memory makes room for what the database says.
			const known = shown?.saved === false ? (pop ?? shown) : (shown ?? pop);
			if (!known) return touched;
			return { ...touched, cards: putCard(picture.cards, { pop: { ...known, call }, phase, seq: message.seq }) };
		}
		case "call.ended":
			return { ...touched, cards: withCall(picture.cards, message.call, (card) => ended(message, card, context)) };
		case "call.changed": {
			const { call, match } = message;
			const change = (card: Card): Card => ({
				...card,
				phase: learned(card.phase, call, context),
				pop: {
					...card.pop,
					match,
					contact: call.contact ?? contactOf(match),
					owner: match.candidates.length ? ownerOf(match, context.me) : card.pop.owner,
				},
			});
			return { ...touched, cards: withCall(picture.cards, call, change) };
		}
		case "obligation.opened": {
			const { obligation, counts } = message;
			const mine = obligation.assignee?.id === context.me;
			const others = picture.obligations.filter(
				(old) => old.id !== obligation.id && !(mine && entryOf(old) === entryOf(obligation)),
			);
			return { ...touched, counts, obligations: mine ? [...others, obligation] : others };
		}
		case "obligation.settled": {
			const { id, callId, counts } = message;
			return {
				...touched,
				counts,
				obligations: picture.obligations.filter((old) => old.id !== id),
				cards: picture.cards.filter((card) => callIdOf(card) !== callId || card.phase.kind !== "wrap-up"),
			};
		}
		case "agent.state":
			return { ...next, agents: replace(picture.agents, (a) => a.user.id === message.agent.user.id, message.agent) };
		case "queue.state": {
			const { queue } = message;
			return { ...next, queues: replace(picture.queues, (q) => q.pbx === queue.pbx && q.queue === queue.queue, queue) };
		}
		case "pbx.state":
			return { ...next, pbxs: replace(picture.pbxs, (pbx) => pbx.id === message.pbx.id, message.pbx) };
		case "storage.state":
			return { ...next, storage: message.storage };
		case "pop.unseen": {
			const { unseen, rings } = message;
			const others = picture.unseen.filter(({ id }) => id !== unseen.id);
			return { ...next, unseen: rings ? [...others, unseen] : others };
		}
		case "pop.seen":
			return { ...next, unseen: picture.unseen.filter(({ id }) => id !== message.unseen.id) };
		case "heartbeat":
			return { ...next, counts: message.counts };
		case "floor":
		case "floor.calls":
		case "floor.figures":
			return next;
		default:
			return message satisfies never;
	}
}

/** The missed calls of one client are one entry, as in the server's own picture. */
const entryOf = ({ id, kind, contact, number }: Obligation) =>
	kind === "missed" ? `calls back ${contact?.id ?? number ?? id}` : id;

/** The hash of the picture as the server makes it of its own. */
export function hashOfPicture(picture: Picture, viewer: Viewer): string {
	const pops = (kind: Phase["kind"]) => picture.cards.filter(({ phase }) => phase.kind === kind).map(({ pop }) => pop);
	return pictureHash({ ...picture, ringing: pops("ringing"), talking: pops("talking") }, viewer);
}

/** Takes away the cards whose last moment is over. */
export function expire(picture: Picture, now: number): Picture {
	const cards = picture.cards.filter(({ phase }) => !("until" in phase) || phase.until > now);
	return cards.length === picture.cards.length ? picture : { ...picture, cards };
}

/** The person closed the card; what is owed stays in the list. */
export function withoutCard(picture: Picture, callId: string): Picture {
	return { ...picture, cards: picture.cards.filter((card) => callIdOf(card) !== callId) };
}
