interface Waiting<V> {
	readonly promise: Promise<V>;
	resolve(value: V): void;
	reject(error: unknown): void;
}

/**
 * Turns a read for several keys into one for a single key. What is asked for in the same moment, or while earlier reads
 * are under way, is read together: when everybody asks at once there are few statements, and somebody alone waits for
 * nobody. A read always begins after it was asked for. A key that `read` leaves out gets `none`.
 */
export function gathered<K, V>(
	read: (keys: readonly K[]) => Promise<ReadonlyMap<K, V>>,
	none: V,
	{ atOnce = 2, most = 40 } = {},
): (key: K) => Promise<V> {
	const waiting = new Map<K, Waiting<V>>();
	let underWay = 0;

	async function take(): Promise<void> {
		const mine = [...waiting].slice(0, most);
		if (mine.length === 0) return;
		for (const [key] of mine) waiting.delete(key);
		try {
			const found = await read(mine.map(([key]) => key));
			for (const [key, { resolve }] of mine) resolve(found.get(key) ?? none);
		} catch (error) {
			for (const [, { reject }] of mine) reject(error);
		}
	}
	async function work(): Promise<void> {
		while (waiting.size > 0) await take();
	}

	return (key) => {
		const before = waiting.get(key);
		if (before !== undefined) return before.promise;
		const one: Waiting<V> = Promise.withResolvers<V>();
		waiting.set(key, one);
		if (underWay < atOnce) {
			underWay += 1;
			// Whoever asks in the same moment comes along.
			queueMicrotask(() => {
				void work().finally(() => {
					underWay -= 1;
				});
			});
		}
		return one.promise;
	};
}
