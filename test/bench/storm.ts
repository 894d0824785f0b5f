/**
 * Ten thousand browsers lose their way in one moment and return, against the whole server with its sessions, pictures and
 * database; meanwhile phones of other people ring. Before, during, in one run. Goals: all back within 15 s; p99 of the
 * others' pop-ups at most twice that of before.
 *
 *   node test/bench/storm.ts [--size 10000] [--others 200] [--rounds 3] [--rate 50]
 *
 * Server, browsers and the others are processes of their own. Wants `ulimit -n` above the size. With a goal missed it ends
 * with status 1.
 */
import { parseArgs } from "node:util";
import { z } from "zod";
import { administer, withDatabase } from "../support/administer.ts";
import { quantile } from "./figures.ts";
import { benchProcesses } from "./processes.ts";
import { temporaryPostgres } from "./temporary-postgres.ts";

const { values: options } = parseArgs({
	options: {
		size: { type: "string", default: "10000" },
		others: { type: "string", default: "200" },
		rounds: { type: "string", default: "3" },
		rate: { type: "string", default: "50" },
	},
});
const goals = { seconds: 15, ratio: 2 };
const rate = Number(options.rate);

const Answer = z.object({
	...{ port: z.string().optional(), open: z.number().optional(), took: z.array(z.number()).default([]) },
	...{ back: z.number().default(0), tries: z.number().default(0), rss: z.number().default(0) },
	...{ loopP99: z.number().default(0), loopMax: z.number().default(0), processor: z.number().default(0) },
});
const { start, answer, ask, end } = benchProcesses(Answer);
const megabytes = (bytes: number) => Math.round(bytes / 1_048_576);

const postgres = await temporaryPostgres();
try {
	await administer(postgres.url, "create database storm");
	const server = start("storm-server.ts", [withDatabase(postgres.url, "storm"), options.size, options.others]);
	const { port = "" } = await answer(server);
	const others = start("storm-clients.ts", [port, options.size, options.others]);
	await answer(others);
	const { rss: empty } = await ask(server, "settle");
	const crowd = start("storm-clients.ts", [port, "0", options.size]);
	await answer(crowd);
	const { rss: full } = await ask(server, "settle");
	console.log(`${options.size} browsers open: ${megabytes(full)} MB (${megabytes(empty)} MB without them)`);

	const measure = async (seconds: number) => {
		await ask(others, "figures");
		const { rss, loopP99, loopMax } = await ask(server, `push ${rate * seconds} ${rate}`);
		return { took: (await ask(others, "figures")).took, rss, loopP99, loopMax };
	};
	/** Seconds of processor used so far: says what a slow return waited for. */
	const processors = async () => ({
		server: (await ask(server, "figures")).processor,
		database: await postgres.processorSeconds(),
		browsers: (await ask(crowd, "figures")).processor,
	});
	await measure(4);
	const backs: number[] = [];
	const ratios: number[] = [];
	let most = full;
	for (let round = 0; round < Number(options.rounds); round += 1) {
		const calm = await measure(8);
		const before = await processors();
		const back = ask(crowd, "cut");
		const storm = await measure(8);
		const { back: milliseconds, tries } = await back;
		const after = await processors();
		backs.push(milliseconds / 1000);
		const [quiet, during] = [quantile(calm.took, 0.99), quantile(storm.took, 0.99)];
		ratios.push(during / quiet);
		most = Math.max(most, storm.rss);
		const p50 = `p50 ${quantile(calm.took, 0.5).toFixed(1)} → ${quantile(storm.took, 0.5).toFixed(1)} ms`;
		const p99 = `p99 ${quiet.toFixed(1)} → ${during.toFixed(1)} ms`;
		const loop = `loop p99 ${storm.loopP99.toFixed(0)} max ${storm.loopMax.toFixed(0)} ms`;
		console.log(
			`all back after ${(milliseconds / 1000).toFixed(1)} s in ${tries} tries; others' ${p50}, ${p99}; ${loop}`,
		);
		const used = (["server", "database", "browsers"] as const).map(
			(who) => `${who} ${(after[who] - before[who]).toFixed(1)}`,
		);
		console.log(`  seconds of processor meanwhile: ${used.join(", ")}`);
	}
	const [slowest, ratio] = [Math.max(...backs), quantile(ratios, 0.5)];
	const spread = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)} over ${ratios.length} rounds`;
	console.log(`back within ${slowest.toFixed(1)} s (goal ${goals.seconds}), most memory ${megabytes(most)} MB`);
	console.log(`p99 ratio of the others ${ratio.toFixed(2)} (${spread}; goal ≤ ${goals.ratio})`);
	process.exitCode = slowest > goals.seconds || ratio > goals.ratio ? 1 : 0;
} finally {
	end();
	await postgres.remove();
}
