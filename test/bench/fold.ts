import { readTrace } from "../../server/asterisk/trace.ts";
import { emptyTracker, next } from "../../server/calls/tracker.ts";
import type { PbxEvent } from "../../server/pbx-event.ts";
import { traces } from "../calls/expected.ts";
import { rules } from "../calls/fold.ts";
import { hangUp, Stage } from "../calls/stage.ts";
import { quartiles, spread } from "./figures.ts";

/**
 * `node test/bench/fold.ts`: what it costs to make calls out of what a PBX says. Both sides of every ratio run in
 * turns in one process; printed are the median and the quartiles of the rounds.
 */
const ROUNDS = Number(process.env.DZVIN_ROUNDS ?? 15);
const recorded = traces();
const packets = recorded.map(({ bytes }) => jsonOf(bytes));
const packetCount = packets.reduce((sum, list) => sum + list.length, 0);
const eventCount = recorded.reduce((sum, { events }) => sum + events.length, 0);

/** The same packets as JSON, one text each: the floor is a parser that is written in C++. */
function jsonOf(bytes: Buffer): string[] {
	const texts = bytes.toString("utf8").split("\r\n\r\n").filter(Boolean);
	return texts.map((text) =>
		JSON.stringify(
			Object.fromEntries(
				text.split("\r\n").map((line): [string, string] => {
					const colon = line.indexOf(":");
					return [line.slice(0, colon), line.slice(colon + 2)];
				}),
			),
		),
	);
}

function fold(events: readonly PbxEvent[]): number {
	const state = emptyTracker();
	let changes = 0;
	for (const event of events) changes += next(state, event, rules).changes.length;
	return changes;
}

/** Milliseconds for one go. */
function time(run: () => void): number {
	const before = performance.now();
	run();
	return performance.now() - before;
}

/** Runs both in turns and prints how much the first takes of the second. */
function compare(title: string, one: () => void, other: () => void, goal?: number): void {
	for (let round = 0; round < 3; round++) {
		one();
		other();
	}
	const ratios: number[] = [];
	for (let round = 0; round < ROUNDS; round++) {
		const [a, b] = round % 2 === 0 ? [time(one), time(other)] : [time(other), time(one)].reverse();
		ratios.push((a ?? 0) / (b ?? 1));
	}
	const verdict =
		goal === undefined ? "" : quartiles(ratios).median <= goal ? `, goal ≤ ${goal} met` : `, goal ≤ ${goal} MISSED`;
	console.log(`${title}: ${spread(ratios)}${verdict}`);
}

/** `live` calls at once, each with the same thirty seconds. */
function manyCalls(live: number): PbxEvent[] {
	const stage = new Stage();
	const calls = Array.from({ length: live }, (_, index) => {
		const client = stage.calls("PJSIP/trunk", "0442001001", `050${String(index).padStart(7, "0")}`);
		return { client, desk: stage.dials(client, "PJSIP/101").rings() };
	});
	stage.wait(5);
	const talks = calls.map(({ client, desk }) => stage.connects(desk.answers(), client));
	stage.wait(25);
	for (const [index, { client, desk }] of calls.entries()) {
		const bridge = talks[index];
		if (!bridge) continue;
		client.leaves(bridge);
		desk.leaves(bridge);
		hangUp(client, desk);
	}
	return stage.events;
}

/** One client who waits in a queue that rings the same phone again and again. */
function longWait(attempts: number): PbxEvent[] {
	const stage = new Stage();
	const client = stage.calls("PJSIP/trunk", "0442001200", "0501234567");
	for (let attempt = 0; attempt < attempts; attempt++) {
		const desk = stage.dials(client, "PJSIP/101").rings();
		stage.wait(10);
		desk.result("no-answer");
		hangUp(desk);
		stage.wait(1);
	}
	hangUp(client);
	return stage.events;
}

/** Repeats, so that both sides of a comparison see as many events. */
const times = (count: number, run: () => void) => () => {
	for (let turn = 0; turn < count; turn++) run();
};

console.log(`${recorded.length} traces, ${packetCount} packets, ${eventCount} events, node ${process.version}`);
const read = () => {
	for (const { bytes } of recorded) readTrace(bytes);
};
const folded = () => {
	for (const { events } of recorded) fold(events);
};
const both = () => {
	for (const { bytes } of recorded) fold(readTrace(bytes));
};
const parsed = () => {
	for (const text of packets.flat()) JSON.parse(text);
};

for (const [title, run, count] of [
	["tracker alone, thousand events/s", folded, eventCount],
	["reader + translate + tracker, thousand packets/s", both, packetCount],
	["JSON.parse of the same packets, thousand packets/s", parsed, packetCount],
] as const) {
	for (let round = 0; round < 3; round++) run();
	console.log(
		`${title}: ${spread(
			Array.from({ length: ROUNDS }, () => count / time(run)),
			0,
		)}`,
	);
}
compare("whole road : JSON.parse of the same packets", both, parsed);
compare("tracker : reader + translate", folded, read);

const [few, many] = [manyCalls(20), manyCalls(2000)];
compare(
	"cost of an event with 2,000 calls live : with 20",
	() => fold(many),
	times(100, () => fold(few)),
	1.5,
);
const [short, long] = [longWait(100), longWait(4000)];
compare(
	"cost of an event after 4,000 rings in one call : after 100",
	() => fold(long),
	times(40, () => fold(short)),
	1.5,
);
