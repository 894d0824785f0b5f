import { probe } from "./retry.ts";

/** For a server, or a proxy before it, that does not know the question. */
const usualSpread = 1_500;

/**
 * Whether browsers may come, by a question over plain HTTP that may take so many milliseconds: over how many milliseconds
 * they should spread, null when they may not. Whoever answers anything else but a failure is there.
 */
export function createWelcome(ask: (within: number) => Promise<Pick<Response, "status" | "json">>) {
	return async (): Promise<number | null> => {
		try {
			const answer = await ask(probe.within);
			if (answer.status >= 500) return null;
			const said: unknown = answer.status === 200 ? await answer.json().catch(() => null) : null;
			const spread: unknown = Reflect.get(Object(said), "spread");
			return typeof spread === "number" ? spread : usualSpread;
		} catch {
			// Nobody is there: the next question says more.
			return null;
		}
	};
}
