import { createBackOff, networkOf } from "./back-off.ts";

/** From one network: a person mistypes a few times; a guesser needs thousands. */
const perAccountAndNetwork = { free: 5, firstMs: 1_000, longestMs: 5 * 60_000 };
/** From all networks together: slows a guesser who has many, and holds nobody up for long. */
const perAccount = { free: 50, firstMs: 1_000, longestMs: 60_000 };
/** A whole office stands behind one address. */
const perNetwork = { free: 30, firstMs: 1_000, longestMs: 60_000 };

/** Checks of passwords at one time: each takes 19 MiB and a thread, and strangers may ask for them. */
const mostAtOnce = 20;
/** Pairs of account and network that are remembered as known. */
const mostKnown = 20_000;

/**
 * Who must wait before the next try to sign in: by account (known or not) and network, by account, and by network.
 * Strangers cannot shut a person out: where the person came in from before, only what came from there counts. In
 * memory of one node.
 */
export function createDoorkeeper(now: () => number) {
	const pairs = createBackOff(perAccountAndNetwork);
	const accounts = createBackOff(perAccount);
	const networks = createBackOff(perNetwork);
	const known = new Set<string>();
	let inside = 0;
	const pairOf = (account: string, address: string) => `${networkOf(address)} ${account}`;
	function begin(account: string, address: string): void {
		pairs.begin(pairOf(account, address), now());
		accounts.begin(account, now());
		networks.begin(networkOf(address), now());
	}
	return {
		begin,
		/** Milliseconds. */
		wait(account: string, address: string): number {
			const pair = pairOf(account, address);
			return Math.max(
				pairs.waitMs(pair, now()),
				known.has(pair) ? 0 : accounts.waitMs(account, now()),
				networks.waitMs(networkOf(address), now()),
				inside >= mostAtOnce ? 1_000 : 0,
			);
		},
		/** Runs a check of a password as a try of this account; when it could not be checked, it was no try. */
		async within<T>(account: string, address: string, check: () => Promise<T>): Promise<T> {
			begin(account, address);
			inside += 1;
			try {
				return await check();
			} catch (error) {
				pairs.undo(pairOf(account, address));
				accounts.undo(account);
				networks.undo(networkOf(address));
				throw error;
			} finally {
				inside -= 1;
			}
		},
		/** A success clears the account here, and takes only its own try off the rest: a guesser must not wash himself clean. */
		forgive(account: string, address: string): void {
			const pair = pairOf(account, address);
			pairs.forgive(pair);
			accounts.undo(account);
			networks.undo(networkOf(address));
			known.delete(pair);
			known.add(pair);
			const [oldest] = known;
			if (known.size > mostKnown && oldest !== undefined) known.delete(oldest);
		},
	};
}
