/** Chance that comes out the same every time: the demo looks alike on every machine. */
export interface Chance {
	/** 0 ≤ x < 1 */
	next(): number;
	/** A whole number from `from` to `to`, both included. */
	between(from: number, to: number): number;
	one<T>(list: readonly [T, ...T[]]): T;
	/** True this often: 0 never, 1 always. */
	is(probability: number): boolean;
}

/** The generator mulberry32: 32 bits of state are enough for names and hours. */
export function createChance(seed: number): Chance {
	let state = seed >>> 0;
	const next = (): number => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
	};
	return {
		next,
		between: (from, to) => from + Math.floor(next() * (to - from + 1)),
		one: (list) => list[Math.floor(next() * list.length)] ?? list[0],
		is: (probability) => next() < probability,
	};
}
