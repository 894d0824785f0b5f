import type { Pool } from "pg";

/** Each bucket is a twentieth longer than the one before: what is read out is within a fortieth of what was measured. */
const growth = 1.05;
const longest = 10 * 60_000;

/** The bucket of a time in milliseconds. */
export const bucketOf = (milliseconds: number): number =>
	Math.round(Math.log(Math.min(longest, Math.max(1, milliseconds))) / Math.log(growth));
/** About how long (ms) the times of a bucket are. */
export const timeOfBucket = (bucket: number): number => growth ** bucket;

export interface PaintFigures {
	readonly count: number;
	/** Milliseconds; null when nothing was measured. */
	readonly p50: number | null;
	readonly p95: number | null;
}

/** The figures of counted buckets, in any order. */
export function figuresOf(counted: readonly { readonly bucket: number; readonly count: number }[]): PaintFigures {
	const buckets = counted.toSorted((a, b) => a.bucket - b.bucket);
	const count = buckets.reduce((sum, one) => sum + one.count, 0);
	const quantile = (share: number) => {
		let below = 0;
		for (const { bucket, count: here } of buckets) {
			below += here;
			if (below >= share * count) return Math.round(timeOfBucket(bucket));
		}
		return null;
	};
	return count === 0 ? { count, p50: null, p95: null } : { count, p50: quantile(0.5), p95: quantile(0.95) };
}

interface Deps {
	readonly pool: Pool;
	/** The company's calendar day (`YYYY-MM-DD`) of a moment. */
	dayOf(at: number): string;
	readonly now: () => number;
	onFailure(error: unknown): void;
}

const flushEvery = 5_000;

/** Keeps how long pop-ups took to the screen: counted in memory, added to the day's rows every few seconds. */
export function createPaintTimes({ pool, dayOf, now, onFailure }: Deps) {
	let counted = new Map<string, { day: string; bucket: number; count: number }>();

	const flush = async () => {
		const rows = [...counted.values()];
		if (rows.length === 0) return;
		counted = new Map();
		try {
			await pool.query({
				name: "paint-times-add",
				text: `insert into paint_times (day, bucket, count)
select * from unnest($1::date[], $2::smallint[], $3::integer[])
on conflict (day, bucket) do update set count = paint_times.count + excluded.count`,
				values: [rows.map(({ day }) => day), rows.map(({ bucket }) => bucket), rows.map(({ count }) => count)],
			});
		} catch (error) {
			for (const row of rows) add(row.day, row.bucket, row.count);
			onFailure(error);
		}
	};
	const add = (day: string, bucket: number, count: number) => {
		const key = `${day} ${bucket}`;
		const known = counted.get(key);
		if (known === undefined) counted.set(key, { day, bucket, count });
		else known.count += count;
	};
	const timer = setInterval(() => void flush(), flushEvery).unref();

	return {
		add: (seconds: number): void => add(dayOf(now()), bucketOf(seconds * 1000), 1),
		/** Of today, what is still in memory included. */
		async today(): Promise<PaintFigures> {
			const day = dayOf(now());
			await flush();
			const { rows } = await pool.query<{ bucket: number; count: number }>({
				name: "paint-times-of",
				text: "select bucket, count from paint_times where day = $1::date",
				values: [day],
			});
			return figuresOf(rows);
		},
		async stop(): Promise<void> {
			clearInterval(timer);
			await flush();
		},
	};
}
export type PaintTimes = ReturnType<typeof createPaintTimes>;
