import { createHash } from "node:crypto";
import { z } from "zod";
import { createApp, type Dzvin } from "../../server/app.ts";
import type { Role } from "../../server/protocol/basics.ts";
import { type Call, CallPage } from "../../server/protocol/call.ts";
import { type Obligation, ObligationPage } from "../../server/protocol/obligation.ts";
import { Pbx, type PbxInput } from "../../server/protocol/pbx.ts";
import { createLog } from "../../server/web/log.ts";
import { accounts, type Lab } from "../lab/lab.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { Desk } from "./desk.ts";
import { until } from "./until.ts";

const password = "correct horse battery";

/** Somebody who works here, signed in. */
export interface Employee {
	readonly id: string;
	readonly name: string;
	readonly extension: string | null;
	readonly cookie: string;
}

export interface Answer {
	readonly status: number;
	readonly headers: Headers;
	readonly body: Buffer;
	/** Null when the answer is no JSON. */
	readonly json: unknown;
}

/** The company: the real server on a database of its own, and the people who use it over HTTP and WebSocket. */
export class Office {
	readonly #store: TestDatabase;
	readonly log: string[] = [];
	/** Everybody who ever sat here. */
	readonly desks: Desk[] = [];
	#server: Dzvin | null = null;
	#admin: Employee | null = null;

	private constructor(store: TestDatabase) {
		this.#store = store;
	}

	/** A new company whose server runs; nobody but the admin works there yet. */
	static async open(): Promise<Office> {
		const office = new Office(await testDatabase());
		await office.start();
		office.#admin = {
			id: "",
			name: "Admin",
			extension: null,
			cookie: await office.#signIn("admin@example.com"),
		};
		return office;
	}

	get server(): Dzvin {
		if (this.#server === null) throw new Error("The server does not run");
		return this.#server;
	}
	get admin(): Employee {
		if (this.#admin === null) throw new Error("There is no admin yet");
		return this.#admin;
	}
	/** The tests' own hand in the database. */
	get pool() {
		return this.#store.database.pools.ui;
	}

	/** The server begins, on the database as it was left. */
	async start(): Promise<void> {
		const server = await createApp(
			{
				port: 0,
				host: "127.0.0.1",
				dataDir: "/nonexistent",
				publicUrl: null,
				adminEmail: "admin@example.com",
				adminPassword: password,
				secretKey: createHash("sha256").update("end to end").digest(),
				country: "UA",
				natsUrl: null,
				logLevel: "warn",
				trustProxy: false,
				journalDays: 30,
				demo: false,
				databaseUrl: this.#store.url,
			},
			{ log: createLog("warn", { write: (line) => this.log.push(line) }) },
		);
		await server.ensureFirstAdmin();
		await server.start();
		this.#server = server;
	}

	/** The server ends; sessions, calls and debts stay in the database. */
	async stop(): Promise<void> {
		await this.server.stop();
		this.#server = null;
	}

	async close(): Promise<void> {
		for (const desk of this.desks) desk.close();
		if (this.#server !== null) await this.stop();
		await this.#store.drop();
	}

	async ask(who: Employee, method: string, path: string, body?: unknown, headers = {}): Promise<Answer> {
		const answer = await fetch(`${this.server.address()}${path}`, {
			method,
			headers: {
				...(who.cookie === "" ? {} : { cookie: who.cookie }),
				...(body === undefined ? {} : { "content-type": "application/json" }),
				...headers,
			},
			...(body === undefined ? {} : { body: JSON.stringify(body) }),
		});
		const bytes = Buffer.from(await answer.arrayBuffer());
		const json = answer.headers.get("content-type")?.includes("json") ? JSON.parse(bytes.toString()) : null;
		return { status: answer.status, headers: answer.headers, body: bytes, json };
	}

	/** The same, of something that must succeed. */
	async do(who: Employee, method: string, path: string, body?: unknown): Promise<unknown> {
		const answer = await this.ask(who, method, path, body);
		if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.body}`);
		return answer.json;
	}

	async hire(role: Role, extension: string | null, name = extension === null ? role : `Agent ${extension}`) {
		const email = `${role}-${extension ?? "none"}@example.com`;
		const made = await this.do(this.admin, "POST", "/api/users", { name, email, password, role, extension });
		const { id } = Identified.parse(made);
		return { id, name, extension, cookie: await this.#signIn(email) } satisfies Employee;
	}

	async #signIn(email: string): Promise<string> {
		const nobody = { id: "", name: "", extension: null, cookie: "" };
		const answer = await this.ask(nobody, "POST", "/api/session", { email, password });
		if (answer.status !== 200) throw new Error(`The sign-in of ${email}: ${answer.status} ${answer.body}`);
		return answer.headers
			.getSetCookie()
			.map((line) => line.split(";", 1)[0])
			.join("; ");
	}

	/** The person opens the client in so many tabs. */
	async sit(who: Employee, tabs = 1): Promise<Desk> {
		const desk = await Desk.open(this.server.address(), who, tabs);
		this.desks.push(desk);
		return desk;
	}

	/** The admin adds the lab's PBX as the company's own; answers as soon as the server says so. */
	async addPbx(lab: Lab, fields: Partial<PbxInput> = {}): Promise<Pbx> {
		const { host, ami } = lab.address.pbx;
		const { events, control } = accounts;
		const recordings = { root: lab.recordingsFolder };
		return Pbx.parse(
			await this.do(this.admin, "POST", "/api/pbx", {
				...{ name: "Lab", host, port: ami, events, control, recordings, dial: { context: "internal" } },
				...fields,
			}),
		);
	}

	/** Changes a PBX; answers when it is connected anew. */
	async changePbx(id: string, patch: Partial<PbxInput>): Promise<Pbx> {
		const { since } = await this.pbx(id);
		await this.do(this.admin, "PATCH", `/api/pbx/${id}`, patch);
		return await until("the PBX is connected anew", async () => {
			const pbx = await this.pbx(id);
			return pbx.state === "connected" && pbx.since !== since ? pbx : null;
		});
	}

	async pbx(id: string): Promise<Pbx> {
		const { items } = PbxList.parse(await this.do(this.admin, "GET", "/api/pbx"));
		const found = items.find((pbx) => pbx.id === id);
		if (!found) throw new Error("The PBX is not in the list");
		return found;
	}

	/** Waits until the PBX is in this state; answers it. */
	async pbxBecomes(id: string, state: Pbx["state"], within = 10_000): Promise<Pbx> {
		return await until(
			`the PBX is ${state}`,
			async () => {
				const pbx = await this.pbx(id);
				return pbx.state === state ? pbx : null;
			},
			within,
		);
	}

	/** All calls of a list. */
	async calls(who: Employee, query: Readonly<Record<string, string>>): Promise<Call[]> {
		const search = new URLSearchParams({ limit: "200", ...query });
		return CallPage.parse(await this.do(who, "GET", `/api/calls?${search}`)).items;
	}

	async obligations(who: Employee, query: Readonly<Record<string, string>> = {}): Promise<Obligation[]> {
		const search = new URLSearchParams({ limit: "200", ...query });
		return ObligationPage.parse(await this.do(who, "GET", `/api/obligations?${search}`)).items;
	}
}

const Identified = z.object({ id: z.string() });
const PbxList = z.object({ items: z.array(Pbx) });
