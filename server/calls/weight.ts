/** How much may wait in memory: both hold. */
export interface Bound {
	readonly events: number;
	/** By `weightOf`. */
	readonly bytes: number;
}

/** What V8 takes for an object, or for a string, beside what is in it. */
const frame = 32;

/**
 * About how many bytes an event takes in memory. Mostly 1 KB; a message may have a megabyte of variables, so what bounds
 * a queue by the number of its events only bounds nothing.
 */
export function weightOf(value: unknown): number {
	if (typeof value === "string") return frame + value.length;
	if (typeof value !== "object" || value === null) return 8;
	let sum = frame;
	for (const one of Object.values(value)) sum += weightOf(one);
	return sum;
}
