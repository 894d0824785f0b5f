import { computed, signal } from "@preact/signals";
import type { ClientMessage, ServerMessage } from "../../../server/protocol/live.ts";
import { type Card, continues, emptyPicture, expire, fold, type Picture, withoutCard } from "./picture.ts";

interface Deps {
	readonly now: () => number;
	readonly me: () => string | null;
	readonly wrapUps: () => readonly string[];
	readonly send: (message: ClientMessage) => void;
	/** Runs after the next frame is on the screen. */
	readonly afterPaint: (work: () => void) => void;
	readonly later: (work: () => void, milliseconds: number) => void;
}

/** The live picture as signals: what rings, what is owed, who is where. */
export function createLive(deps: Deps) {
	const picture = signal<Picture>(emptyPicture);
	/** Version of the server that this page first spoke with. */
	const firstVersion = signal<string | null>(null);
	const version = signal<string | null>(null);
	/** Milliseconds by which the server's clock is ahead of this machine's. */
	const skew = signal(0);
	const painted = new Set<string>();
	let asked = false;

	const tidy = () => {
		picture.value = expire(picture.value, deps.now());
	};

	function receive(message: ServerMessage): void {
		if (message.type === "hello") {
			firstVersion.value ??= message.version;
			version.value = message.version;
			// A new connection owes a snapshot; until it is here nothing continues the old one.
			asked = true;
			return;
		}
		const me = deps.me();
		if (me === null) return;
		if (message.type === "snapshot") {
			asked = false;
			skew.value = Date.parse(message.at) - deps.now();
		} else if (!continues(picture.value, message) && !asked) {
			asked = true;
			deps.send({ type: "resync" });
		}
		const before = picture.value;
		picture.value = fold(before, message, { me, now: deps.now(), wrapUps: deps.wrapUps() });
		for (const card of picture.value.cards) {
			if ("until" in card.phase) deps.later(tidy, card.phase.until - deps.now() + 10);
		}
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
		/** A card is in the page: the server hears of it when the frame is painted, once per call. */
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
