/** Time as an argument: tests bring their own. */
export interface Clock {
	/** Milliseconds since the epoch. */
	now(): number;
	/** Runs once after some milliseconds; the answer cancels it. */
	after(milliseconds: number, run: () => void): () => void;
}

export const systemClock: Clock = {
	now: Date.now,
	after(milliseconds, run) {
		const timer = setTimeout(run, milliseconds);
		return () => clearTimeout(timer);
	},
};
