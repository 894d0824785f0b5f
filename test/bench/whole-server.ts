import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startLoopbackPbx } from "../../server/asterisk/loopback/loopback-pbx.ts";
import { serverProgram } from "../support/programs.ts";

const password = "a password for the benchmark";
const adminEmail = "admin@dzvin.local";

/** A script of ours in a process of its own, as it runs at a company. */
export function child(script: string, args: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
	return run(process.execPath, [script, ...args], env);
}

function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
	const nodeEnv = { ...process.env, NODE_ENV: "production", ...env };
	return spawn(program, args, { stdio: ["ignore", "pipe", "inherit"], env: nodeEnv });
}

/** What the process prints, as far as `wanted` catches it. */
export const printed = (process: ChildProcess, wanted: RegExp) =>
	new Promise<string>((resolve, reject) => {
		let text = "";
		process.stdout?.on("data", (data) => {
			text += String(data);
			const found = wanted.exec(text);
			if (found) resolve(found[1] ?? "");
		});
		process.once("exit", () => reject(new Error(`ended before it was ready: ${text}`)));
	});

/** The whole server on this database, connected with a PBX that speaks AMI and says what it is told to say. */
export async function startWholeServer(url: string, folder: string, journalDays = 30) {
	const pbx = await startLoopbackPbx({ accounts: { bench: "bench-secret" } });
	pbx.behaviour.numbered = false;
	const server = run(serverProgram, [], {
		DATABASE_URL: url,
		DZVIN_PORT: "0",
		DZVIN_HOST: "127.0.0.1",
		DZVIN_DATA_DIR: join(folder, "server"),
		DZVIN_JOURNAL_DAYS: String(journalDays),
		DZVIN_ADMIN_PASSWORD: password,
		DZVIN_LOG_LEVEL: "warn",
	});
	const base = await printed(server, /is ready: (http:\S+)/);
	const post = async (path: string, body: unknown, cookie = "") => {
		const headers = { "content-type": "application/json", cookie };
		const answer = await fetch(`${base}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
		if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
		return answer;
	};
	/** The cookie of a new session. */
	const signIn = async (email: string) => {
		const answer = await post("/api/session", { email, password });
		return answer.headers.getSetCookie().join().split(";", 1)[0] ?? "";
	};
	const admin = await signIn(adminEmail);
	return {
		server,
		base,
		pbx,
		signIn,
		/** Somebody with this extension, who signs in with `password`. */
		async hire(email: string, extension: string): Promise<void> {
			await post("/api/users", { name: `Agent ${extension}`, email, password, role: "agent", extension }, admin);
		},
		async connectPbx(): Promise<void> {
			const events = { username: "bench", secret: "bench-secret" };
			await post("/api/pbx", { name: "bench", host: "127.0.0.1", port: pbx.port, events }, admin);
			while (pbx.sessions === 0) await sleep(20);
			await sleep(500);
		},
	};
}
