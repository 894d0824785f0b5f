import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ConfigError, documentedKeys, loadConfig } from "./config.ts";

let dataDir: string;
beforeEach(() => {
	dataDir = mkdtempSync(join(tmpdir(), "dzvin-config-"));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

const problemsOf = (env: Record<string, string>): Readonly<Record<string, string>> => {
	try {
		loadConfig({ DZVIN_DATA_DIR: dataDir, ...env });
		return {};
	} catch (error) {
		if (error instanceof ConfigError) return error.problems;
		throw error;
	}
};

test("nothing has to be set", () => {
	const config = loadConfig({ DZVIN_DATA_DIR: dataDir, DATABASE_URL: "" });
	expect(config).toMatchObject({ port: 8080, country: "UA", databaseUrl: null, demo: false, dataDir });
});

test("the secret key is made once, kept, and readable by nobody else", () => {
	const first = loadConfig({ DZVIN_DATA_DIR: dataDir }).secretKey;
	expect(first).toHaveLength(32);
	expect(loadConfig({ DZVIN_DATA_DIR: dataDir }).secretKey).toEqual(first);
	expect(statSync(join(dataDir, "secret-key")).mode & 0o777).toBe(0o600);
});

test("a given secret key is taken and none is kept", () => {
	const key = "0123456789abcdef".repeat(4);
	expect(loadConfig({ DZVIN_DATA_DIR: dataDir, DZVIN_SECRET_KEY: key }).secretKey.toString("hex")).toBe(key);
	expect(() => statSync(join(dataDir, "secret-key"))).toThrow();
});

test("a value can stand in a file", () => {
	const file = join(dataDir, "password");
	writeFileSync(file, "correct horse battery\n");
	const config = loadConfig({ DZVIN_DATA_DIR: dataDir, DZVIN_ADMIN_PASSWORD_FILE: file });
	expect(config.adminPassword).toBe("correct horse battery");
});

test("everything that is wrong is told at once", () => {
	const problems = problemsOf({
		DZVIN_PORT: "70000",
		DZVIN_PROT: "80",
		DZVIN_ADMIN_EMAIL: "nobody",
		DZVIN_ADMIN_PASSWORD: "short",
		DZVIN_SECRET_KEY: "abc",
		DZVIN_COUNTRY: "Ukraine",
		DATABASE_URL: "mysql://x",
		DZVIN_PUBLIC_URL: "calls.example.com",
		NATS_URL_FILE: "/nowhere/at/all",
	});
	expect(Object.keys(problems).sort()).toEqual([
		"DATABASE_URL",
		"DZVIN_ADMIN_EMAIL",
		"DZVIN_ADMIN_PASSWORD",
		"DZVIN_COUNTRY",
		"DZVIN_PORT",
		"DZVIN_PROT",
		"DZVIN_PUBLIC_URL",
		"DZVIN_SECRET_KEY",
		"NATS_URL_FILE",
	]);
	expect(new ConfigError(problems).message).toContain("DZVIN_PROT            is not a name that Dzvin knows");
});

test("a secret value is never repeated in a complaint", () => {
	expect(JSON.stringify(problemsOf({ DZVIN_SECRET_KEY: "my-secret", DZVIN_ADMIN_PASSWORD: "hunter2" }))).not.toMatch(
		/my-secret|hunter2/,
	);
});

test("a value given twice is refused", () => {
	expect(problemsOf({ DZVIN_PORT: "80", DZVIN_PORT_FILE: "/etc/hostname" })).toHaveProperty("DZVIN_PORT");
});

test("docs/configuration.md tells every key with its standard value and purpose", () => {
	const page = readFileSync(new URL("../docs/configuration.md", import.meta.url), "utf8");
	for (const { name, standard, purpose } of documentedKeys) {
		expect(page).toContain(`| \`${name}\` | ${standard === null ? "–" : `\`${standard}\``} | ${purpose} |`);
	}
});
