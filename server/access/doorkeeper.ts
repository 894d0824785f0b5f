import { createBackOff, networkOf } from "./back-off.ts";

/** A person mistypes a few times; a guesser needs thousands. */
const perAccount = { free: 5, firstMs: 1_000, longestMs: 5 * 60_000 };
/** A whole office stands behind one address. */
const perNetwork = { free: 30, firstMs: 1_000, longestMs: 60_000 };

/** Checks of passwords at one time: each takes 19 MiB and a thread, and strangers may ask for them. */
const mostAtOnce = 20;

/** Who must wait before the next try to sign in: by account, known or not, and by network. In memory of one node. */
export function createDoorkeeper(now: () => number) {
	const accounts = createBackOff(perAccount);
	const networks = createBackOff(perNetwork);
	let inside = 0;
	return {
		/** Milliseconds. */
		wait: (account: string, address: string): number =>
			Math.max(
				accounts.waitMs(account, now()),
				networks.waitMs(networkOf(address), now()),
				inside >= mostAtOnce ? 1_000 : 0,
			),
		/** Runs a check of a password, counted among those under way. */
		async within<T>(check: () => Promise<T>): Promise<T> {
			inside += 1;
			try {
				return await check();
			} finally {
				inside -= 1;
			}
		},
		begin(account: string, address: string): void {
			accounts.begin(account, now());
			networks.begin(networkOf(address), now());
		},
		/** A success clears the account, and takes only its own try off the network: a guesser must not wash himself clean. */
		forgive(account: string, address: string): void {
			accounts.forgive(account);
			networks.undo(networkOf(address));
		},
		undo(account: string, address: string): void {
			accounts.undo(account);
			networks.undo(networkOf(address));
		},
	};
}
