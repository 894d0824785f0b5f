/**
 * A pop-up to one agent of many: the same hub with 1,000 and with 10,000 open sockets, in turns, in one run. Goals: p99
 * at 10,000 at most 1.3 times that at 1,000; at most 15 KB of memory an agent.
 *
 *   node test/bench/push.ts [--sizes 1000,10000] [--rounds 8] [--pushes 400] [--rate 200]
 *
 * Server and clients are processes of their own; the clock is the machine's. Wants `ulimit -n` above the largest size.
 * With a goal missed it ends with status 1.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { z } from "zod";
import { quantile } from "./figures.ts";
import { benchProcesses } from "./processes.ts";

const { values: options } = parseArgs({
	options: {
		sizes: { type: "string", default: "1000,10000" },
		rounds: { type: "string", default: "8" },
		pushes: { type: "string", default: "400" },
		rate: { type: "string", default: "200" },
	},
});
const goals = { ratio: 1.3, kilobytes: 15 };
const [small = 1000, large = 10_000] = options.sizes.split(",").map(Number);

const Answer = z.object({
	port: z.number().optional(),
	open: z.number().optional(),
	rss: z.number().optional(),
	took: z.array(z.number()).optional(),
	closed: z.number().optional(),
});
const { start, answer, ask, end } = benchProcesses(Answer);

async function house(size: number) {
	const server = start("push-server.ts", [String(size)]);
	const { port } = await answer(server);
	const empty = (await ask(server, "rss")).rss ?? 0;
	const clients = start("push-clients.ts", [String(port), String(size)]);
	await answer(clients);
	await sleep(1000);
	const full = (await ask(server, "rss")).rss ?? 0;
	return { size, kilobytes: (full - empty) / 1024 / size, server, clients };
}
type House = Awaited<ReturnType<typeof house>>;

async function measure({ server, clients, size }: House): Promise<number[]> {
	await ask(server, `push ${options.pushes} ${options.rate}`);
	await sleep(300);
	const { took = [], closed } = await ask(clients, "figures");
	if (closed !== 0) throw new Error(`${closed} of ${size} connections were lost`);
	if (took.length !== Number(options.pushes)) throw new Error(`${took.length} of ${options.pushes} pop-ups came`);
	return took;
}

try {
	const houses = [await house(small), await house(large)] as const;
	for (const one of houses) await measure(one);
	const all = new Map<House, number[]>(houses.map((one) => [one, []]));
	const ratios: number[] = [];
	for (let round = 0; round < Number(options.rounds); round += 1) {
		const took = new Map<House, number[]>();
		for (const one of round % 2 === 0 ? houses : houses.toReversed()) took.set(one, await measure(one));
		for (const one of houses) all.get(one)?.push(...(took.get(one) ?? []));
		ratios.push(quantile(took.get(houses[1]) ?? [], 0.99) / quantile(took.get(houses[0]) ?? [], 0.99));
	}
	for (const one of houses) {
		const times = all.get(one) ?? [];
		const [p50, p99] = [quantile(times, 0.5).toFixed(2), quantile(times, 0.99).toFixed(2)];
		console.log(`${one.size} sockets: p50 ${p50} ms  p99 ${p99} ms  ${one.kilobytes.toFixed(1)} KB an agent`);
	}
	const ratio = quantile(ratios, 0.5);
	const spread = `${quantile(ratios, 0).toFixed(2)} to ${quantile(ratios, 1).toFixed(2)} over ${ratios.length} pairs`;
	console.log(`p99 ratio ${ratio.toFixed(2)} (${spread}; goal ≤ ${goals.ratio}), memory goal ≤ ${goals.kilobytes} KB`);
	process.exitCode = ratio > goals.ratio || houses[1].kilobytes > goals.kilobytes ? 1 : 0;
} finally {
	end();
}
