/** Milliseconds between two lines of the log about one PBX: a caller who can provoke them must not fill the disk. */
const sayEvery = 60_000;

/** What is to be said of messages that were put aside: how many since the last line, and of all. */
export interface AsideNews {
	readonly since: number;
	readonly total: number;
}

/** Counts the messages of one PBX that were put aside, and says when a line about them is due. Pure but for its memory. */
export function createAside() {
	let total = 0;
	let said = 0;
	let saidAt = Number.NEGATIVE_INFINITY;
	return {
		/** Null: nothing is to be said now; what comes is counted in the next line. */
		take(count: number, now: number): AsideNews | null {
			total += count;
			if (total === said || now - saidAt < sayEvery) return null;
			const since = total - said;
			[said, saidAt] = [total, now];
			return { since, total };
		},
	};
}
