import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from "vitest";
import { administer, withDatabase } from "../support/administer.ts";
import { emptyDatabase } from "../support/database.ts";
import { projectFolder, serverProgram } from "../support/programs.ts";

let dataDir: string;
beforeAll(() => {
	dataDir = mkdtempSync(join(tmpdir(), "dzvin-attacks-"));
	chmodSync(dataDir, 0o711);
});
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

/** A server that is expected to give up: what it said, and with which code it ended. */
const start = async (env: Record<string, string>) => {
	const child = spawn(serverProgram, {
		cwd: projectFolder,
		env: {
			PATH: process.env.PATH ?? "",
			DZVIN_DATA_DIR: dataDir,
			DZVIN_HOST: "127.0.0.1",
			DZVIN_PORT: "0",
			DZVIN_LOG_LEVEL: "fatal",
			...env,
		},
		stdio: ["ignore", "pipe", "pipe"],
	});
	onTestFinished(() => void child.kill("SIGKILL"));
	let out = "";
	let err = "";
	child.stdout.on("data", (chunk) => {
		out += chunk;
	});
	child.stderr.on("data", (chunk) => {
		err += chunk;
	});
	const [code] = await once(child, "close");
	return { code, out, err };
};

/** One line for a person: what is wrong, no stack, no secret. */
const expectAdvice = ({ code, err }: { code: number; err: string }, words: RegExp) => {
	expect(err).toMatch(words);
	expect(err).not.toMatch(/\n\s+at /);
	expect(err).not.toContain("the-secret");
	expect(code).toBe(1);
};

describe("a tired admin who starts the server is told what is wrong and what to do", () => {
	test.each([
		["whose database is down", "postgresql://dzvin:the-secret@127.0.0.1:1/x", /127\.0\.0\.1:1 does not answer/],
		["whose database has a wrong name", "postgresql://dzvin:the-secret@nowhere.invalid/x", /nowhere\.invalid does not/],
		[
			"whose password has a slash in it",
			"postgresql://dzvin:the-secret/x@127.0.0.1:1/x",
			/DATABASE_URL cannot be read/,
		],
	])("%s", async (_who, databaseUrl, words) => {
		expectAdvice(await start({ DATABASE_URL: databaseUrl }), words);
	});

	test("whose database does not exist", async () => {
		const url = withDatabase(inject("databaseServer"), "no_such_database");
		expectAdvice(await start({ DATABASE_URL: url }), /There is no such database/);
	});

	test("whose database user may not create the extensions", async () => {
		const server = inject("databaseServer");
		const { url, drop } = await emptyDatabase();
		const role = `stranger_${randomBytes(4).toString("hex")}`;
		const password = `the-secret-${randomBytes(8).toString("hex")}`;
		await administer(server, `create role ${role} login password '${password}'`);
		onTestFinished(async () => {
			await drop();
			await administer(server, `drop role ${role}`);
		});
		const stranger = (secret: string) => url.replace(/\/\/[^@]*@/, `//${role}:${secret}@`);
		expectAdvice(await start({ DATABASE_URL: stranger(password) }), /Make it the owner of the database/);
		expectAdvice(await start({ DATABASE_URL: stranger("the-secret-of-another") }), /refuses user or password/);
	}, 30_000);

	test("whose data folder is a file", async () => {
		const file = join(dataDir, "a-file");
		writeFileSync(file, "");
		expectAdvice(await start({ DZVIN_DATA_DIR: file }), /The data folder cannot be used: .*a-file/);
	});

	test("whose secret key was damaged", async () => {
		const folder = mkdtempSync(join(dataDir, "damaged-"));
		writeFileSync(join(folder, "secret-key"), "half a k");
		expectAdvice(await start({ DZVIN_DATA_DIR: folder }), /DZVIN_SECRET_KEY .*Restore it from a backup/);
	});
});

describe("a port that is taken", () => {
	test("is said; the first admin's password was shown, and no database is left behind", async () => {
		const other = createServer().listen(0, "127.0.0.1");
		onTestFinished(() => void other.close());
		await once(other, "listening");
		const address = other.address();
		const port = typeof address === "object" && address !== null ? address.port : 0;
		const folder = mkdtempSync(join(dataDir, "taken-"));
		chmodSync(folder, 0o711);
		const ended = await start({ DZVIN_DATA_DIR: folder, DZVIN_PORT: String(port) });
		expectAdvice(ended, new RegExp(`Port ${port} is taken`));
		// The account is in the database now: a password that nobody has seen would lock everybody out.
		expect(ended.out).toMatch(/Sign in as \S+ with the password \S{20,}/);
		expect(processesIn(folder)).toEqual([]);
	}, 60_000);
});

/** Processes that stand in this folder or below it. */
function processesIn(folder: string): string[] {
	return readdirSync("/proc").filter((pid) => {
		try {
			return /^\d+$/.test(pid) && readlinkSync(`/proc/${pid}/cwd`).startsWith(folder);
		} catch {
			return false;
		}
	});
}
