import { readdirSync, readFileSync } from "node:fs";
import type pg from "pg";
import type { Server } from "../../journal/servers.ts";
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

/** Seconds of processor time that the server, its PostgreSQL (all that lives of it now) and this process have taken. */
export async function processorTime(
	{ child }: Pick<Server, "child">,
	pool: pg.Pool,
): Promise<{ server: number; postgres: number; self: number }> {
	const { rows } = await pool.query<{ pid: number }>("select pg_backend_pid() as pid");
	const postmaster = statOf(rows[0]?.pid ?? 0)?.parent ?? 0;
	const ofPostgres = readdirSync("/proc").flatMap((name) => {
		const stat = /^\d+$/.test(name) ? statOf(Number(name)) : null;
		return stat && (stat.pid === postmaster || stat.parent === postmaster) ? [stat.seconds] : [];
	});
	const ofProcess = (pid = 0) => statOf(pid)?.seconds ?? 0;
	return {
		server: ofProcess(child.pid),
		postgres: ofPostgres.reduce((sum, one) => sum + one, 0),
		self: ofProcess(process.pid),
	};
}

/** See proc_pid_stat(5): the name may have spaces, so fields are counted behind its bracket; times are hundredths. */
function statOf(pid: number): { pid: number; parent: number; seconds: number } | null {
	try {
		const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
		const [, parent = Number.NaN] = fields.map(Number);
		return { pid, parent, seconds: (Number(fields[11]) + Number(fields[12])) / 100 };
	} catch {
		// It ended meanwhile.
		return null;
	}
}
