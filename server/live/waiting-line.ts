interface Deps<V> {
	/** So many are let in a second while a line stands. */
	readonly perSecond: number;
	/** So many at most in one turn of the event loop; it takes them all when the turns are long. */
	readonly together: number;
	/** So many may wait. */
	readonly most: number;
	/** Lets one in, or refuses; never rejects. */
	welcome(visitor: V): Promise<void>;
	/** Makes room for everything else between two groups. */
	rest(): Promise<void>;
	/** Milliseconds of a clock that nobody sets. */
	readonly now: () => number;
}

/**
 * Those who want to come in, in the order in which they came. Somebody alone is let in at once; when thousands return in
 * one moment, a few go in together and everything else has its turn before the next ones do. A loop that is late rests as
 * often and lets more in together, so that the line is over in its time.
 */
export function createWaitingLine<V>({ perSecond, together, most, welcome, rest, now }: Deps<V>) {
	const waiting = new Set<V>();
	let working = false;

	const work = async () => {
		working = true;
		let before = now();
		while (waiting.size > 0) {
			const moment = now();
			const due = Math.round(((moment - before) * perSecond) / 1000);
			before = moment;
			const group = [...waiting].slice(0, Math.min(together, Math.max(1, due)));
			for (const visitor of group) waiting.delete(visitor);
			await Promise.all(group.map(welcome));
			await rest();
		}
		working = false;
	};

	return {
		/** False: too many wait already. */
		join(visitor: V): boolean {
			if (waiting.size >= most) return false;
			waiting.add(visitor);
			if (!working) void work();
			return true;
		},
		/** Whoever gave up leaves the place to the next one. */
		leave: (visitor: V): void => void waiting.delete(visitor),
		waiting: (): number => waiting.size,
		/** Sends away all who wait. */
		clear(): V[] {
			const all = [...waiting];
			waiting.clear();
			return all;
		},
	};
}
