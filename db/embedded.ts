import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, chownSync, closeSync, openSync, renameSync, statSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { type Account, databaseAccount, reachableHome, runAs, runnableBinaries } from "./embedded-home.ts";
import { claimFolder, releaseFolder, stopOrphan } from "./embedded-orphan.ts";

export interface EmbeddedServer {
	/** Connection string through a Unix socket; no port is opened. */
	readonly url: string;
	/** Process of the present server; another one after it fell over and was started again. */
	readonly pid: number;
	/** Asks the server to finish (fast shutdown: open transactions are rolled back) and waits for it. */
	stop(): Promise<void>;
}

export interface EmbeddedOptions {
	/** Folder of ours; the cluster lies in `postgres` inside it, or, when the database's user cannot go there, is linked from it. */
	readonly dataDir: string;
	readonly log: (message: string) => void;
	/** More `name=value` settings of the server. */
	readonly settings?: readonly string[];
	/** Asked, after the server fell over, whether and after how many milliseconds to start it again. */
	readonly restartDelay?: (failures: number) => number | null;
}

/** Milliseconds that a server has to run before its next fall counts as the first again. */
const longestTrouble = 60_000;

/** Bytes of postgres.log after which a start begins a new one. */
const longestLog = 10_000_000;

const databaseName = "dzvin";
const ownerName = "dzvin";
/** `sun_path` holds 108 bytes, the file in the folder is called `.s.PGSQL.5432`. */
const longestSocketFolder = 108 - 1 - "/.s.PGSQL.5432".length;

/**
 * Starts PostgreSQL from the binaries in node_modules on the cluster in `dataDir`, making the cluster first when there
 * is none. Works as root too: the server then runs as the user who owns the cluster, else as `nobody`. A server left
 * behind by a killed Dzvin is stopped first; a living Dzvin on the same folder is an error.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
	const { dataDir, log } = options;
	await mkdir(dataDir, { recursive: true, mode: 0o711 });
	const claim = await claimFolder(dataDir);
	try {
		const account = await databaseAccount(dataDir);
		const home = await reachableHome(dataDir, account, log);
		const binaries = await runnableBinaries(home, account, log);
		const cluster = join(home, "postgres");
		await stopOrphan(cluster, log);
		const password = await keptPassword(dataDir);
		await makeCluster(binaries, cluster, account, password);
		const socketFolder = await makeSocketFolder(home, account);
		const url = `postgresql://${ownerName}:${password}@/${databaseName}?host=${encodeURIComponent(socketFolder)}`;
		const supervisor = supervise({
			...options,
			start: () => spawnServer({ binaries, cluster, account, socketFolder, dataDir, settings: options.settings ?? [] }),
		});
		try {
			await untilReady(url, supervisor.exited);
		} catch (error) {
			await supervisor.stop();
			throw new Error(`The embedded PostgreSQL did not start: ${await lastLines(dataDir)}`, { cause: error });
		}
		return {
			url,
			get pid() {
				return supervisor.pid();
			},
			async stop() {
				await supervisor.stop();
				if (!socketFolder.startsWith(home)) await rm(socketFolder, { recursive: true, force: true });
				await releaseFolder(claim);
			},
		};
	} catch (error) {
		await releaseFolder(claim);
		throw error;
	}
}

async function keptPassword(dataDir: string): Promise<string> {
	const file = join(dataDir, "postgres-password");
	try {
		return (await readFile(file, "utf8")).trim();
	} catch {
		const password = randomBytes(24).toString("hex");
		await writeFile(file, `${password}\n`, { mode: 0o600 });
		return password;
	}
}

/** The cluster appears under its name only when it is whole, so a killed first start is simply repeated. */
async function makeCluster(binaries: string, cluster: string, account: Account, password: string): Promise<void> {
	const versionFile = join(cluster, "PG_VERSION");
	const present = await readFile(versionFile, "utf8").catch(() => null);
	if (present !== null) {
		const wanted = (await runAs(account, join(binaries, "bin", "postgres"), ["--version"])).match(/\d+/)?.[0] ?? "";
		if (present.trim() === wanted) return;
		throw new Error(
			`The database in ${cluster} is of PostgreSQL ${present.trim()}, but this Dzvin brings ${wanted}. ` +
				"Start the old Dzvin, dump with pg_dump, and restore into an empty data folder.",
		);
	}
	const draft = `${cluster}.draft`;
	await rm(draft, { recursive: true, force: true });
	await mkdir(draft, { mode: 0o700 });
	if (account.switched) chownSync(draft, account.uid, account.gid);
	const passwordFile = join(draft, "..", "postgres-password.draft");
	await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
	if (account.switched) chownSync(passwordFile, account.uid, account.gid);
	try {
		await runAs(account, join(binaries, "bin", "initdb"), [
			`--pgdata=${draft}`,
			`--username=${ownerName}`,
			`--pwfile=${passwordFile}`,
			"--auth=scram-sha-256",
			"--encoding=UTF8",
			// Comes with the server, so a newer libc on the machine never spoils an index.
			"--locale-provider=builtin",
			"--builtin-locale=C.UTF-8",
			"--locale=C",
		]);
	} finally {
		await rm(passwordFile, { force: true });
	}
	await rename(draft, cluster);
}

async function makeSocketFolder(home: string, account: Account): Promise<string> {
	const inside = join(home, "socket");
	const fits = Buffer.byteLength(inside) <= longestSocketFolder;
	const folder = fits ? inside : await mkdtemp(join(tmpdir(), "dzvin-socket-"));
	await mkdir(folder, { recursive: true });
	chmodSync(folder, 0o700);
	if (account.switched) chownSync(folder, account.uid, account.gid);
	return folder;
}

interface ServerOptions {
	readonly binaries: string;
	readonly cluster: string;
	readonly account: Account;
	readonly socketFolder: string;
	readonly dataDir: string;
	readonly settings: readonly string[];
}

function spawnServer({ binaries, cluster, account, socketFolder, dataDir, settings }: ServerOptions): ChildProcess {
	const all = [
		"listen_addresses=",
		`unix_socket_directories=${socketFolder}`,
		"unix_socket_permissions=0700",
		"timezone=UTC",
		"log_timezone=UTC",
		"max_connections=100",
		...settings,
	];
	// A file, not a pipe: the server must be able to write when we are gone.
	const logFile = openLog(join(dataDir, "postgres.log"));
	try {
		return spawn(join(binaries, "bin", "postgres"), ["-D", cluster, ...all.flatMap((setting) => ["-c", setting])], {
			cwd: "/",
			// Its own process group: Ctrl+C in a terminal must reach us only, we stop the database last.
			detached: true,
			stdio: ["ignore", logFile, logFile],
			env: { LC_ALL: "C", PATH: process.env.PATH ?? "" },
			...(account.switched ? { uid: account.uid, gid: account.gid } : {}),
		});
	} finally {
		closeSync(logFile);
	}
}

/** A long log makes place for a new one; the one before is kept. */
function openLog(file: string): number {
	const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
	if (size > longestLog) renameSync(file, `${file}.1`);
	return openSync(file, "a", 0o600);
}

interface Supervisor {
	pid(): number;
	/** Resolves when the first server ended. */
	readonly exited: Promise<void>;
	stop(): Promise<void>;
}

function supervise(options: EmbeddedOptions & { start: () => ChildProcess }): Supervisor {
	const restartDelay = options.restartDelay ?? ((failures) => Math.min(1000 * failures, 15_000));
	let stopping = false;
	let failures = 0;
	let waiting: NodeJS.Timeout | null = null;
	let child: ChildProcess;
	let ended: Promise<void>;
	const launch = () => {
		const launchedAt = Date.now();
		child = options.start();
		ended = new Promise((resolve) => {
			child.once("error", (error) => {
				options.log(`The embedded PostgreSQL cannot be started: ${error.message}`);
				resolve();
			});
			child.once("exit", () => resolve());
		});
		child.once("exit", (code, signal) => {
			if (stopping) return;
			failures = Date.now() - launchedAt > longestTrouble ? 1 : failures + 1;
			const delay = restartDelay(failures);
			options.log(
				`The embedded PostgreSQL ended (${signal ?? code}); ${delay === null ? "left" : "starting it again"}.`,
			);
			if (delay !== null) waiting = setTimeout(launch, delay);
		});
	};
	launch();
	return {
		pid: () => child.pid ?? 0,
		exited: new Promise((resolve) => {
			child.once("exit", () => resolve());
			child.once("error", () => resolve());
		}),
		async stop() {
			stopping = true;
			if (waiting) clearTimeout(waiting);
			if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
			child.kill("SIGINT");
			const patience = setTimeout(() => child.kill("SIGQUIT"), 20_000);
			await ended;
			clearTimeout(patience);
		},
	};
}

/** Waits for the server and makes our database in it. */
async function untilReady(url: string, exited: Promise<void>): Promise<void> {
	const maintenance = url.replace(`/${databaseName}?`, "/postgres?");
	let gone = false;
	void exited.then(() => {
		gone = true;
	});
	for (;;) {
		if (gone) throw new Error("the server ended");
		const client = new pg.Client({ connectionString: maintenance, connectionTimeoutMillis: 5_000 });
		client.on("error", () => {});
		try {
			await client.connect();
			const found = await client.query("select from pg_database where datname = $1", [databaseName]);
			if (found.rowCount === 0) await client.query(`create database ${databaseName}`);
			return;
		} catch (error) {
			// 57P03: starting up or recovering; without a code: the socket is not there yet.
			const code = error instanceof pg.DatabaseError ? error.code : undefined;
			if (error instanceof pg.DatabaseError && code !== "57P03") throw error;
			await sleep(20);
		} finally {
			await client.end().catch(() => {});
		}
	}
}

async function lastLines(dataDir: string): Promise<string> {
	const file = join(dataDir, "postgres.log");
	const size = await stat(file).then(
		(found) => found.size,
		() => 0,
	);
	if (size === 0) return "it wrote nothing.";
	const text = await readFile(file, "utf8");
	return text.trim().split("\n").slice(-5).join("\n");
}
