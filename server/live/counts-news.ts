import type { ObligationCounts } from "../protocol/obligation.ts";
import type { Unnumbered } from "./connection.ts";

type OwedChange = Unnumbered & { readonly type: "obligation.opened" | "obligation.settled" };
/** A change of what is owed, before the figures of the person's tabs are put in. */
export type Owed = OwedChange extends infer T ? (T extends unknown ? Omit<T, "counts"> : never) : never;

interface Deps {
	/** Milliseconds in which changes are gathered, so that a busy minute is not one query a call and person. */
	readonly gather: number;
	counts(userId: string): Promise<ObligationCounts>;
	tell(userId: string, change: OwedChange): void;
	/** Who has gone is told by the first picture when he is back. */
	isOnline(userId: string): boolean;
	onFailure(error: unknown): void;
}

/**
 * The figures may take a tenth of one connection's time, however many people look at them: they are
 * nice to know, a ringing phone is not. Measured: read at will for 40 people at 100 calls a second
 * they kept the database busy and made pop-ups 15 times slower.
 */
const restPerWork = 9;
/** People whose figures are read together: most of what is counted for one is counted for all. */
const together = 16;
/** Milliseconds until figures that could not be read are read again. */
const restAfterFailure = 500;

/** Tells people what is owed, with their figures: read for a few people at a time, first for those whom it concerns most. */
export function createCountsNews({ gather, counts, tell, isOnline, onFailure }: Deps) {
	/** In the order in which people have something to hear. */
	const own = new Map<string, Owed[]>();
	const others = new Map<string, Owed[]>();
	let timer: NodeJS.Timeout | null = null;
	let stopped = false;

	const later = (milliseconds: number) => {
		if (timer !== null || stopped || own.size + others.size === 0) return;
		timer = setTimeout(() => void next(), milliseconds).unref();
	};
	const next = async () => {
		const began = performance.now();
		const people = [...new Set([...own.keys(), ...others.keys()])].slice(0, together);
		let failed = false;
		await Promise.all(
			people.map(async (userId) => {
				const changes = [...(others.get(userId) ?? []), ...(own.get(userId) ?? [])];
				own.delete(userId);
				others.delete(userId);
				try {
					const figures = await counts(userId);
					for (const change of changes) tell(userId, { ...change, counts: figures });
				} catch (error) {
					// What is owed is told all the same, when the figures can be read.
					if (isOnline(userId)) own.set(userId, [...changes, ...(own.get(userId) ?? [])]);
					failed = true;
					onFailure(error);
				}
			}),
		);
		timer = null;
		later(failed ? restAfterFailure : (performance.now() - began) * restPerWork);
	};
	return {
		/** `isOwn`: this person is the one who owes it. */
		add(userId: string, change: Owed, isOwn: boolean): void {
			const queue = isOwn ? own : others;
			const known = queue.get(userId);
			if (known === undefined) queue.set(userId, [change]);
			else known.push(change);
			later(gather);
		},
		stop(): void {
			stopped = true;
			if (timer !== null) clearTimeout(timer);
			own.clear();
			others.clear();
		},
	};
}
export type CountsNews = ReturnType<typeof createCountsNews>;
