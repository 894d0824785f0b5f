import { newId } from "../../db/id.ts";
import type { SavedCall } from "../events.ts";
import type { Named } from "../protocol/basics.ts";
import type { UnseenPop } from "../protocol/floor.ts";
import type { Audience } from "./audience.ts";
import { encode, type Unnumbered } from "./connection.ts";
import { type LivePerson, leads } from "./person.ts";
import { createQueueMates } from "./queue-mates.ts";
import { createUnseenWatch, type Unseen } from "./unseen.ts";
import { createUnseenRows } from "./unseen-rows.ts";
import type { UnseenRow, UnseenStore } from "./unseen-store.ts";

interface Deps {
	readonly store: Pick<UnseenStore, "note" | "seen">;
	readonly audience: Audience;
	/** The call as it is now, and who its client belongs to; null when it is over. */
	callOf(callId: string): { readonly latest: SavedCall; readonly ownerId: string | null } | null;
	/** Whoever tells people of it hears of it from now on. */
	announce(unseen: UnseenPop): void;
	announceSeen(unseen: UnseenPop): void;
	readonly at: () => string;
	readonly now: () => number;
	/** Whether a row that could not be written may be written later. */
	mayPass(error: unknown): boolean;
	onFailure(error: unknown): void;
}

/**
 * Milliseconds that people wait for the row of what they are told. With the five of the pop-up and the second between two
 * looks a supervisor hears of it within ten seconds, whatever the database does.
 */
const rowWithin = 1_000;

interface Notice {
	readonly unseen: UnseenPop;
	readonly to: ReadonlySet<string>;
}

/**
 * The second channel of a pop-up that nobody saw: the owner of the client, colleagues of the same queue and of the same
 * call, and supervisors are told that the phone rings. A row is written first; it says later who saw it. While the database
 * takes none, people are told out of memory, and the row follows.
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
	const rows = createUnseenRows({ store, mayPass: deps.mayPass, onFailure: deps.onFailure });
	const note = async (one: Unseen) => {
		const call = deps.callOf(one.callId)?.latest.call;
		if (call === undefined) return;
		const leg = call.legs.findLast(({ user }) => user?.id === one.userId);
		const row: UnseenRow = {
			...{ ...one, id: newId(), callStartedAt: call.startedAt, extension: leg?.extension ?? null },
			...{ contactId: call.contact?.id ?? null, number: call.number, queue: call.queue },
			...{ rangAt: one.since, noticedAt: now() },
		};
		const written = await inTime(rows.note(row));
		// Null: this phone's pop-up of this call was told before.
		if (written === null) return;
		const name = audience.person(one.userId)?.name ?? leg?.user?.name ?? "";
		deps.announce(written ?? pictured(row, { id: one.userId, name }, call.contact));
	};
	const settle = async ({ unseen }: Notice, userId: string) => {
		const moment = now();
		const written = await inTime(rows.seen(unseen.id, userId, moment));
		// Null: somebody else saw it before.
		if (written === null) return;
		const seenBy = { id: userId, name: audience.person(userId)?.name ?? "" };
		deps.announceSeen(written ?? { ...unseen, seenAt: new Date(moment).toISOString(), seenBy });
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
			rows.retry();
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
			const live = deps.callOf(callId);
			// Of a phone that has stopped it says nothing: should it ring again, its card is another one.
			if (live === null || live.latest.ringing.includes(userId)) watch.seen(callId, userId);
			for (const notice of notices.values())
				if (notice.unseen.callId === callId && notice.unseen.user.id === userId) void settle(notice, userId);
		},
		/** Somebody who was told says "I see it". Of others it changes nothing. */
		saw(id: string, person: LivePerson): void {
			const notice = notices.get(id);
			if (notice !== undefined && (leads(person) || notice.to.has(person.id))) void settle(notice, person.id);
		},
		/** A pop-up was told as unseen. */
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

/** Undefined when it takes too long: it goes on all the same. */
function inTime<T>(work: Promise<T>): Promise<T | undefined> {
	return new Promise((resolve) => {
		const enough = setTimeout(() => resolve(undefined), rowWithin).unref();
		void work.then(resolve).finally(() => clearTimeout(enough));
	});
}

/** What will be read from the row. */
function pictured(row: UnseenRow, user: Named, contact: Named | null): UnseenPop {
	const { id, callId, extension, number, queue, cause } = row;
	const times = { rangAt: new Date(row.rangAt).toISOString(), noticedAt: new Date(row.noticedAt).toISOString() };
	return { id, callId, user, extension, contact, number, queue, cause, ...times, seenAt: null, seenBy: null };
}
