/** How many wrong passwords are free, and how long one waits after each further one. */
export interface BackOffRule {
	readonly free: number;
	readonly firstMs: number;
	readonly longestMs: number;
}

interface Tries {
	count: number;
	/** No try is let in before this moment. */
	until: number;
	last: number;
}

/** Quiet for so long: forgotten. */
const forgetMs = 60 * 60 * 1000;
/** An attacker who invents names must not fill the memory: the longest unused are dropped. */
const most = 20_000;

/**
 * Counts failures per key and says how long the next try must wait. A try counts as failed when
 * it begins and is forgiven when it succeeds, so that a hundred tries at once are a hundred tries.
 */
export function createBackOff(rule: BackOffRule) {
	const keys = new Map<string, Tries>();
	return {
		/** Milliseconds to wait before a try is let in; 0 = now. */
		waitMs(key: string, now: number): number {
			const tries = keys.get(key);
			return tries === undefined ? 0 : Math.max(0, tries.until - now);
		},
		begin(key: string, now: number): void {
			const known = keys.get(key);
			const count = known === undefined || now - known.last > forgetMs ? 1 : known.count + 1;
			const over = count - rule.free;
			const wait = over < 0 ? 0 : Math.min(rule.longestMs, rule.firstMs * 2 ** Math.min(over, 30));
			keys.delete(key);
			keys.set(key, { count, until: now + wait, last: now });
			const [oldest] = keys.keys();
			if (keys.size > most && oldest !== undefined) keys.delete(oldest);
		},
		forgive(key: string): void {
			keys.delete(key);
		},
		/** Takes one failure back; a wait that has begun stays. */
		undo(key: string): void {
			const known = keys.get(key);
			if (known === undefined) return;
			if (known.count <= 1) keys.delete(key);
			else keys.set(key, { ...known, count: known.count - 1 });
		},
	};
}
/** Addresses of one network are one key: IPv4 /24, IPv6 /64. */
export function networkOf(address: string): string {
	const v4 = /(?:^|:)(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}$/.exec(address);
	if (v4?.[1] !== undefined) return v4[1];
	const [head = "", tail = ""] = address.toLowerCase().split("::", 2);
	const left = head.split(":").filter((part) => part !== "");
	const right = address.includes("::") ? tail.split(":").filter((part) => part !== "") : [];
	const gap = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => "0");
	return [...left, ...gap, ...right].slice(0, 4).join(":");
}
