import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { until } from "../../journal/servers.ts";
import type { OwnDatabase } from "./own-database.ts";
import type { Stage } from "./stage.ts";

export interface Outage {
	readonly how: "stopped" | "frozen";
	readonly seconds: number;
	readonly perSecond: number;
}

/** What an outage of the database came to. */
export interface AfterOutage {
	/** Most bytes of the spill file. */
	readonly spilled: number;
	/** Milliseconds from the database's return until the spill file was gone. */
	readonly drainedAfter: number;
	/** Most kilobytes that the server had in memory. */
	readonly memory: number;
	/** Of phones that rang meanwhile: milliseconds from their ringing at the PBX to the pop-up on the agent's screen. */
	readonly pops: readonly number[];
	/** Phones that rang meanwhile and popped up nowhere. */
	readonly unseen: number;
}

/** The database is away, or answers nothing, while calls go on. The server lives and never lets the PBX go. */
export async function databaseOutage(
	stage: Stage,
	database: OwnDatabase,
	{ how, seconds, perSecond }: Outage,
): Promise<AfterOutage> {
	const file = join(stage.server.dataDir, "journal-spill");
	const links = stage.gate.passed;
	const screen = await stage.screen();
	let [spilled, memory, drainedAfter] = [0, 0, 0];
	let [from, to] = [0, 0];
	await stage.underLoad(perSecond, 1, async () => {
		await sleep(1_000);
		if (how === "frozen") database.freeze();
		else await database.stop();
		from = Date.now();
		for (const end = performance.now() + seconds * 1000; performance.now() < end; await sleep(200)) {
			spilled = Math.max(spilled, statSync(file, { throwIfNoEntry: false })?.size ?? 0);
			memory = Math.max(memory, stage.server.memory());
		}
		to = Date.now();
		if (how === "frozen") database.thaw();
		else await database.startAgain();
		const back = performance.now();
		await until("the spill file is gone", () => !existsSync(file), 60_000);
		drainedAfter = performance.now() - back;
		await sleep(1_000);
	});
	expect(stage.server.child.exitCode).toBeNull();
	expect(stage.gate.passed).toBe(links);
	expect(spilled).toBeGreaterThan(0);
	const rang = [...stage.calls.rang].filter(([, at]) => at > from && at < to);
	const pops = rang
		.flatMap(([number, at]) => (screen.popped.get(number) ?? Number.NaN) - at)
		.filter((ms) => !Number.isNaN(ms));
	return { spilled, drainedAfter, memory, pops, unseen: rang.length - pops.length };
}
