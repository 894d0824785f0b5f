import { readFile, readlink, realpath, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Says which process uses a data folder; survives its death, so it names the moment of its birth as well. */
export interface Claim {
	readonly file: string;
}

/** Takes the data folder for this process. Throws when another living process has it. */
export async function claimFolder(dataDir: string): Promise<Claim> {
	const file = join(dataDir, "dzvin.pid");
	const mine = `${process.pid} ${(await birthOf(process.pid)) ?? "0"}\n`;
	for (;;) {
		try {
			await writeFile(file, mine, { flag: "wx", mode: 0o600 });
			return { file };
		} catch (error) {
			if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
		}
		const [pid, birth] = (await readFile(file, "utf8").catch(() => "")).trim().split(" ");
		if (pid && birth && (await birthOf(Number(pid))) === birth) {
			throw new Error(`Another Dzvin (process ${pid}) uses the data folder ${dataDir}.`);
		}
		await rm(file, { force: true });
	}
}

export async function releaseFolder(claim: Claim): Promise<void> {
	await rm(claim.file, { force: true });
}

/** Stops a PostgreSQL that a killed parent left behind on this cluster. */
export async function stopOrphan(cluster: string, log: (message: string) => void): Promise<void> {
	const pid = Number((await readFile(join(cluster, "postmaster.pid"), "utf8").catch(() => "")).split("\n")[0]);
	if (!(pid > 1) || !(await serves(pid, cluster))) return;
	log(`Stopping the PostgreSQL (process ${pid}) that an earlier Dzvin left behind.`);
	process.kill(pid, "SIGINT");
	for (let waited = 0; await serves(pid, cluster); waited += 20) {
		// Immediate shutdown loses nothing: the next start replays the log.
		if (waited === 10_000) process.kill(pid, "SIGQUIT");
		await sleep(20);
	}
}

/** A number in postmaster.pid may belong to a stranger by now; the server stands in its cluster's folder. */
async function serves(pid: number, cluster: string): Promise<boolean> {
	const folder = await readlink(`/proc/${pid}/cwd`).catch(() => null);
	if (folder !== null) return folder === (await realFolder(cluster));
	try {
		process.kill(pid, 0);
		return process.platform !== "linux";
	} catch {
		return false;
	}
}

async function realFolder(folder: string): Promise<string> {
	return realpath(folder).catch(() => folder);
}

/** Start time of a process in clock ticks after boot (proc(5), field 22), or null when there is none. */
async function birthOf(pid: number): Promise<string | null> {
	const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => null);
	if (text !== null) return text.slice(text.lastIndexOf(")") + 2).split(" ")[19] ?? null;
	if (process.platform === "linux") return null;
	try {
		process.kill(pid, 0);
		return "0";
	} catch {
		return null;
	}
}
