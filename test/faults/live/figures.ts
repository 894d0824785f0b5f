import type { BlindTime } from "./stage.ts";

/** Of these values so large a share is at most this; NaN of none. */
export function quantile(values: readonly number[], share: number): number {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Milliseconds in words. */
export function spread(values: readonly number[]): string {
	const [p50, p99, most] = [quantile(values, 0.5), quantile(values, 0.99), Math.max(...values)].map(Math.round);
	return `p50 ${p50} ms, p99 ${p99} ms, at most ${most} ms`;
}

export function toldOfBlind(times: readonly BlindTime[]): string {
	const seconds = times.reduce((sum, time) => sum + time.seconds, 0);
	const recovered = times.reduce((sum, time) => sum + time.recovered, 0);
	return `${times.length} blind times noticed, ${seconds.toFixed(1)} s, ${recovered} calls recovered for them`;
}

/** A long run shows that it goes on: each 25. */
export function toldOfProgress(before: number, done: number, of: number): void {
	if (Math.floor(before / 25) !== Math.floor(done / 25) && done < of) console.log(`${done} of ${of}`);
}
