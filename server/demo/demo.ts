import { createHmac } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { and, eq, isNull, sql } from "drizzle-orm";
import type { FastifyBaseLogger } from "fastify";
import type { Database } from "../../db/connect.ts";
import { newId } from "../../db/id.ts";
import { users as userTable } from "../../db/schema/access.ts";
import { pbxs as pbxTable } from "../../db/schema/company.ts";
import { DzvinError } from "../errors.ts";
import type { EventBus } from "../events.ts";
import type { DemoState } from "../protocol/demo.ts";
import { say } from "../protocol/sentences.ts";
import type { Settings } from "../protocol/settings.ts";
import { createChance } from "./chance.ts";
import { demoPeople } from "./people.ts";
import { customerOf, recast, type Scenario, scenarios } from "./scenarios.ts";
import { markAsDemo, seedDemo, wipeDemo } from "./seed.ts";
import { toneWav, writeTones } from "./tones.ts";

/** The part of a loopback PBX that the demo uses. */
export interface PlayingPbx {
	readonly port: number;
	play(trace: Uint8Array, options: { speed: number; rewrite: (packet: string) => string | null }): Promise<void>;
	stop(): Promise<void>;
}

/** What the demo's PBX is told about itself. */
interface DemoPbx {
	readonly host: string;
	readonly port: number;
	readonly events: { readonly username: string; readonly secret: string };
	readonly control: { readonly username: string; readonly secret: string };
}

export interface DemoDeps {
	readonly database: Database;
	readonly bus: EventBus;
	readonly secretKey: Buffer;
	readonly dataDir: string;
	/** Whether an empty server is to be filled. */
	readonly wanted: boolean;
	readonly settings: () => Settings;
	readonly startPbx: (options: { accounts: Record<string, string>; picture?: Uint8Array }) => Promise<PlayingPbx>;
	readonly createPbx: (id: string, pbx: DemoPbx & { name: string; recordingsRoot: string }) => Promise<void>;
	readonly movePbx: (id: string, pbx: DemoPbx) => Promise<void>;
	readonly createUser: (user: DemoUser & { password: string }) => Promise<{ id: string }>;
	readonly fold: (name: string) => string;
	/** Resolves when everything that came from the PBX so far is stored. */
	readonly settled: () => Promise<void>;
	readonly now: () => number;
	readonly log: Pick<FastifyBaseLogger, "info" | "warn" | "error">;
}

interface DemoUser {
	readonly name: string;
	readonly email: string;
	readonly role: "agent" | "supervisor";
	readonly extension: string;
}

export interface DemoLogin {
	readonly name: string;
	readonly email: string;
	readonly role: string;
	readonly extension: string;
	readonly password: string;
}

const agents: readonly [DemoUser, ...DemoUser[]] = [
	{ name: "Олена Ковальчук", email: "olena@demo.dzvin", role: "agent", extension: "101" },
	{ name: "Пётр Орлов", email: "petr@demo.dzvin", role: "agent", extension: "102" },
	{ name: "Emma Walker", email: "emma@demo.dzvin", role: "agent", extension: "103" },
];
const supervisor: DemoUser = { name: "Тарас Бондар", email: "taras@demo.dzvin", role: "supervisor", extension: "110" };
const adminExtension = "100";
const pbxName = "Demo";
const accounts = ["demo-events", "demo-control"] as const;

/** Recorded phones ring for less than a second; at this speed a card stays long enough to be read. */
const speed = 0.12;

/** Between the desk's first question and the first call, so that the card comes to a desk that is painted. */
const welcomeAfter = 1_500;
const welcomeAgainAfter = 10 * 60_000;

const traces = fileURLToPath(new URL("../../test/traces/", import.meta.url));

export type Demo = ReturnType<typeof createDemo>;

/** A PBX that is none, people who do not exist, and their calls: to see how it feels before anything is connected. */
export function createDemo(deps: DemoDeps) {
	const { database, bus, log, now } = deps;
	const recordings = join(deps.dataDir, "demo-recordings");
	const chance = createChance(deps.now());
	const welcomed = new Map<string, number>();
	const timers = new Set<NodeJS.Timeout>();
	const people = demoPeople(agents.length);
	let pbx: PlayingPbx | null = null;
	let playing = 0;

	const secretOf = (name: string): string => createHmac("sha256", deps.secretKey).update(`demo ${name}`).digest("hex");
	/** The same at every start, so that it can be shown again; nobody without the secret key can work it out. */
	const passwordOf = (email: string): string => secretOf(email).slice(0, 12);

	const demoPbxIds = async (): Promise<string[]> => {
		const rows = await database.ui.select({ id: pbxTable.id }).from(pbxTable).where(eq(pbxTable.demo, true));
		return rows.map(({ id }) => id);
	};

	const startPbx = async (): Promise<DemoPbx> => {
		const [events, control] = accounts;
		const secrets = { [events]: secretOf(events), [control]: secretOf(control) };
		const picture = await readFile(join(traces, "direct-answered.ami")).catch(() => null);
		pbx = await deps.startPbx({ accounts: secrets, ...(picture === null ? {} : { picture }) });
		const account = (username: string) => ({ username, secret: secretOf(username) });
		return { host: "127.0.0.1", port: pbx.port, events: account(events), control: account(control) };
	};

	const emptyServer = async (): Promise<boolean> => {
		const found = await database.ui.execute(
			sql`select 1 where exists (select from pbxs where active) or exists (select from contacts) or exists (select from calls)`,
		);
		return found.rowCount === 0;
	};

	const seed = async (): Promise<void> => {
		const id = newId();
		const access = await startPbx();
		await deps.createPbx(id, { ...access, name: pbxName, recordingsRoot: recordings });
		const made: { id: string; extension: string }[] = [];
		for (const user of [...agents, supervisor]) {
			const { id: userId } = await deps.createUser({ ...user, password: passwordOf(user.email) });
			made.push({ id: userId, extension: user.extension });
		}
		await markAsDemo(
			database,
			made.map((user) => user.id),
		);
		await giveAdminAnExtension();
		const [first, ...others] = made.slice(0, agents.length);
		if (first === undefined) throw new Error("The demo has no agents");
		const { currency, refusalReasons } = deps.settings();
		const soundOf = await writeTones(recordings);
		const people = demoPeople(agents.length);
		const seeding = {
			pbxId: id,
			people,
			agents: [first, ...others],
			now: now(),
			currency,
			refusalReasons,
			soundOf,
		} as const;
		await seedDemo(database, { ...seeding, fold: deps.fold });
	};

	/** Half a demo would be taken for a whole one at the next start. */
	const seedOrNothing = async (): Promise<void> => {
		try {
			await seed();
		} catch (error) {
			await pbx?.stop();
			pbx = null;
			await wipeDemo(database, await demoPbxIds(), adminExtension);
			throw error;
		}
	};

	/** So that the person who tries Dzvin sees a card at once, signed in with the login that was printed. */
	const giveAdminAnExtension = async (): Promise<void> => {
		const [admin] = await database.ui
			.select({ id: userTable.id })
			.from(userTable)
			.where(and(eq(userTable.role, "admin"), eq(userTable.active, true), isNull(userTable.extension)))
			.limit(1);
		if (admin === undefined) return;
		await database.ui.update(userTable).set({ extension: adminExtension }).where(eq(userTable.id, admin.id));
		bus.emit("user.changed", { userId: admin.id });
	};

	const castOf = (scenario: Scenario, extension: string): string[] => {
		const colleagues = [...agents, supervisor].map((user) => user.extension).filter((other) => other !== extension);
		return scenario.extensions.map((_from, index) => (index === 0 ? extension : (colleagues[index - 1] ?? extension)));
	};

	const play = async (scenario: Scenario, extension: string): Promise<void> => {
		const running = pbx;
		if (running === null) throw new DzvinError("not-found", say("refused.no-demo"));
		const trace = await readFile(traceFile(scenario));
		const change = recast(scenario, customerOf(trace.toString()), {
			extensions: castOf(scenario, extension),
			caller: scenario.caller(people, chance),
			recordings,
		});
		playing += 1;
		running
			.play(trace, {
				speed,
				rewrite: (packet) => {
					const text = change(packet);
					void recordTone(text).catch((error: unknown) => log.warn({ err: error }, "no sound for a demo call"));
					return text;
				},
			})
			.catch((error: unknown) => log.error({ err: error }, "a demo call broke off"))
			.finally(() => {
				playing -= 1;
			});
	};

	/** The file that a real PBX would be writing now. */
	const recordTone = async (packet: string): Promise<void> => {
		const file = /^Variable: MIXMONITOR_FILENAME\r\nValue: (.*)$/m.exec(packet)?.[1]?.trim();
		if (file === undefined || !file.startsWith(`${recordings}/`) || file.includes("..")) return;
		await mkdir(dirname(file), { recursive: true });
		await writeFile(file, toneWav(10), { flag: "wx" }).catch(() => {});
	};

	return {
		/** Starts the demo's PBX where there is demo data; fills an empty server when that is wanted. */
		async start(): Promise<void> {
			const [id] = await demoPbxIds();
			if (id !== undefined) await deps.movePbx(id, await startPbx());
			else if (deps.wanted && (await emptyServer())) await seedOrNothing();
			else if (deps.wanted) log.warn("This server is in use: no demo data was added.");
		},

		async stop(): Promise<void> {
			for (const timer of timers) clearTimeout(timer);
			await pbx?.stop();
			pbx = null;
		},

		/** Who may sign in to look around; empty without a demo. */
		logins(): DemoLogin[] {
			if (pbx === null) return [];
			return [...agents, supervisor].map((user) => ({ ...user, password: passwordOf(user.email) }));
		},

		state(): DemoState {
			const playable = pbx === null ? [] : scenarios.filter((scenario) => existsSync(traceFile(scenario)));
			return { present: pbx !== null, scenarios: playable.map(({ id, title }) => ({ id, title })) };
		},

		/** Lets a call come to this extension; answers when it has begun. */
		async simulate(id: string, extension: string | null): Promise<void> {
			const scenario = scenarios.find((one) => one.id === id && existsSync(traceFile(one)));
			if (scenario === undefined) throw new DzvinError("not-found", say("refused.no-scenario"));
			if (extension === null) throw new DzvinError("conflict", say("refused.no-extension-to-ring"));
			if (playing >= 20) throw new DzvinError("too-many-requests", say("refused.enough-calls"));
			await play(scenario, extension);
		},

		/** A person's desk came up: the first call rings by itself. */
		welcome(userId: string, extension: string | null): void {
			if (pbx === null || extension === null) return;
			if (now() - (welcomed.get(userId) ?? Number.NEGATIVE_INFINITY) < welcomeAgainAfter) return;
			welcomed.set(userId, now());
			const [first] = scenarios;
			const timer = setTimeout(() => {
				timers.delete(timer);
				if (first === undefined || pbx === null) return;
				play(first, extension).catch((error: unknown) => log.warn({ err: error }, "no welcome call"));
			}, welcomeAfter);
			timers.add(timer);
		},

		/** Takes everything away that came with the demo or of it. */
		async remove(): Promise<void> {
			const ids = await demoPbxIds();
			if (ids.length === 0) throw new DzvinError("not-found", say("refused.no-demo"));
			const staff = await database.ui.select({ id: userTable.id }).from(userTable).where(eq(userTable.demo, true));
			// First nothing new comes in, then what is under way is stored, then all of it goes.
			await database.ui.update(pbxTable).set({ active: false }).where(eq(pbxTable.demo, true));
			for (const pbxId of ids) bus.emit("pbx.changed", { pbxId });
			await pbx?.stop();
			pbx = null;
			await deps.settled();
			await wipeDemo(database, ids, adminExtension);
			await rm(recordings, { recursive: true, force: true });
			for (const { id: userId } of staff) {
				bus.emit("session.ended", { userId, sessionId: null });
				bus.emit("user.changed", { userId });
			}
			for (const pbxId of ids) bus.emit("pbx.changed", { pbxId });
		},
	};
}

function traceFile(scenario: Scenario): string {
	return join(traces, `${scenario.trace}.ami`);
}
