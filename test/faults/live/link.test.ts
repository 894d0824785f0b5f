import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { until } from "../../journal/servers.ts";
import { type TestDatabase, testDatabase } from "../../support/database.ts";
import { seeded } from "../../support/seeded.ts";
import { cutLink } from "./cuts.ts";
import { quantile, toldOfBlind } from "./figures.ts";
import { goal } from "./goals.ts";
import { Stage } from "./stage.ts";

let own: TestDatabase;
let stage: Stage;
beforeEach(async () => {
	own = await testDatabase();
	stage = await Stage.open(own.url);
});
afterEach(async () => {
	await stage.end();
	await own.drop();
}, 180_000);

test("a link that is cut at any byte, ten times under calls, costs no call and invents none", async () => {
	const back = await cutLink(stage, { count: 10, perSecond: 5, chance: seeded(Number(process.env.SEED ?? 1)) });
	const { calls } = await stage.agree();
	const blind = await stage.blind();
	console.log(`10 cuts, ${calls} calls; ${toldOfBlind(blind)}`);
	goal("logged in again, p99", quantile(back, 0.99), 1_000, "ms");
	const read = blind.map(({ reconciledAfter }) => reconciledAfter ?? Number.NaN);
	goal("the PBX's journal is read for a cut after it, p99", quantile(read, 0.99), 5, "s");
	// Two cuts within the same second may be one blind time.
	expect(blind.length).toBeGreaterThan(3);
	expect(blind.every(({ open }) => !open)).toBe(true);
}, 180_000);

test("a link that is half open is noticed and shown, and what was said into nothing is recovered", async () => {
	const screen = await stage.screen();
	const shown = (state: string) =>
		screen.messages.slice(told).some((message) => message.type === "pbx.state" && message.pbx.state === state);
	let [told, noticed] = [0, 0];
	await stage.underLoad(5, 1, async () => {
		await sleep(1_000);
		const seesAgain = stage.faults.begin("link-lost");
		stage.gate.vanish();
		const began = performance.now();
		await until("the screen shows it", () => shown("away"));
		noticed = performance.now() - began;
		await sleep(500);
		told = screen.messages.length;
		stage.gate.open();
		await until("the screen shows its return", () => shown("connected"));
		seesAgain();
	});
	const { calls, recovered } = await stage.agree();
	const blind = await stage.blind();
	console.log(`half-open link: ${calls} calls; ${toldOfBlind(blind)}`);
	goal("a half-open link is shown after", noticed, 5_000, "ms");
	expect(recovered).toBeGreaterThan(0);
	expect(blind).toMatchObject([{ cause: "link-lost", open: false }]);
	// Asked every 2 s, given up after 3 s; the rest is for a busy machine, see the goal above.
	expect(noticed).toBeLessThan(8_000);
}, 180_000);

test("events lost while our reader stalls are noticed at the next one, and what they told is recovered", async () => {
	await stage.underLoad(5, 1, async () => {
		await sleep(1_000);
		const seesAgain = stage.faults.begin("events-lost");
		stage.server.child.kill("SIGSTOP");
		// Asterisk waits a tenth of a second for a reader that takes nothing, then leaves events out.
		await sleep(500);
		stage.pbx.behaviour.frozen = true;
		await sleep(2_000);
		stage.pbx.behaviour.frozen = false;
		stage.server.child.kill("SIGCONT");
		await sleep(1_000);
		await stage.becomes("connected");
		seesAgain();
	});
	const { calls, recovered } = await stage.agree();
	const blind = await stage.blind();
	console.log(`the reader stalled 2.5 s; ${calls} calls, ${recovered} from the PBX's journal; ${toldOfBlind(blind)}`);
	expect(blind.length).toBeGreaterThan(0);
	expect(blind.every(({ open }) => !open)).toBe(true);
}, 180_000);

test("a call whose answer was among lost events, and which ended before the loss was known, gets its answer from the journal", async () => {
	// Told to nobody: from the answer to the hang-up, too few for the loss to be certain at the next event.
	let quiet = false;
	stage.calls.onPacket = (packet) => {
		if (packet.startsWith("Event: Newstate\r\n") && packet.includes("\r\nChannelStateDesc: Up")) quiet = true;
		if (packet.startsWith("Event: Hangup\r\n")) quiet = false;
		stage.pbx.behaviour.frozen = quiet;
	};
	const seesAgain = stage.faults.begin("events-lost");
	const number = stage.calls.begin(4);
	await stage.calls.over();
	seesAgain();
	const talked = async () => {
		const { rows } = await stage.pool.query("select talk_ms from calls where number = $1 and ended_at is not null", [
			number,
		]);
		return rows[0]?.talk_ms > 0;
	};
	await until("the talk is known", talked, 15_000);
	await stage.agree();
	expect(await stage.blind()).toMatchObject([{ cause: "events-lost", recovered: 1 }]);
}, 180_000);
