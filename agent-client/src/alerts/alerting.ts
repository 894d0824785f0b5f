import { effect, signal } from "@preact/signals";
import type { Preferences } from "../../../server/protocol/user.ts";
import type { Live } from "../model/live.ts";
import type { Card } from "../model/picture.ts";
import type { RingLeader } from "../model/ring-leader.ts";
import { harmless } from "../model/text.ts";
import type { Bell } from "./bell.ts";
import type { Notices } from "./notices.ts";

interface Deps {
	readonly live: Live;
	readonly leader: RingLeader;
	readonly bell: Bell;
	readonly notices: Notices;
	readonly preferences: () => Preferences;
	readonly pageInUse: () => boolean;
	readonly sentence: (card: Card) => string;
	readonly jump: (callId: string) => void;
}

/** True when the person wants to hear this call. */
export function audible(preferences: Preferences, card: Card): boolean {
	const sound = preferences.sound ?? "all";
	return sound === "all" || (sound === "mine" && card.pop.owner?.you === true);
}

/** Bell and notice for calls that ring; of many tabs only one does it. */
export function createAlerting(deps: Deps) {
	const { live, leader, bell, notices } = deps;
	const owned = signal<readonly string[]>([]);
	const muted = signal<readonly string[]>([]);
	const known = new Set<string>();

	const stopKnowing = effect(() => {
		const ringing = live.ringing.value;
		const ids = new Set(ringing.map((card) => card.pop.call.id));
		for (const id of [...known]) {
			if (ids.has(id)) continue;
			known.delete(id);
			leader.forget(id);
			notices.close(id);
			owned.value = owned.peek().filter((other) => other !== id);
			muted.value = muted.peek().filter((other) => other !== id);
		}
		for (const card of ringing) {
			const { id } = card.pop.call;
			if (known.has(id)) continue;
			known.add(id);
			leader.bid(id, (own) => {
				if (!own || !known.has(id)) return;
				owned.value = [...owned.value, id];
				if (deps.pageInUse() || deps.preferences().notices === false) return;
				const { pop } = card;
				const title = pop.contact?.name ?? pop.call.number ?? pop.call.rawNumber;
				notices.show(id, harmless(title), deps.sentence(card), () => deps.jump(id));
			});
		}
	});
	const stopRinging = effect(() => {
		const preferences = deps.preferences();
		const rings = live.ringing.value.some(
			(card) =>
				owned.value.includes(card.pop.call.id) && !muted.value.includes(card.pop.call.id) && audible(preferences, card),
		);
		if (rings) bell.start(preferences.volume ?? 0.6);
		else bell.stop();
	});

	return {
		/** Calls for which this tab is the one that rings. */
		owned,
		muted,
		mute: (callId: string) => {
			muted.value = [...muted.value, callId];
		},
		stop() {
			stopKnowing();
			stopRinging();
			bell.stop();
		},
	};
}
