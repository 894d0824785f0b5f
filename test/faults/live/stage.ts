import { symlinkSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import type { LoopbackPbx } from "../../../server/asterisk/loopback/loopback-pbx.ts";
import { Calls } from "../../journal/calls.ts";
import { type Asked, assertComplete } from "../../journal/oracle.ts";
import { admin, furnish, type Screen, type Server, Servers, screenOf, startPbx, until } from "../../journal/servers.ts";
import { MadeFaults } from "../made-faults.ts";
import { type FaultProxy, faultProxy } from "../proxy.ts";
import { type RoadToDatabase, roadToDatabase } from "../road-to-database.ts";
import { differing, shownOn, waitingIn } from "./watched.ts";

/** The calls that are played when a test asks for no others. */
export const everyKind = ["direct-answered", "direct-given-up", "queue-answered", "blind-transfer-answered"] as const;

/** A time in which the PBX was not seen, or not all of it. */
export interface BlindTime {
	readonly cause: string;
	readonly seconds: number;
	/** Calls of that time that came from the PBX's journal. */
	readonly recovered: number;
	/** Seconds from its end until the PBX's journal was read for it; null: it was not. */
	readonly reconciledAfter: number | null;
	readonly open: boolean;
}

export interface StageOptions {
	readonly traces?: readonly string[];
	/** Whether the PBX keeps one. */
	readonly journal?: boolean;
	/** Where the server keeps what is its own; left out: in a folder of the stage's. */
	readonly dataDir?: string;
}

/**
 * A server in a process of its own between a PBX and a database, with the fault proxy on both roads. The PBX goes on
 * whatever happens to the others, and keeps a journal, which the server reads: so every call must be there in the end.
 */
export class Stage {
	readonly pbx: LoopbackPbx;
	readonly pbxId: string;
	/** The way from the servers to the PBX. */
	readonly gate: FaultProxy;
	/** The way from the server to its database. */
	readonly road: RoadToDatabase;
	readonly servers: Servers;
	readonly calls: Calls;
	/** The tests' own hand in the database, not through the proxy. */
	readonly pool: pg.Pool;
	/** The one that runs at present. */
	server: Server;
	/** What this test does to the road between PBX and server, for the oracle. */
	readonly faults = new MadeFaults();
	readonly #screens: { readonly server: Server; readonly cookie: string; readonly screen: Screen }[] = [];
	#cookies = new WeakMap<Server, Promise<string>>();

	private constructor(all: Pick<Stage, "pbx" | "pbxId" | "gate" | "road" | "servers" | "server" | "calls" | "pool">) {
		this.pbx = all.pbx;
		this.pbxId = all.pbxId;
		this.gate = all.gate;
		this.road = all.road;
		this.servers = all.servers;
		this.server = all.server;
		this.calls = all.calls;
		this.pool = all.pool;
	}

	/** `url`: a migrated database of the stage's own. */
	static async open(
		url: string,
		{ traces = everyKind, journal: keeps = true, dataDir }: StageOptions = {},
	): Promise<Stage> {
		const pbx = await startPbx();
		const servers = new Servers(url);
		const [gate, road] = await Promise.all([faultProxy({ host: "127.0.0.1", port: pbx.port }), roadToDatabase(url)]);
		const pool = new pg.Pool({ connectionString: url, max: 2 });
		pool.on("error", () => {});
		try {
			if (dataDir !== undefined) symlinkSync(dataDir, join(servers.folder, "one"));
			const journal = keeps ? join(servers.folder, "Master.csv") : null;
			const server = await servers.start("one", road.url);
			const pbxId = await furnish(server, pbx, { journal, port: gate.port });
			await until("the PBX is connected", () => pbx.sessions === 1);
			const calls = new Calls(pbx, traces, journal);
			return new Stage({ pbx, pbxId, gate, road, servers, server, calls, pool });
		} catch (error) {
			await Promise.all([servers.end(), pbx.stop(), gate.close(), road.proxy.close(), pool.end()]);
			throw error;
		}
	}

	/** Calls begin, so many a second, while `during` does its harm; resolves when they are over. */
	async underLoad(perSecond: number, speed: number, during: () => Promise<void>): Promise<void> {
		const load = new AbortController();
		const loading = this.calls.keepBeginning(perSecond, speed, load.signal);
		try {
			await during();
		} finally {
			load.abort();
			await loading;
			await this.calls.over();
		}
	}

	/** What the present server says of the PBX. */
	async state(): Promise<string> {
		const { json } = await this.server.ask(await this.#admin(), "GET", "/api/pbx");
		return String(Reflect.get(Object(Reflect.get(Object(json), "items")?.[0]), "state"));
	}

	async becomes(state: string, within?: number): Promise<void> {
		await until(`the PBX is ${state}`, async () => (await this.state()) === state, within);
	}

	/** The screen of the agent on 101, at the present server or another one. What it shows must be there in the end. */
	async screen(server = this.server): Promise<Screen> {
		const cookie = await server.signIn("olena@example.com");
		const screen = await screenOf(server, cookie);
		this.#screens.push({ server, cookie, screen });
		return screen;
	}

	/** The oracle, see assertHeld; screens that are open show what the server holds. */
	async agree(): Promise<{ calls: number; recovered: number }> {
		const { server } = this;
		const asked: Asked = {
			faults: this.faults.all,
			shown: shownOn(this.#screens.map(({ screen }) => screen)),
			tooMuch: () => waitingIn(server),
			differs: async () => {
				const open = this.#screens.filter((one) => one.server === server && one.screen.isOpen());
				return (await Promise.all(open.map(differing))).flat();
			},
		};
		return await assertComplete(this.pool, this.pbxId, this.calls, asked);
	}

	/** Times in which the PBX was not seen, as the server wrote them down. */
	async blind(): Promise<BlindTime[]> {
		const { rows } = await this.pool.query<BlindTime>(
			`select cause, extract(epoch from coalesce(to_at, now()) - from_at)::float as seconds, recovered,
				extract(epoch from reconciled_at - to_at)::float as "reconciledAfter", to_at is null as open
			from blind_windows where pbx_id = $1 order by from_at`,
			[this.pbxId],
		);
		return rows;
	}

	async end(): Promise<void> {
		await this.servers.end();
		await Promise.all([this.pbx.stop(), this.gate.close(), this.road.proxy.close(), this.pool.end()]);
	}

	#admin(): Promise<string> {
		const known = this.#cookies.get(this.server) ?? this.server.signIn(admin);
		this.#cookies.set(this.server, known);
		return known;
	}
}
