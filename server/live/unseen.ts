/** A phone that rings while nobody has said that the pop-up is on the screen. */
export interface Unseen {
	readonly callId: string;
	readonly userId: string;
	/** When it began to ring, epoch ms. */
	readonly since: number;
	readonly cause: "not-acknowledged" | "not-connected";
}

interface Ringing {
	readonly since: number;
	/** Whether a browser of this person was sent the pop-up. */
	readonly sent: boolean;
	state: "waits" | "seen" | "told";
}

/** Cards that a person shows while the server does not know yet that the phone rings: a first picture has no more. */
const mostEarly = 20;

/** Milliseconds after which a pop-up that nobody acknowledged counts as unseen. */
export const unseenAfter = 5_000;

/**
 * Watches the pop-ups of ringing phones. Who was sent one has `after` milliseconds to show it. A phone whose person has
 * no browser open is unseen too, unless another person whose phone rings for the same call has one: then that one counts.
 * After a restart a browser may show a card, out of its first picture, before the server hears of the ringing phone: that
 * counts when the phone is known. Bounded by the phones that ring, and by a few cards a person.
 */
export function createUnseenWatch(after = unseenAfter) {
	const calls = new Map<string, Map<string, Ringing>>();
	/** Calls that each person showed before their phones were known to ring, the newest last. */
	const early = new Map<string, Set<string>>();
	const takeEarly = (callId: string, userId: string): boolean => {
		const own = early.get(userId);
		const was = own?.delete(callId) === true;
		if (own?.size === 0) early.delete(userId);
		return was;
	};

	return {
		/** The phone begins to ring; `sent`: the pop-up went to at least one browser. */
		rings(callId: string, userId: string, now: number, sent: boolean): void {
			const phones = calls.get(callId) ?? new Map<string, Ringing>();
			const state = takeEarly(callId, userId) ? "seen" : "waits";
			calls.set(callId, phones.set(userId, { since: now, sent, state }));
		},
		/** The pop-up is on the screen. */
		seen(callId: string, userId: string): void {
			const phone = calls.get(callId)?.get(userId);
			if (phone !== undefined) phone.state = "seen";
			else {
				const own = early.get(userId) ?? new Set<string>();
				early.set(userId, own.add(callId));
				for (const oldest of own) if (own.size > mostEarly) own.delete(oldest);
			}
		},
		/** It rings no more. */
		stops(callId: string, userId: string): void {
			takeEarly(callId, userId);
			const phones = calls.get(callId);
			phones?.delete(userId);
			if (phones?.size === 0) calls.delete(callId);
		},
		over: (callId: string): void => void calls.delete(callId),
		/** What has become unseen since it was last asked. */
		due(now: number): Unseen[] {
			const found: Unseen[] = [];
			for (const [callId, phones] of calls) {
				const somebodyHasIt = [...phones.values()].some(
					({ sent, state }) => state === "seen" || (sent && state !== "told"),
				);
				for (const [userId, phone] of phones) {
					if (phone.state !== "waits" || now - phone.since < after) continue;
					if (!phone.sent && somebodyHasIt) continue;
					phone.state = "told";
					const cause = phone.sent ? "not-acknowledged" : "not-connected";
					found.push({ callId, userId, since: phone.since, cause });
				}
			}
			return found;
		},
	};
}
