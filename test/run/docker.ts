import { spawn } from "node:child_process";
import { once } from "node:events";
import { openSync } from "node:fs";
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { succeeds } from "./programs.ts";

/** Starts dockerd when none answers; what was started here ends with the `using` block. */
export async function ensureDocker(): Promise<AsyncDisposable> {
	const nothing: AsyncDisposable = { async [Symbol.asyncDispose]() {} };
	if (answers()) return nothing;
	if (process.getuid?.() !== 0) {
		throw new Error("No Docker answers. Start dockerd and be in the group docker, or: bin/test --without docker");
	}
	const logFile = join(await mkdtemp(join(tmpdir(), "dzvin-dockerd-")), "dockerd.log");
	console.log(`Starting dockerd (log: ${logFile})…`);
	const log = openSync(logFile, "a");
	const daemon = spawn("dockerd", [], { stdio: ["ignore", log, log], detached: true });
	const ended = once(daemon, "exit").then(() => true);
	for (let tries = 0; !answers(); tries += 1) {
		const gone = await Promise.race([ended, sleep(500, false)]);
		if (gone || tries > 120) {
			throw new Error(`dockerd did not start:\n${(await readFile(logFile, "utf8")).slice(-2000)}`);
		}
	}
	return {
		async [Symbol.asyncDispose]() {
			daemon.kill("SIGTERM");
			await ended;
		},
	};
}

function answers(): boolean {
	return succeeds("docker", ["version"]);
}
