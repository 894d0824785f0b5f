/**
 * The AMI reader against `asterisk-manager`'s parser and against splitting the text into lines, in memory, in the same
 * run, in turns: 64 KB and 1 KB chunks. Measured in processor time of the thread, so that a busy machine lies less.
 *
 *   node test/bench/reader.ts [--events 20000] [--rounds 9]
 *
 * Goals: at least 4 times asterisk-manager and 0.8 times line splitting, validation included. `yana` and `ami-io`, with
 * which the goals were once compared too, are not installed and left out.
 */
import { parseArgs } from "node:util";
import { managing, reading, type Side, splitting, streamOf, translating } from "./ami-stream.ts";
import { busy, quartiles, report } from "./figures.ts";

const { values: options } = parseArgs({
	options: { events: { type: "string", default: "20000" }, rounds: { type: "string", default: "9" } },
});
const events = Number(options.events);
const rounds = Number(options.rounds);
const bytes = streamOf(events);
const sides: Readonly<Record<string, Side>> = {
	"asterisk-manager": managing,
	"splitting into lines": splitting,
	"our reader": reading,
	"our reader and translation": translating,
};

console.log(`${events} events of recorded calls, ${(bytes.length / events).toFixed(0)} bytes each, ${rounds} rounds`);
for (const chunk of [65_536, 1024]) {
	const speeds = new Map(Object.keys(sides).map((name) => [name, [] as number[]]));
	for (let round = -1; round < rounds; round++) {
		for (const [name, side] of Object.entries(sides)) {
			const began = busy();
			const seen = await side(bytes, chunk);
			const speed = events / (busy() - began);
			if (seen !== events) throw new Error(`${name} saw ${seen} of ${events} events`);
			// The first round only warms up.
			if (round >= 0) speeds.get(name)?.push(speed);
		}
	}
	const of = (name: string) => speeds.get(name) ?? [];
	const ratio = (one: string, other: string) => of(one).map((speed, round) => speed / (of(other)[round] ?? Number.NaN));
	console.log(`\nchunks of ${chunk} bytes; thousand events a second of processor time:`);
	for (const name of speeds.keys()) console.log(`  ${name.padEnd(28)} ${quartiles(of(name)).median.toFixed(0)}`);
	report("reader / asterisk-manager", ratio("our reader", "asterisk-manager"), { atLeast: 4 });
	report("reader / splitting into lines", ratio("our reader", "splitting into lines"), { atLeast: 0.8 });
	report("reader and translation / asterisk-manager", ratio("our reader and translation", "asterisk-manager"));
}
