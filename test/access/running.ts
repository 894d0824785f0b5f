import { createHash, randomBytes } from "node:crypto";
import { onTestFinished } from "vitest";
import { createApp, type Dzvin, type Overrides } from "../../server/app.ts";
import type { Config } from "../../server/config.ts";
import type { Role } from "../../server/protocol/basics.ts";
import { createLog } from "../../server/web/log.ts";
import { testDatabase } from "../support/database.ts";

export const password = "correct horse battery";

export interface Visitor {
	readonly id: string;
	readonly email: string;
	/** `name=value` for the Cookie header. */
	readonly cookie: string;
}

/**
 * A whole server on a database of its own, listening on a free port of the loopback; ends with the test. `on`: the
 * address of a database that is there already and stays, for a server that comes after another one.
 */
export async function runServer(config: Partial<Config> = {}, over: Overrides = {}, on?: string) {
	const { url, drop } = on === undefined ? await testDatabase() : { url: on, drop: async () => {} };
	const lines: string[] = [];
	const dzvin = await createApp(
		{
			port: 0,
			host: "127.0.0.1",
			dataDir: "/nonexistent",
			publicUrl: null,
			adminEmail: "admin@example.com",
			adminPassword: password,
			secretKey: createHash("sha256").update("a test").digest(),
			country: "UA",
			natsUrl: null,
			logLevel: "info",
			trustProxy: false,
			journalDays: 30,
			demo: false,
			...config,
			databaseUrl: url,
		},
		{ log: createLog(config.logLevel ?? "info", { write: (line) => lines.push(line) }), ...over },
	);
	const end = async () => {
		await dzvin.stop();
		await drop();
	};
	await dzvin.ensureFirstAdmin();
	await dzvin.start();
	return { dzvin, url, base: dzvin.address(), log: lines, end, ...conversation(dzvin) };
}
export type Running = Awaited<ReturnType<typeof runServer>>;

/** The same, ended by the test that asked for it. */
export async function serverForTest(config: Partial<Config> = {}, over: Overrides = {}): Promise<Running> {
	const running = await runServer(config, over);
	onTestFinished(running.end);
	return running;
}

function conversation(dzvin: Dzvin) {
	const call = async (
		method: string,
		path: string,
		options: { cookie?: string; body?: unknown; headers?: object } = {},
	) => {
		const answer = await fetch(`${dzvin.address()}${path}`, {
			method,
			headers: {
				...(options.cookie === undefined ? {} : { cookie: options.cookie }),
				...(options.body === undefined ? {} : { "content-type": "application/json" }),
				...options.headers,
			},
			...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
		});
		const text = await answer.text();
		const json = answer.headers.get("content-type")?.includes("json") === true ? JSON.parse(text) : null;
		return { status: answer.status, headers: answer.headers, text, json };
	};
	const signIn = async (email: string, secret = password): Promise<string> => {
		const answer = await call("POST", "/api/session", { body: { email, password: secret } });
		if (answer.status !== 200) throw new Error(`The sign-in of ${email} was answered with ${answer.status}`);
		return cookieOf(answer.headers);
	};
	let adminCookie: Promise<string> | null = null;
	const admin = () => (adminCookie ??= signIn("admin@example.com"));
	const hire = async (role: Role, extension: string | null = null, name = `The ${role}`): Promise<Visitor> => {
		const email = `${role}-${randomBytes(4).toString("hex")}@example.com`;
		const body = { name, email, password, role, extension };
		const made = await call("POST", "/api/users", { cookie: await admin(), body });
		if (made.status !== 201) throw new Error(`A new ${role} was answered with ${made.text}`);
		return { id: made.json.id, email, cookie: await signIn(email) };
	};
	return { call, signIn, admin, hire };
}

/** The cookie of an answer, as the browser sends it back. */
export function cookieOf(headers: Headers): string {
	return headers
		.getSetCookie()
		.map((line) => line.split(";", 1)[0])
		.join("; ");
}
