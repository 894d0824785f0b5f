import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { WebSocket } from "ws";
import { ServerMessage } from "../../server/protocol/live.ts";
import { projectFolder } from "../support/programs.ts";

let dataDir: string;
const children: ChildProcess[] = [];
beforeEach(() => {
	dataDir = mkdtempSync(join(tmpdir(), "dzvin-start-"));
	chmodSync(dataDir, 0o711);
});
afterEach(async () => {
	for (const child of children.splice(0)) {
		if (child.exitCode !== null || child.signalCode !== null) continue;
		child.kill("SIGTERM");
		await once(child, "exit");
	}
	rmSync(dataDir, { recursive: true, force: true });
});

interface Started {
	readonly child: ChildProcess;
	readonly url: string;
	/** Everything that it has printed so far. */
	said(): string;
}

const freePort = async (): Promise<number> => {
	const server = createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	const address = server.address();
	server.close();
	await once(server, "close");
	return typeof address === "object" && address ? address.port : 0;
};

/** bin/start, as a person calls it; resolves when it says that it is ready. */
const start = async (...args: string[]): Promise<Started> => {
	const port = await freePort();
	const env = { PATH: process.env.PATH ?? "", HOME: dataDir, DZVIN_DATA_DIR: dataDir, DZVIN_HOST: "127.0.0.1" };
	const child = spawn(join(projectFolder, "bin/start"), args, {
		cwd: "/",
		env: { ...env, DZVIN_PORT: String(port), DZVIN_LOG_LEVEL: "warn" },
		stdio: ["ignore", "pipe", "pipe"],
	});
	children.push(child);
	let said = "";
	const hear = (chunk: Buffer) => {
		said += chunk.toString();
	};
	child.stdout.on("data", hear);
	child.stderr.on("data", hear);
	const ended = once(child, "exit").then(() => {
		if (!said.includes("Dzvin is ready")) throw new Error(said);
	});
	const ready = expect.poll(() => said, { timeout: 60_000, interval: 50 }).toContain("Dzvin is ready");
	await Promise.race([ready, ended]);
	// What follows "ready" in the same breath: the logins.
	await new Promise((resolve) => setTimeout(resolve, 50));
	return { child, url: `http://127.0.0.1:${port}`, said: () => said };
};

const signIn = async (url: string, email: string, password: string): Promise<string> => {
	const answer = await fetch(`${url}/api/session`, {
		method: "POST",
		headers: { "content-type": "application/json", origin: url },
		body: JSON.stringify({ email, password }),
	});
	expect(answer.status).toBe(200);
	return answer.headers
		.getSetCookie()
		.map((cookie) => cookie.split(";")[0])
		.join("; ");
};

const end = async ({ child }: Started, signal: NodeJS.Signals): Promise<number | null> => {
	const exit = once(child, "exit");
	child.kill(signal);
	const [code] = await exit;
	return code;
};

test("bin/start --demo: the printed admin signs in, and the first card comes by itself", async () => {
	const dzvin = await start("--demo");
	const [, email = "", password = ""] = /Sign in as (\S+) with the password (\S+)/.exec(dzvin.said()) ?? [];
	const cookie = await signIn(dzvin.url, email, password);
	const signedIn = Date.now();
	const socket = new WebSocket(`${dzvin.url.replace("http", "ws")}/api/live`, {
		headers: { cookie, origin: dzvin.url },
	});
	const messages: ServerMessage[] = [];
	socket.on("message", (data) => messages.push(ServerMessage.parse(JSON.parse(String(data)))));
	const demo = await fetch(`${dzvin.url}/api/demo`, { headers: { cookie } }).then((answer) => answer.json());
	expect(demo).toMatchObject({ present: true });
	await expect.poll(() => messages.map((message) => message.type), { timeout: 15_000 }).toContain("call.ringing");
	const pop = messages.find((message) => message.type === "call.ringing");
	if (pop?.type !== "call.ringing") throw new Error("no pop-up");
	expect(pop.contact).not.toBeNull();
	expect(pop.owner).not.toBeNull();
	console.log(`first demo card ${Date.now() - signedIn} ms after signing in`);
	socket.close();

	const wiped = await fetch(`${dzvin.url}/api/demo`, { method: "DELETE", headers: { cookie, origin: dzvin.url } });
	expect(wiped.status).toBe(204);
	const contacts = await fetch(`${dzvin.url}/api/contacts`, { headers: { cookie } }).then((answer) => answer.json());
	expect(contacts).toEqual({ items: [], next: null });
	expect(await end(dzvin, "SIGTERM")).toBe(0);
}, 120_000);

test("bin/start: people printed with --demo sign in after a kill -9 and a new start", async () => {
	const first = await start("--demo");
	const logins = [...first.said().matchAll(/^Demo: (\S+) \/ (\S+) /gm)];
	expect(logins).toHaveLength(4);
	await end(first, "SIGKILL");
	const second = await start("--demo");
	for (const [, email = "", password = ""] of logins.slice(0, 2)) await signIn(second.url, email, password);
	expect(second.said()).not.toContain("Sign in as");
	expect(await end(second, "SIGTERM")).toBe(0);
}, 120_000);

test("bin/start: a wrong configuration stops the start and says what is wrong", async () => {
	const child = spawn(join(projectFolder, "bin/start"), [], {
		env: { PATH: process.env.PATH ?? "", DZVIN_DATA_DIR: dataDir, DZVIN_PORT: "a lot", DZVIN_TYPO: "1" },
		stdio: ["ignore", "ignore", "pipe"],
	});
	let complaint = "";
	child.stderr.on("data", (chunk: Buffer) => {
		complaint += chunk.toString();
	});
	const [code] = await once(child, "close");
	expect(code).not.toBe(0);
	expect(complaint).toMatch(/DZVIN_TYPO {2}is not a name that Dzvin knows/);
	expect(complaint).toContain("DZVIN_PORT");
}, 60_000);
