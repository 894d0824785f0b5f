import type { SavedCall } from "../events.ts";
import type { UnseenPop } from "../protocol/floor.ts";
import type { Audience } from "./audience.ts";
import { encode, type Unnumbered } from "./connection.ts";
import { type LivePerson, leads } from "./person.ts";
import { createQueueMates } from "./queue-mates.ts";
import { createUnseenWatch, type Unseen } from "./unseen.ts";
import type { UnseenStore } from "./unseen-store.ts";

interface Deps {
	readonly store: Pick<UnseenStore, "note" | "seen">;
	readonly audience: Audience;
	/** The call as it is now, and who its client belongs to; null when it is over. */
	callOf(callId: string): { readonly latest: SavedCall; readonly ownerId: string | null } | null;
	/** It is written down: whoever tells people of it hears of it from now on. */
	announce(unseen: UnseenPop): void;
	announceSeen(unseen: UnseenPop): void;
	readonly at: () => string;
	readonly now: () => number;
	onFailure(error: unknown): void;
}

interface Notice {
	readonly unseen: UnseenPop;
	readonly to: ReadonlySet<string>;
}

/**
 * The second channel of a pop-up that nobody saw: the owner of the client, colleagues of the same queue and of the same
 * call, and supervisors are told that the phone rings. A row is written first; it says later who saw it.
 */
export function createUnseenNews(deps: Deps) {
	const { store, audience, at, now } = deps;
	const watch = createUnseenWatch();
	const mates = createQueueMates();
	/** Of phones that ring still. */
	const notices = new Map<string, Notice>();

	const tell = ({ unseen, to }: Notice, message: Unnumbered) => {
		const frame = encode(message);
		const everybody = new Set([...to, ...audience.leads()]);
		everybody.delete(unseen.user.id);
		for (const userId of everybody) audience.tell(userId, frame);
	};
	const note = async (one: Unseen) => {
		const call = deps.callOf(one.callId)?.latest.call;
		if (call === undefined) return;
		try {
			const unseen = await store.note({
				...one,
				callStartedAt: call.startedAt,
				extension: call.legs.findLast((leg) => leg.user?.id === one.userId)?.extension ?? null,
				contactId: call.contact?.id ?? null,
				number: call.number,
				queue: call.queue,
				rangAt: one.since,
				noticedAt: now(),
			});
			if (unseen !== null) deps.announce(unseen);
		} catch (error) {
			watch.again(one);
			deps.onFailure(error);
		}
	};
	const settle = async (id: string, userId: string) => {
		try {
			const seen = await store.seen(id, userId, now());
			if (seen !== null) deps.announceSeen(seen);
		} catch (error) {
			deps.onFailure(error);
		}
	};
	const forget = (fits: (unseen: UnseenPop) => boolean) => {
		for (const [id, notice] of notices) {
			if (!fits(notice.unseen)) continue;
			notices.delete(id);
			tell(notice, { type: "pop.unseen", at: at(), unseen: notice.unseen, rings: false });
		}
	};

	return {
		/** Looks what has become unseen; called every second. */
		look(): void {
			for (const one of watch.due(now())) void note(one);
		},
		saved: (call: SavedCall): void => mates.note(call, now()),
		rings: (callId: string, userId: string, sent: boolean): void => watch.rings(callId, userId, now(), sent),
		stops(callId: string, userId: string): void {
			watch.stops(callId, userId);
			forget((unseen) => unseen.callId === callId && unseen.user.id === userId);
		},
		over(callId: string): void {
			watch.over(callId);
			forget((unseen) => unseen.callId === callId);
		},
		/** The person's own browser has it on the screen. */
		painted(callId: string, userId: string): void {
			watch.seen(callId, userId);
			for (const [id, { unseen }] of notices)
				if (unseen.callId === callId && unseen.user.id === userId) void settle(id, userId);
		},
		/** Somebody who was told says "I see it". Of others it changes nothing. */
		saw(id: string, person: LivePerson): void {
			const notice = notices.get(id);
			if (notice !== undefined && (leads(person) || notice.to.has(person.id))) void settle(id, person.id);
		},
		/** A pop-up was written down as unseen. */
		announced(unseen: UnseenPop): void {
			const live = deps.callOf(unseen.callId);
			if (live === null || !live.latest.ringing.includes(unseen.user.id)) return;
			const { latest, ownerId } = live;
			const legs = latest.call.legs.flatMap(({ user }) => user?.id ?? []);
			const to = new Set([...legs, ...mates.of(latest, now()), ...(ownerId === null ? [] : [ownerId])]);
			const notice = { unseen, to };
			notices.set(unseen.id, notice);
			tell(notice, { type: "pop.unseen", at: at(), unseen, rings: true });
		},
		announcedSeen(unseen: UnseenPop): void {
			const notice = notices.get(unseen.id);
			if (notice === undefined) return;
			notices.delete(unseen.id);
			tell(notice, { type: "pop.seen", at: at(), unseen });
		},
		/** What this person should know of now. */
		of: (person: LivePerson): UnseenPop[] =>
			[...notices.values()].flatMap(({ unseen, to }) =>
				unseen.user.id !== person.id && (to.has(person.id) || leads(person)) ? [unseen] : [],
			),
	};
}
export type UnseenNews = ReturnType<typeof createUnseenNews>;
