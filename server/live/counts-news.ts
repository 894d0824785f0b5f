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
	onFailure(error: unknown): void;
}

/** Tells people what is owed, with figures read once per person and moment, never twice at the same time. */
export function createCountsNews({ gather, counts, tell, onFailure }: Deps) {
	const waiting = new Map<string, Owed[]>();
	const timers = new Map<string, NodeJS.Timeout>();
	const flush = async (userId: string) => {
		const changes = waiting.get(userId) ?? [];
		waiting.delete(userId);
		try {
			const figures = await counts(userId);
			for (const change of changes) tell(userId, { ...change, counts: figures });
		} catch (error) {
			onFailure(error);
		} finally {
			timers.delete(userId);
			if (waiting.has(userId)) schedule(userId);
		}
	};
	const schedule = (userId: string) => {
		if (!timers.has(userId)) timers.set(userId, setTimeout(() => void flush(userId), gather).unref());
	};
	return {
		add(userId: string, change: Owed): void {
			waiting.set(userId, [...(waiting.get(userId) ?? []), change]);
			schedule(userId);
		},
		stop(): void {
			for (const timer of timers.values()) clearTimeout(timer);
			timers.clear();
			waiting.clear();
		},
	};
}
