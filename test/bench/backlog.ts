/**
 * What a backlog costs: per event in a long one against a short one, and per line in one long answer against many short
 * ones. The same of `asterisk-manager`, in turns, in one run.
 *
 *   node test/bench/backlog.ts [--rounds 7]
 *
 * Goals: an event among 200,000 costs at most 1.2 times what it costs among 12,500; a line of a 32,000-line answer at
 * most 1.2 times a line of a 500-line answer; an answer over 1 MB is put aside.
 */
import { parseArgs } from "node:util";
import { PacketReader } from "../../server/asterisk/packet-reader.ts";
import { managing, reading, type Side, streamOf } from "./ami-stream.ts";
import { busy, quartiles, report } from "./figures.ts";

const { values: options } = parseArgs({ options: { rounds: { type: "string", default: "7" } } });
const rounds = Number(options.rounds);

/** Nanoseconds that a side takes per unit. */
async function cost(side: Side, bytes: Buffer, units: number): Promise<number> {
	const began = busy();
	await side(bytes, 65_536);
	return ((busy() - began) * 1e6) / units;
}

async function compare(
	title: string,
	side: Side,
	long: [Buffer, number],
	short: [Buffer, number],
	goal?: number,
	times = rounds,
) {
	const ratios: number[] = [];
	const costs: number[] = [];
	for (let round = -1; round < times; round++) {
		const dear = await cost(side, ...long);
		const cheap = await cost(side, ...short);
		if (round < 0 && times > 1) continue;
		ratios.push(dear / cheap);
		costs.push(dear);
	}
	report(title, ratios, goal === undefined ? undefined : { atMost: goal });
	console.log(`  ${quartiles(costs).median.toFixed(0)} ns each in the long one`);
}

const answer = (lines: number) => {
	const body = Array.from({ length: lines }, (_, index) => `Output: line ${index} 0123456789`).join("\r\n");
	return `Response: Success\r\nActionID: 1\r\n${body}\r\n\r\n`;
};
const answers = (lines: number, total: number): [Buffer, number] => [
	Buffer.from(answer(lines).repeat(Math.ceil(total / lines))),
	Math.ceil(total / lines) * lines,
];

const long: [Buffer, number] = [streamOf(200_000), 200_000];
const short: [Buffer, number] = [streamOf(12_500), 12_500];
await compare("reader: an event among 200,000 / among 12,500", reading, long, short, 1.2);
await compare("asterisk-manager: the same", managing, long, short, undefined, 1);
// The same number of lines on both sides, so that only the length of one answer differs.
await compare(
	"reader: a line of a 32,000-line answer / of a 500-line answer",
	reading,
	answers(32_000, 320_000),
	answers(500, 320_000),
	1.2,
);
await compare("asterisk-manager: the same", managing, answers(32_000, 32_000), answers(500, 32_000), undefined, 1);

let seen = 0;
const aside: string[] = [];
const reader = new PacketReader({ onPacket: () => seen++, onQuarantine: ({ reason }) => aside.push(reason) });
reader.feed(Buffer.from(answer(60_000) + answer(10)));
const kept = aside.length === 1 && seen === 1;
console.log(
	`an answer of ${(answer(60_000).length / 1e6).toFixed(1)} MB is put aside, the next is read: ${kept ? "ok" : "MISSED"}`,
);
