import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { type Screen, type Server, until } from "../../journal/servers.ts";
import { toldOfProgress } from "./figures.ts";
import type { Plan } from "./kills.ts";
import type { Stage } from "./stage.ts";

const speed = 0.5;

/** The token that every server counts up that takes over. */
export async function tokenOf(stage: Stage): Promise<number> {
	const { rows } = await stage.pool.query("select token from pbx_writers where pbx_id = $1", [stage.pbxId]);
	return Number(rows[0]?.token ?? 0);
}

/**
 * Two servers; the one that writes is killed again and again, `from` to `to` seconds after the other stands by. Answers
 * milliseconds until the other had taken over, and how many pop-ups there were; on no screen one twice.
 */
export async function killLeader(
	stage: Stage,
	{ count, perSecond, chance }: Plan,
	[from, to]: readonly [number, number] = [5, 20],
): Promise<{ took: number[]; pops: number }> {
	const took: number[] = [];
	let pops = 0;
	let standby: Server = await stage.servers.start("two");
	await until("both listen", () => stage.pbx.sessions === 2);
	await stage.underLoad(perSecond, speed, async () => {
		for (let kill = 0; kill < count; kill++) {
			const screens = await Promise.all([stage.server, standby].map((server) => stage.screen(server)));
			await sleep((from + chance() * (to - from)) * 1000);
			const token = await tokenOf(stage);
			const killed = stage.server;
			const began = performance.now();
			const seesAgain = stage.faults.begin("server-stopped");
			await killed.kill();
			await until("the other has taken over", async () => (await tokenOf(stage)) > token);
			took.push(performance.now() - began);
			seesAgain();
			toldOfProgress(kill, kill + 1, count);
			[stage.server, standby] = [standby, await stage.servers.start(killed.name)];
			await until("both listen", () => stage.pbx.sessions === 2);
			for (const screen of screens) {
				expect(poppedTwice(screen)).toEqual([]);
				pops += screen.pops.length;
				screen.close();
			}
		}
	});
	return { took, pops };
}

/** Of every number that popped up more than once on this screen: all that was told of it, for whoever looks at the failure. */
function poppedTwice({ pops, messages }: Screen): string[][] {
	const twice = new Set(pops.filter((number, at) => pops.indexOf(number) !== at));
	return [...twice].map((number) =>
		messages.flatMap((message) => {
			if (!("call" in message) || message.call.number !== number) return [];
			const legs = message.call.legs.map(({ extension, result }) => `${extension} ${result ?? "now"}`).join(", ");
			const unsaved = "saved" in message && message.saved === false ? " unsaved" : "";
			return [`${message.type}${unsaved}: ${message.call.outcome}, ${legs}`];
		}),
	);
}
