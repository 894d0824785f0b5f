import { computed, signal } from "@preact/signals";
import type { ClientMessage, ServerMessage } from "../../../server/protocol/live.ts";
import {
	type Card,
	continues,
	emptyPicture,
	expire,
	fold,
	hashOfPicture,
	type Picture,
	withoutCard,
} from "./picture.ts";

interface Deps {
	readonly now: () => number;
	readonly me: () => string | null;
	/** Supervisors and admins are shown everybody. */
	readonly leads: () => boolean;
	readonly wrapUps: () => readonly string[];
	readonly send: (message: ClientMessage) => void;
	/** Runs after the next frame is on the screen. */
	readonly afterPaint: (work: () => void) => void;
	readonly random: () => number;
	readonly later: (work: () => void, milliseconds: number) => void;
}

/** A change that was under way when the server read the picture comes within so many milliseconds. */
const settleWithin = 1500;

/** The live picture as signals: what rings, what is owed, who is where. */
export function createLive(deps: Deps) {
	const picture = signal<Picture>(emptyPicture);
	/** Version of the server that this page first spoke with. */
	const firstVersion = signal<string | null>(null);
	const version = signal<string | null>(null);
	/** Milliseconds by which the server's clock is ahead of this machine's. */
	const skew = signal(0);
	const painted = new Set<string>();
	const listeners = new Set<(message: ServerMessage) => void>();
	/** How often the picture was changed. */
	let changes = 0;
	let asked = false;
	let returnedAt = Number.NEGATIVE_INFINITY;

	const ask = (because: "gap" | "picture") => {
		if (asked) return;
		asked = true;
		deps.send({ type: "resync", because });
	};
	/** The server said what the picture should be: looked at once nothing is under way any more. */
	const compare = (hash: string) => {
		const before = changes;
		deps.later(() => {
			const me = deps.me();
			// Whatever came meanwhile may be in the one and not yet in the other: the next heartbeat tells.
			if (me === null || changes !== before) return;
			if (hashOfPicture(picture.value, { id: me, leads: deps.leads() }) !== hash) ask("picture");
		}, settleWithin);
	};
	const tidy = () => {
		picture.value = expire(picture.value, deps.now());
	};

	function receive(message: ServerMessage): void {
		if (message.type === "hello") {
			firstVersion.value ??= message.version;
			version.value = message.version;
			// A new connection owes a snapshot; until it is here nothing continues the old one.
			asked = true;
			// The server may not know of what was shown before.
			painted.clear();
			return;
		}
		if (message.type === "pong") {
			// The last change that the server sent has not come: nothing after it would have said so.
			if (picture.value.seq !== null && message.last > picture.value.seq) ask("gap");
			return;
		}
		const me = deps.me();
		if (me === null) return;
		if (message.type === "snapshot") {
			asked = false;
			if (picture.value.seq !== null) returnedAt = deps.now();
			skew.value = Date.parse(message.at) - deps.now();
		} else if (!continues(picture.value, message)) ask("gap");
		// Should the phone ring once more for the same call, its card is another one.
		if (message.type === "call.ended") painted.delete(message.call.id);
		// What the server brings once more it wants acknowledged once more, though the card may be there already.
		if (message.type === "call.ringing") painted.delete(message.call.id);
		const before = picture.value;
		picture.value = fold(before, message, { me, now: deps.now(), wrapUps: deps.wrapUps() });
		for (const card of picture.value.cards) {
			if ("until" in card.phase) deps.later(tidy, card.phase.until - deps.now() + 10);
		}
		if (message.type === "heartbeat") compare(message.hash);
		else if (!message.type.startsWith("floor")) changes += 1;
		for (const listener of listeners) listener(message);
	}

	return {
		picture,
		skew,
		receive,
		cards: computed(() => picture.value.cards),
		ringing: computed(() => picture.value.cards.filter((card) => card.phase.kind === "ringing")),
		counts: computed(() => picture.value.counts),
		obligations: computed(() => picture.value.obligations),
		revision: computed(() => picture.value.revision),
		/** A server of another version answers: the page should be loaded anew. */
		outdated: computed(() => firstVersion.value !== null && version.value !== firstVersion.value),
		/** The first PBX that does not work, null when all do. */
		pbxTrouble: computed(() => picture.value.pbxs.find((pbx) => pbx.state !== "connected") ?? null),
		stateOf: (userId: string) => picture.value.agents.find((agent) => agent.user.id === userId) ?? null,
		unseen: computed(() => picture.value.unseen),
		/** Milliseconds after which lists are read anew: spread when we are back, because others may be back too. */
		refreshAfter: () => (deps.now() - returnedAt < 1000 ? 400 + deps.random() * 6000 : 400),
		/** For a page that shows more than the picture: hears every message until it is taken back. */
		hear(listener: (message: ServerMessage) => void): () => void {
			listeners.add(listener);
			return () => void listeners.delete(listener);
		},
		/** A card is in the page: the server hears of it when the frame is painted, once per pop-up that it brings. */
		shown(card: Card): void {
			const { id } = card.pop.call;
			if (painted.has(id)) return;
			painted.add(id);
			deps.afterPaint(() => deps.send({ type: "painted", callId: id, seq: card.seq }));
		},
		dismiss(callId: string): void {
			picture.value = withoutCard(picture.value, callId);
		},
		/** Another person signed in, or nobody: forget everything. */
		reset(): void {
			picture.value = emptyPicture;
			painted.clear();
			asked = false;
		},
	};
}

export type Live = ReturnType<typeof createLive>;
