/**
 * From the moment at which the PBX says that a phone rings to the card that a real browser has painted: the whole server,
 * a PBX that speaks AMI, Chromium. It is the figure that the page *Now* shows for today, of so many calls, one after the
 * other as one person gets them. Beside it what a browser takes that paints nothing but one line, in the same run.
 *
 *   node test/bench/event-to-paint.ts [--calls 120]
 *
 * Wants a built client (`npm run build`).
 */
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import pg from "pg";
import { figuresOf } from "../../server/live/paint-times.ts";
import { startBrowser } from "../support/browser.ts";
import { answeredCall } from "./answered-call.ts";
import { quantile } from "./figures.ts";
import { temporaryPostgres } from "./temporary-postgres.ts";
import { startWholeServer } from "./whole-server.ts";

const { values: options } = parseArgs({ options: { calls: { type: "string", default: "120" } } });
const calls = Number(options.calls);
const email = "agent@example.com";

const database = await temporaryPostgres();
const browser = await startBrowser();
const house = await startWholeServer(database.url, database.folder);
try {
	await house.hire(email, "101");
	await house.connectPbx();
	const { context, page } = await browser.open({ locale: "en-GB" });
	const bare = await context.newPage();
	const [name = "", value = ""] = (await house.signIn(email)).split("=", 2);
	await context.addCookies([{ name, value, url: house.base }]);
	await page.goto(house.base);
	await page.locator(".search-button").waitFor();

	const floor: number[] = [];
	for (let playing = 1; playing <= calls; playing += 1) {
		await page.bringToFront();
		const [before, ring, after] = answeredCall(playing, `050${String(playing).padStart(7, "0")}`, "101");
		house.pbx.sendRaw(before);
		await sleep(50);
		house.pbx.sendRaw(ring);
		await page.locator(".card.ringing").waitFor();
		await sleep(100);
		house.pbx.sendRaw(after);
		await page.locator(".card.ringing").waitFor({ state: "detached" });
		await bare.bringToFront();
		floor.push(
			Number(
				await bare.evaluate(`new Promise((done) => {
					const began = performance.now();
					document.body.textContent = String(began);
					requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)));
				})`),
			),
		);
	}
	// What was painted is kept every few seconds, and at the end.
	house.server.kill("SIGTERM");
	await new Promise((resolve) => house.server.once("exit", resolve));
	const client = new pg.Client({ connectionString: database.url });
	await client.connect();
	const { rows } = await client.query<{ bucket: number; count: number }>(
		"select bucket, sum(count)::integer as count from paint_times group by 1",
	);
	await client.end();
	console.log(`${calls} calls rang: event to paint ${JSON.stringify(figuresOf(rows))}`);
	const ms = (share: number) => quantile(floor, share).toFixed(0);
	console.log(`a line of text in the same browser: p50 ${ms(0.5)} ms, p95 ${ms(0.95)} ms`);
} finally {
	house.server.kill("SIGKILL");
	await browser.close();
	await house.pbx.stop();
	await database.remove();
}
