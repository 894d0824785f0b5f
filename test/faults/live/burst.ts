import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { expect } from "vitest";
import type { ServerMessage } from "../../../server/protocol/live.ts";
import { traceNamed } from "../../journal/calls.ts";
import { assertComplete } from "../../journal/oracle.ts";
import { furnish, Servers, screenOf, until } from "../../journal/servers.ts";
import { nodeProgram } from "../../support/programs.ts";
import type { Order, Sent } from "./burst-pbx.ts";
import { processorTime, quantile, spread } from "./figures.ts";

const trace = "direct-answered";

export interface AfterBurst {
	readonly sent: Sent;
	/** Milliseconds from a phone's ringing at the PBX to its pop-up on the agent's screen. */
	readonly pops: readonly number[];
	/** The part of them until the server had told it. */
	readonly told: readonly number[];
	/** Most kilobytes that the server had in memory. */
	readonly memory: number;
	/** Seconds of processor time that the server, PostgreSQL, and the test with its screen took. */
	readonly cpu: { readonly server: number; readonly postgres: number; readonly screen: number };
}

/**
 * So many events a second for a while, all of them of calls to one agent, whose screen is open; then every one of these
 * calls is compared. The PBX is a process of its own, and there is no fault proxy: they would take from the server what it
 * needs. `url`: a migrated database of the burst's own.
 */
export async function burst(url: string, seconds: number, eventsPerSecond: number): Promise<AfterBurst> {
	const servers = new Servers(url);
	const pool = new pg.Pool({ connectionString: url, max: 2 });
	const pbx = fork(fileURLToPath(new URL("./burst-pbx.ts", import.meta.url)), {
		execPath: nodeProgram,
		execArgv: [],
		serialization: "advanced",
	});
	try {
		const journal = join(servers.folder, "Master.csv");
		const port = await said<number>(pbx);
		const server = await servers.start("one");
		const pbxId = await furnish(server, { port }, { journal });
		const screen = await screenOf(server, await server.signIn("olena@example.com"));
		const watching = async () =>
			(await pool.query("select 1 from observations where pbx_id = $1", [pbxId])).rows.length > 0;
		await until("the PBX is connected", watching);
		let memory = 0;
		const watch = setInterval(() => {
			memory = Math.max(memory, server.memory());
		}, 100);
		const before = await processorTime(server, pool);
		pbx.send({ trace, seconds, eventsPerSecond, journal } satisfies Order);
		const sent = await said<Sent>(pbx);
		// The last ones are on their way; one whose call was over before it was stored never rang for anybody.
		const missing = () => [...sent.rang.keys()].filter((number) => !screen.popped.has(number)).length;
		for (let tries = 0; tries < 50 && missing() > 0; tries++) await sleep(100);
		const after = await processorTime(server, pool);
		const since = (moments: ReadonlyMap<string, number>) =>
			[...sent.rang].flatMap(([number, rang]) => (moments.has(number) ? [(moments.get(number) ?? rang) - rang] : []));
		const cpu = {
			server: after.server - before.server,
			postgres: after.postgres - before.postgres,
			screen: after.self - before.self,
		};
		const figures = { sent, pops: since(screen.popped), told: since(toldAt(screen.messages)), memory, cpu };
		console.log(toldOfBurst(figures));
		const { outcome } = traceNamed(trace);
		const families = new Map([...sent.families].map(([family, times]) => [family, { ...times, outcome }]));
		const { calls, recovered } = await assertComplete(
			pool,
			pbxId,
			{ families, journal, over: async () => {} },
			{ mostRebuilt: 2 },
		);
		clearInterval(watch);
		screen.close();
		expect((await pool.query("select * from blind_windows")).rows).toEqual([]);
		// Where the machine has no time for the server it hears of a call later than the journal tells of it.
		console.log(`${calls} calls compared, 0 lost, 0 twice; ${recovered} came from the PBX's journal first`);
		return { ...figures, memory };
	} finally {
		pbx.kill("SIGKILL");
		await Promise.all([servers.end(), pool.end()]);
	}
}

/** Number → when the server told of its ringing phone first. */
function toldAt(messages: readonly ServerMessage[]): Map<string, number> {
	const told = new Map<string, number>();
	for (const message of messages) {
		if (message.type !== "call.ringing" && message.type !== "call.talking") continue;
		const number = message.call.number ?? "";
		if (!told.has(number)) told.set(number, Date.parse(message.at));
	}
	return told;
}

async function said<T>(pbx: ChildProcess): Promise<T> {
	const ended = once(pbx, "exit").then(() => {
		throw new Error("The PBX ended");
	});
	const [message] = await Promise.race([once(pbx, "message"), ended]);
	return message;
}

/** Calls begin and end in the first and last seconds. One in which the PBX came to nothing has no number. */
const fullSeconds = ({ seconds }: Sent) => Array.from(seconds, (events = 0) => events).slice(2, -3);

/** Events that the PBX told in a second, on the average. */
export function perSecondOf({ sent }: Pick<AfterBurst, "sent">): number {
	const full = fullSeconds(sent);
	return Math.round(full.reduce((sum, events) => sum + events, 0) / full.length);
}

/** A machine that others use as well is slow for a while: in which order the phones rang tells when. */
function sixths(pops: readonly number[]): number[] {
	const length = Math.ceil(pops.length / 6);
	return [0, 1, 2, 3, 4, 5].map((n) => Math.round(quantile(pops.slice(n * length, (n + 1) * length), 0.99)));
}

function toldOfBurst({ sent, pops, told, memory, cpu }: AfterBurst): string {
	const full = fullSeconds(sent);
	return [
		`${sent.events} events in ${sent.seconds.length} s; in the ${full.length} full seconds ${perSecondOf({ sent })} a second, at least ${Math.min(...full)}, at most ${sent.late} ms late`,
		`${pops.length} pop-ups of ${sent.rang.size} rings, ${spread(pops)}; until the server had told: ${spread(told)}`,
		`p99 of each sixth of the time: ${sixths(pops).join(", ")} ms`,
		`server at most ${Math.round(memory / 1000)} MB`,
		`processor seconds: server ${cpu.server.toFixed(1)}, PostgreSQL ${cpu.postgres.toFixed(1)}, PBX ${sent.cpu.toFixed(1)}, screen ${cpu.screen.toFixed(1)}`,
	].join("\n");
}
