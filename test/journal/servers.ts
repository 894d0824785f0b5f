import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";
import { type LoopbackPbx, startLoopbackPbx } from "../../server/asterisk/loopback/loopback-pbx.ts";
import { ServerMessage } from "../../server/protocol/live.ts";
import { serverProgram } from "../support/programs.ts";

export const password = "a password for the tests";

/** A whole server in a process of its own, which can be killed and frozen. */
export interface Server {
	readonly name: string;
	readonly base: string;
	readonly child: ChildProcess;
	readonly dataDir: string;
	/** What it has printed. */
	said(): string;
	/** Kilobytes that it has in memory now. */
	memory(): number;
	/** Ends it without a good-bye; resolves when the process is gone. */
	kill(): Promise<void>;
	signIn(email: string): Promise<string>;
	ask(cookie: string, method: string, path: string, body?: unknown): Promise<{ status: number; json: unknown }>;
}

/** Servers that are ended with the test, and their folders. */
export class Servers {
	readonly #running = new Set<Server>();
	readonly #folder = mkdtempSync(join(tmpdir(), "dzvin-servers-"));
	readonly #url: string;

	constructor(url: string) {
		this.#url = url;
	}

	/** Where else something of this test may lie. */
	get folder(): string {
		return this.#folder;
	}

	/** Starts a server and kills it after so many milliseconds, whether it is ready by then or not. */
	async startAndKill(name: string, after: number, url = this.#url): Promise<void> {
		const child = this.#spawn(name, url);
		const exit = once(child, "exit");
		child.stdout.resume();
		child.stderr.resume();
		await sleep(after);
		child.kill("SIGKILL");
		await exit;
	}

	#spawn(name: string, url: string) {
		return spawn(serverProgram, {
			env: {
				PATH: process.env.PATH ?? "",
				DATABASE_URL: url,
				DZVIN_DATA_DIR: join(this.#folder, name),
				DZVIN_HOST: "127.0.0.1",
				DZVIN_PORT: "0",
				DZVIN_SECRET_KEY: "ab".repeat(32),
				DZVIN_ADMIN_PASSWORD: password,
				DZVIN_LOG_LEVEL: "warn",
			},
			stdio: ["ignore", "pipe", "pipe"],
		});
	}

	/** The same name has the same data folder. `url`: another road to the database. */
	async start(name: string, url = this.#url): Promise<Server> {
		const child = this.#spawn(name, url);
		let said = "";
		for (const stream of [child.stdout, child.stderr]) {
			stream.on("data", (chunk: Buffer) => {
				said += chunk.toString();
			});
		}
		const ready = /is ready: (http:\S+)/;
		while (!ready.test(said)) {
			if (child.exitCode !== null || child.signalCode !== null) throw new Error(`${name} ended: ${said}`);
			await sleep(10);
		}
		const base = ready.exec(said)?.[1] ?? "";
		const ask: Server["ask"] = async (cookie, method, path, body) => {
			const headers = { "content-type": "application/json", origin: base, cookie };
			const answer = await fetch(`${base}${path}`, {
				method,
				headers,
				...(body === undefined ? {} : { body: JSON.stringify(body) }),
			});
			const text = await answer.text();
			return { status: answer.status, json: text === "" ? null : JSON.parse(text) };
		};
		const server: Server = {
			...{ name, base, child, ask },
			dataDir: join(this.#folder, name),
			said: () => said,
			memory: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1] ?? 0),
			kill: async () => {
				this.#running.delete(server);
				if (child.exitCode !== null || child.signalCode !== null) return;
				const exit = once(child, "exit");
				child.kill("SIGKILL");
				await exit;
			},
			async signIn(email) {
				const answer = await fetch(`${base}/api/session`, {
					method: "POST",
					headers: { "content-type": "application/json", origin: base },
					body: JSON.stringify({ email, password }),
				});
				if (answer.status !== 200) throw new Error(`${email}: ${answer.status} ${await answer.text()}`);
				return answer.headers.getSetCookie().join().split(";", 1)[0] ?? "";
			},
		};
		this.#running.add(server);
		return server;
	}

	async end(): Promise<void> {
		await Promise.all([...this.#running].map((server) => server.kill()));
		rmSync(this.#folder, { recursive: true, force: true });
	}
}

export const admin = "admin@dzvin.local";
export const accounts = { dzvin: "a secret" };

/**
 * Adds the loopback PBX and an agent on 101 by the first server; answers the PBX's id. `journal`: the file of the PBX's own
 * journal; `port`: of a proxy before the PBX.
 */
export async function furnish(
	server: Server,
	pbx: Pick<LoopbackPbx, "port">,
	{ journal = null, port = pbx.port }: { journal?: string | null; port?: number } = {},
): Promise<string> {
	const cookie = await server.signIn(admin);
	const agent = { name: "Олена", email: "olena@example.com", password, role: "agent", extension: "101" };
	await must(server.ask(cookie, "POST", "/api/users", agent));
	const events = { username: "dzvin", secret: accounts.dzvin };
	const history = journal === null ? {} : { history: { kind: "cel-csv", path: journal } };
	const body = { name: "Office", host: "127.0.0.1", port, events, ...history };
	const made = await must(server.ask(cookie, "POST", "/api/pbx", body));
	if (typeof made !== "object" || made === null || !("id" in made)) throw new Error("no PBX was made");
	return String(made.id);
}

async function must(asked: ReturnType<Server["ask"]>): Promise<unknown> {
	const { status, json } = await asked;
	if (status >= 300) throw new Error(`${status} ${JSON.stringify(json)}`);
	return json;
}

export const startPbx = () => startLoopbackPbx({ accounts });

/** An agent's screen: pop-ups by number, and when each call was first on it (epoch milliseconds). */
export async function screenOf(server: Server, cookie: string) {
	const socket = new WebSocket(`${server.base.replace("http", "ws")}/api/live`, {
		headers: { cookie, origin: server.base },
	});
	const pops: string[] = [];
	const popped = new Map<string, number>();
	const rings = new Set<string>();
	const messages: ServerMessage[] = [];
	socket.on("error", () => {});
	socket.on("message", (data) => {
		const message = ServerMessage.parse(JSON.parse(String(data)));
		messages.push(message);
		if (!("call" in message) || message.type === "call.changed") return;
		const number = message.call.number ?? "";
		if (message.type !== "call.ringing") rings.delete(number);
		if (message.type !== "call.ringing" && message.type !== "call.talking") return;
		if (!popped.has(number)) popped.set(number, Date.now());
		if (message.type !== "call.ringing") return;
		// Told out of memory meanwhile, a card comes once more when the database has it: the phone rings on.
		if (!rings.has(number)) pops.push(number);
		rings.add(number);
	});
	while (!messages.some(({ type }) => type === "snapshot")) {
		if (socket.readyState > WebSocket.OPEN) throw new Error("the screen was closed");
		await sleep(10);
	}
	return {
		pops,
		popped,
		messages,
		isOpen: () => socket.readyState === WebSocket.OPEN,
		close: () => socket.terminate(),
	};
}

export type Screen = Awaited<ReturnType<typeof screenOf>>;

/** Waits until the value is there. */
export async function until<T>(what: string, read: () => T | Promise<T>, within = 20_000): Promise<NonNullable<T>> {
	const end = Date.now() + within;
	for (;;) {
		const value = await read();
		if (value !== null && value !== undefined && value !== false) return value;
		if (Date.now() > end) throw new Error(`${what}: not within ${within} ms`);
		await sleep(20);
	}
}
