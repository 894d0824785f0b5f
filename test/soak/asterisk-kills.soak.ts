import { execFile } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { assertInvariants } from "../end-to-end/invariants.ts";
import { Office } from "../end-to-end/office.ts";
import { until } from "../end-to-end/until.ts";
import { spread } from "../faults/live/figures.ts";
import { goal } from "../faults/live/goals.ts";
import { waitingIn } from "../faults/live/watched.ts";
import { MadeFaults } from "../faults/made-faults.ts";
import { faultProxy } from "../faults/proxy.ts";
import { startLab } from "../lab/lab.ts";
import { asked } from "./asked.ts";

const docker = promisify(execFile);
const floors = [1, 2, 3, 4] as const;
/** Extensions of each floor that are called; the first two pick up. */
const called = [1, 2, 3] as const;

test("Asterisk is killed again and again under live calls: each of them is over, interrupted and owed", async () => {
	const [started, office] = await Promise.all([startLab(), Office.open()]);
	const { lab } = started;
	const { host, ami, container } = lab.address.pbx;
	const gate = await faultProxy({ host, port: ami });
	try {
		const history = { kind: "cel-csv" as const, path: join(lab.journalFolder, "cel-custom/Master.csv") };
		const { id } = await office.addPbx(lab, { port: gate.port, history });
		await office.pbxBecomes(id, "connected");
		for (const number of floors) {
			for (const last of [1, 2]) await lab.floor(number).phone(last, { does: "answer", after: 0.3 });
		}
		const live = async () => {
			const { rows } = await office.pool.query("select outcome from calls where ended_at is null");
			return rows.map((row) => String(row.outcome)).sort();
		};
		const { count, chance } = asked({ count: 100 });
		const took: number[] = [];
		const faults = new MadeFaults();
		for (let kill = 0; kill < count; kill++) {
			const calls = await Promise.all(
				floors.flatMap((number) =>
					called.map(async (last) => {
						const from = `0503${String(kill).padStart(3, "0")}${number}${last}1`;
						return await lab.phoneBank.call({ from, to: lab.floor(number).direct(last) });
					}),
				),
			);
			const talk = floors.length * 2;
			await until(
				"all ring or talk",
				async () => (await live()).filter((outcome) => outcome === "talking").length === talk || null,
				20_000,
			);
			await until("all are seen", async () => (await live()).length === floors.length * called.length || null);
			await sleep(chance() * 2_000);
			const seesAgain = faults.begin("link-lost");
			await docker("docker", ["kill", "--signal=KILL", container]);
			await docker("docker", ["start", container]);
			const { stdout } = await docker("docker", ["port", container, "5038/tcp"]);
			gate.to = { host, port: Number(/:(\d+)\s*$/m.exec(stdout)?.[1]) };
			await office.pbxBecomes(id, "connected", 30_000);
			seesAgain();
			const back = performance.now();
			await until("none lives", async () => (await live()).length === 0 || null, 30_000);
			took.push(performance.now() - back);
			await Promise.all(calls.map((call) => call.hangUp()));
		}
		const { made, families } = await assertInvariants(office.pool, id, lab, {
			faults: faults.all,
			readsJournal: true,
			tooMuch: () => waitingIn({ base: office.server.address(), memory: () => 0 }),
			within: 90_000,
		});
		console.log(
			`${count} kills of Asterisk; ${made} calls of the phone bank, ${families} families compared, 0 missing, 0 twice`,
		);
		console.log(`its calls were over ${spread(took)} after it was back`);
		const { rows } = await office.pool.query("select count(*)::int as n from calls where interrupted");
		expect(rows).toEqual([{ n: made }]);
		goal("all of its calls are over after its return, the slowest", Math.max(...took), 10_000, "ms");
	} finally {
		await office.close();
		await gate.close();
		await started.stop();
	}
});
