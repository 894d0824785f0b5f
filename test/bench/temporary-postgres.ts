import { chmod, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbedded } from "../../db/embedded.ts";

/** A PostgreSQL of the benchmark's own in a temporary folder, which is removed with it. `settings`: as `name=value`. */
export async function temporaryPostgres(settings: readonly string[] = []) {
	const folder = await mkdtemp(join(tmpdir(), "dzvin-bench-"));
	// As root the database runs as somebody else, who must come through.
	await chmod(folder, 0o711);
	const server = await startEmbedded({ dataDir: folder, log: () => {}, settings, restartDelay: () => null });
	return {
		url: server.url,
		folder,
		/** Seconds of processor that its present processes used. */
		async processorSeconds(): Promise<number> {
			const [first = ""] = (await readFile(join(folder, "postgres", "postmaster.pid"), "utf8")).split("\n", 1);
			let ticks = 0;
			for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
				// `pid (name) state parent …`; the 14th and 15th field are ticks of user and system time (proc(5)).
				const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
				const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
				if (pid === first || fields[1] === first) ticks += Number(fields[11]) + Number(fields[12]);
			}
			return ticks / 100;
		},
		async remove(): Promise<void> {
			await server.stop();
			await rm(folder, { recursive: true, force: true });
		},
	};
}

/** For filling millions of rows: nothing waits for the disk, and nothing survives a power cut. */
export const carelessly = [
	...["fsync=off", "synchronous_commit=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0"],
	...["max_wal_size=8GB", "maintenance_work_mem=1GB", "max_parallel_maintenance_workers=2", "autovacuum=off"],
];
