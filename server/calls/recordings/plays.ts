/** One play is many requests: the player asks for pieces. */
export interface Plays {
	/** True when this request begins a play, which is then to be audited. */
	begins(userId: string, recording: string, fromTheStart: boolean, now: number): boolean;
}

/** A player that has been silent for so long is a new play. */
const idle = 10 * 60_000;
/** Players ask for the first bytes more than once when they begin. */
const opening = 60_000;
const remembered = 10_000;

export function createPlays(): Plays {
	const plays = new Map<string, { began: number; seen: number }>();
	return {
		begins(userId, recording, fromTheStart, now) {
			const key = `${userId} ${recording}`;
			const play = plays.get(key);
			const fresh = !play || now - play.seen > idle || (fromTheStart && now - play.began > opening);
			plays.delete(key);
			plays.set(key, { began: fresh ? now : (play?.began ?? now), seen: now });
			const oldest = plays.keys().next();
			if (plays.size > remembered && !oldest.done) plays.delete(oldest.value);
			return fresh;
		},
	};
}
