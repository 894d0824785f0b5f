/**
 * Lets so many pieces of work go on at once; the others wait in their order. When ten thousand browsers return together,
 * the server then reads for a few of them at a time, and what is not for them finds room between.
 */
export function createGate(width: number) {
	let free = width;
	const waiting: (() => void)[] = [];
	return {
		async through<T>(work: () => Promise<T>): Promise<T> {
			if (free > 0) free -= 1;
			else await new Promise<void>((resolve) => waiting.push(resolve));
			try {
				return await work();
			} finally {
				const next = waiting.shift();
				if (next === undefined) free += 1;
				else next();
			}
		},
		waiting: (): number => waiting.length,
	};
}
