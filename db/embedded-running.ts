import { readFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * The connection string of the embedded server that a Dzvin runs on this folder now, for commands beside it; null when
 * none runs. https://www.postgresql.org/docs/current/storage-file-layout.html: `postmaster.pid` holds the process, the
 * folder, the start, the port and, in its fifth line, the folder of the socket.
 */
export async function runningEmbedded(dataDir: string): Promise<string | null> {
	try {
		const lines = (await readFile(join(dataDir, "postgres", "postmaster.pid"), "utf8")).split("\n");
		process.kill(Number(lines[0]), 0);
		const password = (await readFile(join(dataDir, "postgres-password"), "utf8")).trim();
		return `postgresql://dzvin:${password}@/dzvin?host=${encodeURIComponent(lines[4] ?? "")}`;
	} catch {
		return null;
	}
}
