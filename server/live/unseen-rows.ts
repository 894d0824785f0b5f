import type { UnseenPop } from "../protocol/floor.ts";
import type { UnseenRow, UnseenStore } from "./unseen-store.ts";

interface Deps {
	readonly store: Pick<UnseenStore, "note" | "seen">;
	/** Whether what could not be written may be written later. */
	mayPass(error: unknown): boolean;
	onFailure(error: unknown): void;
}

interface Write {
	run(): Promise<UnseenPop | null>;
	done(answer: UnseenPop | null): void;
}

/** Beyond so many that wait the oldest are given up: an outage of days. */
const mostWaiting = 10_000;

/**
 * Writes down what people may have been told already: one after the other, and again until the database takes it. Each write
 * may have been done before, its answer lost. What the database refuses is given up.
 */
export function createUnseenRows({ store, mayPass, onFailure }: Deps) {
	const waiting: Write[] = [];
	let writing = false;

	/** Throws what may pass. */
	const written = async ({ run }: Write) => {
		try {
			return await run();
		} catch (error) {
			if (mayPass(error)) throw error;
			onFailure(error);
			return null;
		}
	};
	const retry = async (): Promise<void> => {
		if (writing) return;
		writing = true;
		try {
			for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
				const answer = await written(next);
				// It may have been given up meanwhile.
				if (waiting[0] === next) waiting.shift();
				next.done(answer);
			}
		} catch (error) {
			onFailure(error);
		} finally {
			writing = false;
		}
	};
	const put = (run: Write["run"]): Promise<UnseenPop | null> =>
		new Promise((done) => {
			waiting.push({ run, done });
			if (waiting.length > mostWaiting) waiting.shift()?.done(null);
			void retry();
		});

	return {
		/** The row as it is read; null when this phone's pop-up of this call has one already. */
		note: (row: UnseenRow): Promise<UnseenPop | null> => put(() => store.note(row)),
		/** The row with who saw it; null when somebody else had before. */
		seen: (id: string, userId: string, at: number): Promise<UnseenPop | null> => put(() => store.seen(id, userId, at)),
		/** Writes what could not be written before; called every second. */
		retry: (): void => void retry(),
	};
}
