import type { RefusedLogins } from "../pbx-access.ts";
import type { Clock } from "./clock.ts";
import { loginDelay, loginsPerHour } from "./retry.ts";

/** When an account may log in: seldom after refusals, whoever of our servers was refused, also before a restart. */
export interface Logins {
	/** Milliseconds until a login may be tried; 0: now, and the turn is the caller's, who says what became of it. */
	turn(): Promise<number>;
	/** Runs an order that logs in: one at a time until a login was accepted. `held` is thrown when there is no turn. */
	through<T>(order: () => Promise<T>, verdict: (error: unknown) => Verdict, held: (wait: number) => Error): Promise<T>;
	refused(): Promise<void>;
	accepted(): Promise<void>;
	/** It was sent and nothing is known of it: behind a refusal it counts as one, too. */
	unanswered(): Promise<void>;
	/** No login came of the turn. */
	unused(): Promise<void>;
	/** The account was found mended: forgets, here and for every server. */
	mended(): Promise<void>;
}

export type Verdict = "refused" | "accepted" | "unused";

/** Milliseconds for which a login waits for the database at most: without it each server counts for itself. */
const patience = 2_000;
const hour = 3_600_000;

/** The logins of one account. `known` is the company's list of refused ones, null where there is none. */
export function createLogins(account: string, clock: Clock, known: RefusedLogins | null): Logins {
	let refusedAt: readonly number[] = [];
	/** The list has been read once. */
	let read = known === null;
	/** The moment that the list counts as refused in advance: a server that is killed in mid-login is counted, too. */
	let taken: number | null = null;
	let proven = false;
	let last: Promise<unknown> = Promise.resolve();

	/** Null when the list is not there, or answers too late. */
	const ask = async <T>(work: (list: RefusedLogins) => Promise<T>): Promise<T | null> => {
		if (known === null) return null;
		let cancel = () => {};
		const late = new Promise<null>((resolve) => {
			cancel = clock.after(patience, () => resolve(null));
		});
		return await Promise.race([work(known).catch(() => null), late]).finally(() => cancel());
	};
	const lately = (times: readonly number[]) => times.filter((at) => at > clock.now() - hour).slice(-loginsPerHour);
	const forget = async (): Promise<void> => {
		const knew = refusedAt.length > 0 || taken !== null;
		refusedAt = [];
		taken = null;
		if (knew) await ask((list) => list.clear(account));
	};

	const logins: Logins = {
		async turn() {
			const at = clock.now();
			if (!read || refusedAt.length > 0) {
				const said = await ask((list) => list.take(account, at, (times) => loginDelay(lately(times), at)));
				if (said !== null) {
					read = true;
					refusedAt = lately(said.refusedAt);
					if (said.wait === 0 && refusedAt.length > 0) taken = at;
					return said.wait;
				}
			}
			return loginDelay(lately(refusedAt), at);
		},
		async through(order, verdict, held) {
			const before = last;
			let over = () => {};
			if (!proven)
				last = new Promise<void>((resolve) => {
					over = resolve;
				});
			if (!proven) await before;
			try {
				const wait = await logins.turn();
				if (wait > 0) throw held(wait);
				try {
					const result = await order();
					await logins.accepted();
					return result;
				} catch (error) {
					await logins[verdict(error)]();
					throw error;
				}
			} finally {
				over();
			}
		},
		async refused() {
			proven = false;
			const at = taken ?? clock.now();
			const counted = taken !== null;
			taken = null;
			refusedAt = lately([...refusedAt, at]);
			if (!counted) await ask((list) => list.add(account, at));
		},
		async unanswered() {
			if (refusedAt.length > 0) await logins.refused();
		},
		async accepted() {
			proven = true;
			await forget();
		},
		async unused() {
			const at = taken;
			taken = null;
			if (at !== null) await ask((list) => list.giveBack(account, at));
		},
		async mended() {
			refusedAt = [];
			taken = null;
			await ask((list) => list.clear(account));
		},
	};
	return logins;
}
