import { execFile, spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { projectFolder } from "../support/programs.ts";

/** Apart from other runs on this machine. */
const project = `dzvin-test-${process.pid}`;
const port = 20_000 + (process.pid % 20_000);
const password = "a password for the test";

/** Authorities that this machine trusts beside the usual ones: a proxy may stand before the npm registry. */
const extraAuthorities = (): string => {
	const folder = "/usr/local/share/ca-certificates";
	try {
		const files = readdirSync(folder).filter((name) => name.endsWith(".crt"));
		return files.map((name) => readFileSync(join(folder, name), "utf8").trim()).join("\n");
	} catch {
		return "";
	}
};

const environment = {
	...process.env,
	DOCKER_BUILDKIT: "0",
	COMPOSE_DOCKER_CLI_BUILD: "0",
	EXTRA_CA: extraAuthorities(),
	DZVIN_PORT: `127.0.0.1:${port}`,
	DZVIN_ADMIN_EMAIL: "admin@example.com",
	DZVIN_ADMIN_PASSWORD: password,
	DZVIN_PUBLIC_URL: `http://127.0.0.1:${port}`,
};

const compose = async (...args: string[]): Promise<string> => {
	const options = { cwd: projectFolder, env: environment, maxBuffer: 50_000_000 };
	try {
		return (await promisify(execFile)("docker-compose", ["-p", project, ...args], options)).stdout;
	} catch (error) {
		// What a build said stands in its output, not in its error.
		const said = error instanceof Error && "stdout" in error ? String(error.stdout) : "";
		throw new Error(`docker-compose ${args.join(" ")} failed:\n${said.slice(-4000)}`, { cause: error });
	}
};

const inspect = (service: string, format: string): string => {
	const container = spawnSync("docker", ["inspect", "-f", format, `${project}_${service}_1`], { encoding: "utf8" });
	return container.stdout.trim();
};

beforeAll(async () => {
	await compose("--profile", "lab", "up", "-d", "--build");
}, 600_000);
afterAll(async () => {
	await compose("--profile", "lab", "down", "-v", "--timeout", "5");
}, 120_000);

test("Dzvin, its PostgreSQL and the lab become healthy", async () => {
	for (const service of ["postgres", "dzvin", "pbx", "phonebank"]) {
		await expect
			.poll(() => `${service} ${inspect(service, "{{.State.Health.Status}}")}`, { timeout: 90_000, interval: 500 })
			.toBe(`${service} healthy`);
	}
}, 180_000);

test("Dzvin does not run as root, and keeps its secret key in the volume, readable by itself only", async () => {
	expect(inspect("dzvin", "{{.Config.User}}")).toBe("dzvin");
	expect(await compose("exec", "-T", "dzvin", "stat", "-c", "%a %U", "/data/secret-key")).toBe("600 dzvin\n");
});

test("the migrations run on PostgreSQL 15", async () => {
	const sql = "select current_setting('server_version_num')::int / 10000, count(*) from drizzle.__drizzle_migrations";
	const answer = await compose(
		"exec",
		"-T",
		"-e",
		"PGPASSWORD=dzvin",
		"postgres",
		"psql",
		"-h",
		"127.0.0.1",
		"-U",
		"dzvin",
		"-Atc",
		sql,
		"dzvin",
	);
	expect(answer).toMatch(/^15\|[1-9]/);
});

test("the admin signs in, the client is there, and the lab's PBX connects by itself", async () => {
	const url = `http://127.0.0.1:${port}`;
	const post = (path: string, body: unknown, cookie = "") =>
		fetch(url + path, {
			method: "POST",
			headers: { "content-type": "application/json", origin: url, cookie },
			body: JSON.stringify(body),
		});
	expect(await fetch(url).then((answer) => answer.text())).toContain("<script");
	const session = await post("/api/session", { email: "admin@example.com", password });
	expect(session.status).toBe(200);
	const cookie = session.headers
		.getSetCookie()
		.map((one) => one.split(";")[0])
		.join("; ");
	const pbx = {
		name: "Lab",
		host: "pbx",
		events: { username: "events", secret: "lab-events" },
		control: { username: "control", secret: "lab-control" },
	};
	expect((await post("/api/pbx", pbx, cookie)).status).toBe(201);
	await expect
		.poll(() => fetch(`${url}/api/pbx`, { headers: { cookie } }).then((answer) => answer.text()), { timeout: 20_000 })
		.toContain('"state":"connected"');
}, 60_000);

test("the image alone is enough: its own database in the volume, and the demo", async () => {
	const name = `${project}_alone`;
	const docker = (...args: string[]) => promisify(execFile)("docker", args);
	await docker("run", "-d", "--name", name, "-e", "DZVIN_DEMO=true", "dzvin");
	try {
		const said = async () => {
			const { stdout, stderr } = await docker("logs", name);
			return stdout + stderr;
		};
		await expect.poll(said, { timeout: 60_000, interval: 500 }).toMatch(/Demo: \S+ \/ \S+/);
	} finally {
		await docker("rm", "-f", "-v", name);
	}
}, 90_000);

test("a stop is orderly", async () => {
	await compose("stop", "-t", "15", "dzvin");
	expect(inspect("dzvin", "{{.State.ExitCode}}")).toBe("0");
}, 60_000);
