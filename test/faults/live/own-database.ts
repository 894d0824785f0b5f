import { readdirSync, readFileSync } from "node:fs";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EmbeddedServer, startEmbedded } from "../../../db/embedded.ts";
import { migrate } from "../../../db/migrate.ts";

export interface OwnDatabaseOptions {
	/** On another disk. */
	readonly dataDir?: string;
	/** It may fall over, and is started again as the product does. */
	readonly falls?: boolean;
}

/** A PostgreSQL that nobody else uses: it may be frozen and stopped. */
export class OwnDatabase {
	readonly url: string;
	readonly #dataDir: string;
	readonly #options: OwnDatabaseOptions;
	#server: EmbeddedServer | null;

	private constructor(dataDir: string, server: EmbeddedServer, options: OwnDatabaseOptions) {
		this.#options = options;
		this.#dataDir = dataDir;
		this.#server = server;
		this.url = server.url;
	}

	/** Started and migrated. */
	static async start(options: OwnDatabaseOptions = {}): Promise<OwnDatabase> {
		const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), "dzvin-own-")));
		await chmod(dataDir, 0o711);
		const own = new OwnDatabase(dataDir, await startIn(dataDir, options), options);
		await migrate(own.url);
		return own;
	}

	/** None of its processes does anything, its connections stay. */
	freeze(): void {
		this.#signal("SIGSTOP");
	}

	thaw(): void {
		this.#signal("SIGCONT");
	}

	/** Shut down; connections are ended. */
	async stop(): Promise<void> {
		await this.#server?.stop();
		this.#server = null;
	}

	async startAgain(): Promise<void> {
		this.#server = await startIn(this.#dataDir, this.#options);
	}

	async end(): Promise<void> {
		if (this.#server !== null) this.thaw();
		await this.stop();
		// Whoever gave it takes it away.
		if (this.#options.dataDir === undefined) await rm(this.#dataDir, { recursive: true, force: true });
	}

	/** The server's children have sessions of their own: each is told. The first is told first, it would make new ones. */
	#signal(signal: "SIGSTOP" | "SIGCONT"): void {
		const first = this.#server?.pid;
		if (first === undefined) throw new Error("The database does not run");
		process.kill(first, signal);
		for (const child of childrenOf(first)) {
			try {
				process.kill(child, signal);
			} catch (error) {
				// It has ended meanwhile.
				if (Reflect.get(Object(error), "code") !== "ESRCH") throw error;
			}
		}
	}
}

function startIn(dataDir: string, { falls = false }: OwnDatabaseOptions): Promise<EmbeddedServer> {
	return startEmbedded({
		dataDir,
		log: (message) => console.error(message),
		// Processes are stopped here, not machines.
		settings: ["fsync=off", "synchronous_commit=off", "full_page_writes=off"],
		restartDelay: () => (falls ? 300 : null),
	});
}

function childrenOf(parent: number): number[] {
	return readdirSync("/proc")
		.filter((name) => /^\d+$/.test(name))
		.filter((name) => {
			try {
				return readFileSync(`/proc/${name}/stat`, "utf8").split(") ")[1]?.split(" ")[1] === String(parent);
			} catch {
				return false;
			}
		})
		.map(Number);
}
