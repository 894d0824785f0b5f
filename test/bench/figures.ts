/** The value below which this share of the values lies. */
export function quantile(values: readonly number[], share: number): number {
	const sorted = values.toSorted((a, b) => a - b);
	return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export const quartiles = (values: readonly number[]) => {
	const sorted = values.toSorted((a, b) => a - b);
	const at = (part: number) => sorted[Math.round((sorted.length - 1) * part)] ?? Number.NaN;
	return { low: at(0.25), median: at(0.5), high: at(0.75) };
};

/** `4.20 (4.10 … 4.30)` */
export function spread(values: readonly number[], digits = 2): string {
	const { low, median, high } = quartiles(values);
	return `${median.toFixed(digits)} (${low.toFixed(digits)} … ${high.toFixed(digits)})`;
}

/** `title  4.20 (4.10 … 4.30)  goal ≥ 4  ok`. A goal that is missed is said, not hidden. */
export function report(title: string, values: readonly number[], goal?: { atLeast?: number; atMost?: number }): void {
	const { median } = quartiles(values);
	const { atLeast, atMost } = goal ?? {};
	const met = (atLeast === undefined || median >= atLeast) && (atMost === undefined || median <= atMost);
	const wanted = atLeast === undefined ? (atMost === undefined ? "" : `goal ≤ ${atMost}`) : `goal ≥ ${atLeast}`;
	console.log(`${title.padEnd(66)} ${spread(values).padEnd(26)} ${wanted}${wanted ? (met ? "  ok" : "  MISSED") : ""}`);
}

/** Milliseconds of processor that this thread used: the machine's other work does not count. */
export function busy(): number {
	const { user, system } = process.threadCpuUsage();
	return (user + system) / 1000;
}
