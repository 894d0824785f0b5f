import { rest } from "./retry.ts";

/** A rest between pieces of work, in which more work gathers. */
export interface Pause {
	take(): Promise<void>;
	/** Waits for the work to end; until then nobody rests. */
	without(work: () => Promise<void>): Promise<void>;
}

export function createPause(milliseconds: number): Pause {
	let hurrying = 0;
	let cut = new AbortController();
	return {
		async take() {
			if (hurrying === 0) await rest(milliseconds, cut.signal);
		},
		async without(work) {
			hurrying++;
			cut.abort();
			cut = new AbortController();
			try {
				await work();
			} finally {
				hurrying--;
			}
		},
	};
}
