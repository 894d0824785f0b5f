/**
 * From the PBX's bytes on a socket to the pop-up frame at the agent's end of the WebSocket: the whole server against a
 * bare prototype (ring-to-pop-prototype.ts) that gets the same bytes, in turns, in one run, on one PostgreSQL that
 * really waits for its disk. Goals: p50 at most 1.5 times, p99 at most 2 times the prototype's, and at 100 calls/s
 * never more than 50 ms at p99.
 *
 *   node test/bench/ring-to-pop.ts [--rates 10,100] [--rounds 5] [--calls 60,500] [--contacts 20000]
 *   node test/bench/ring-to-pop.ts --journal [--rates 10,100] [--rounds 5] [--calls 60,500] [--contacts 20000]
 *
 * With --journal it compares the whole server that keeps the raw events with one that does not (DZVIN_JOURNAL_DAYS=0), each on
 * a database of its own. Goal: p99 at most 1.5 times.
 *
 * Every call is the trace direct-answered with its own ids, number and extension: 96 events, 48 KB, rung at the 27th.
 * With a goal missed it ends with status 1.
 */
import type { ChildProcess } from "node:child_process";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import pg from "pg";
import { WebSocket } from "ws";
import { administer, withDatabase } from "../support/administer.ts";
import { answeredCall } from "./answered-call.ts";
import { quantile } from "./figures.ts";
import { temporaryPostgres } from "./temporary-postgres.ts";
import { child, printed, startWholeServer } from "./whole-server.ts";

const { values: options } = parseArgs({
	options: {
		rates: { type: "string", default: "10,100" },
		rounds: { type: "string", default: "5" },
		calls: { type: "string", default: "60,500" },
		contacts: { type: "string", default: "20000" },
		journal: { type: "boolean", default: false },
	},
});
const rates = options.rates.split(",").map(Number);
const callsPerRound = options.calls.split(",").map(Number);
const rounds = Number(options.rounds);
const contacts = Number(options.contacts);
const goals = options.journal ? { p50: 1.5, p99: 1.5, p99AtHundred: 50 } : { p50: 1.5, p99: 2, p99AtHundred: 50 };
const agents = 40;
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Milliseconds between the parts of a call: dialled, rung, answered until hung up. */
const ringsAfter = 40;
const answeredAfter = 700;
/**
 * Calls do not come in step: with equal distances every ring would meet another call's beginning and a third one's end.
 * Each call comes and ends up to half a distance, and up to 200 ms, earlier or later; both sides get the same calls.
 */
let dice = 1;
const about = (middle: number, within: number) => {
	dice = (Math.imul(dice, 1_664_525) + 1_013_904_223) >>> 0;
	return middle + (dice / 2 ** 31 - 1) * within;
};
let playing = 0;
/** The bytes of one call, in the three parts in which they are written. */
function nextCall(): { number: string; parts: readonly [Buffer, Buffer, Buffer] } {
	playing += 1;
	const number = `050${String(playing % contacts).padStart(7, "0")}`;
	const extension = String(200 + (playing % agents));
	return { number: `+38${number}`, parts: answeredCall(playing, number, extension) };
}

/** One of the two that are compared: takes bytes like a PBX's connection, shows frames to agents. */
interface Side {
	readonly name: string;
	send(bytes: Buffer): void;
	/** Number → what to do when its pop-up comes. */
	readonly waiting: Map<string, (at: number) => void>;
}

const sorted = (values: readonly number[]) => values.toSorted((a, b) => a - b);

/** Milliseconds of each call's way, at `rate` calls a second. A pop-up that never comes is an error. */
async function run(side: Side, rate: number, count: number): Promise<number[]> {
	dice = 1;
	const began = performance.now();
	const times = Array.from({ length: count }, async (_, index) => {
		const comesAt = about((index * 1000) / rate, 500 / rate);
		const endsAfter = about(answeredAfter, 200);
		await sleep(Math.max(0, began + comesAt - performance.now()));
		const { number, parts } = nextCall();
		side.send(parts[0]);
		await sleep(ringsAfter);
		const popped = new Promise<number>((resolve) => side.waiting.set(number, resolve));
		const written = performance.now();
		side.send(parts[1]);
		const late = AbortSignal.timeout(10_000);
		const at = await Promise.race([
			popped,
			new Promise<never>((_resolve, reject) =>
				late.addEventListener("abort", () => reject(new Error(`${side.name}: no pop-up for ${number}`))),
			),
		]);
		side.waiting.delete(number);
		await sleep(Math.max(0, endsAfter - (performance.now() - written)));
		side.send(parts[2]);
		return at - written;
	});
	const all = await Promise.all(times);
	// The ends of the last calls are not the next side's business.
	await sleep(500);
	return all;
}

function hear(socket: WebSocket, waiting: Side["waiting"]): void {
	socket.on("message", (data) => {
		const at = performance.now();
		const text = data.toString();
		if (!text.includes('"type":"call.ringing"')) return;
		const number = /"number":"(\+\d+)"/.exec(text)?.[1] ?? "";
		waiting.get(number)?.(at);
	});
}

async function ourSide(name: string, url: string, journalDays: number): Promise<Side> {
	const house = await startWholeServer(url, join(database.folder, name), journalDays);
	children.push(house.server);
	const waiting: Side["waiting"] = new Map();
	for (let index = 0; index < agents; index += 1) {
		const email = `agent-${index}@example.com`;
		await house.hire(email, String(200 + index));
		const socket = new WebSocket(`${house.base.replace("http", "ws")}/api/live`, {
			headers: { cookie: await house.signIn(email) },
		});
		hear(socket, waiting);
		await new Promise((resolve) => socket.once("message", resolve));
	}
	await house.connectPbx();
	return { name, send: (bytes) => house.pbx.sendRaw(bytes), waiting };
}

async function prototypeSide(url: string): Promise<Side> {
	const connections: Socket[] = [];
	const pbx = createServer((socket) => {
		socket.setNoDelay(true);
		connections.push(socket);
	});
	await new Promise<void>((resolve) => pbx.listen(0, "127.0.0.1", resolve));
	const { port } = pbx.address() as AddressInfo;
	const prototype = child(here("ring-to-pop-prototype.ts"), [url, String(port)], {});
	children.push(prototype);
	const webPort = await printed(prototype, /(\d+)/);
	const waiting: Side["waiting"] = new Map();
	for (let index = 0; index < agents; index += 1) {
		const socket = new WebSocket(`ws://127.0.0.1:${webPort}/${200 + index}`);
		hear(socket, waiting);
		await new Promise((resolve) => socket.once("open", resolve));
	}
	return {
		name: "prototype",
		send: (bytes) => {
			for (const connection of connections) connection.write(bytes);
		},
		waiting,
	};
}

/** The same server without the raw events, on a database beside the other. */
async function withoutJournal(url: string): Promise<Side> {
	await administer(url, "create database beside");
	const beside = withDatabase(url, "beside");
	const side = await ourSide("no journal", beside, 0);
	await fill(beside);
	return side;
}

async function fill(url: string): Promise<void> {
	const client = new pg.Client({ connectionString: url });
	await client.connect();
	const id = "('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid";
	const some = `from generate_series(0, ${contacts - 1}) as n`;
	await client.query(
		`insert into contacts (id, name, search) select ${id}, 'Іваненко Олена ' || n, 'ivanenko ' || n ${some}`,
	);
	await client.query(`insert into contact_numbers (id, contact_id, e164, raw)
		select ${id}, ${id}, '+38050' || lpad(n::text, 7, '0'), '' ${some}`);
	// A company that has been at work: everybody called last month, and most of it is processed.
	const call = `('01900000-0000-7001-8000-' || lpad(to_hex(n), 12, '0'))::uuid`;
	const at = "now() - interval '20 days' + n * interval '1 minute'";
	await client.query("select make_month(now() - interval '1 month')");
	await client.query(`insert into calls (id, started_at, pbx_id, linked_id, direction, outcome, number, raw_number,
			caller_name, did, answered_at, ended_at, contact_id, progress)
		select ${call}, ${at}, (select id from pbxs limit 1), 'old.' || n, 'inbound', 'answered',
			'+38050' || lpad(n::text, 7, '0'), '', '', '', ${at}, ${at}, ${id}, 1 ${some}`);
	await client.query(`insert into legs (call_id, call_started_at, index, extension, user_id, rang_at, answered_at)
		select id, started_at, 0, '', (select id from users limit 1), started_at, started_at from calls`);
	await client.query(`insert into obligations (id, kind, call_id, call_started_at, contact_id, number, opened_at, due_at, settled_at)
		select id, 'call', id, started_at, contact_id, number, started_at, started_at,
			case when random() > 0.02 then started_at end from calls`);
	await client.query("vacuum analyze");
	await client.end();
}

const children: ChildProcess[] = [];
const database = await temporaryPostgres();
let missed = false;
try {
	const ours = await ourSide("dzvin", database.url, 30);
	await fill(database.url);
	const other = options.journal ? await withoutJournal(database.url) : await prototypeSide(database.url);
	for (const side of [ours, other]) await run(side, 50, 200);
	for (const [index, rate] of rates.entries()) {
		const count = callsPerRound[index] ?? 100;
		const all = { ours: [] as number[], other: [] as number[] };
		const ratios: number[] = [];
		for (let round = 0; round < rounds; round += 1) {
			const turn = round % 2 === 0 ? [ours, other] : [other, ours];
			const took = new Map<Side, number[]>();
			for (const side of turn) took.set(side, sorted(await run(side, rate, count)));
			const [a, b] = [took.get(ours) ?? [], took.get(other) ?? []];
			all.ours.push(...a);
			all.other.push(...b);
			ratios.push(quantile(a, 0.5) / quantile(b, 0.5));
		}
		missed = report(rate, all, other.name, sorted(ratios)) || missed;
	}
} finally {
	for (const one of children) one.kill("SIGTERM");
	await sleep(1000);
	await database.remove();
}
process.exit(missed ? 1 : 0);

/** Prints a rate's figures; true when a goal is missed. */
function report(
	rate: number,
	all: Record<"ours" | "other", number[]>,
	other: string,
	ratios: readonly number[],
): boolean {
	const figures = (times: number[]) => ({ p50: quantile(sorted(times), 0.5), p99: quantile(sorted(times), 0.99) });
	const [a, b] = [figures(all.ours), figures(all.other)];
	const ms = (value: number) => `${value.toFixed(2)} ms`;
	const p50 = quantile(ratios, 0.5);
	const p99 = a.p99 / b.p99;
	console.log(`\n${rate} calls/s, ${all.ours.length} calls a side`);
	console.log(`  ${"dzvin".padEnd(other.length)}  p50 ${ms(a.p50)}  p99 ${ms(a.p99)}`);
	console.log(`  ${other.padEnd(5)}  p50 ${ms(b.p50)}  p99 ${ms(b.p99)}`);
	const spread = `${ratios[0]?.toFixed(2)} to ${ratios.at(-1)?.toFixed(2)} over ${ratios.length} pairs`;
	console.log(
		`  ${"ratio".padEnd(other.length)}  p50 ${p50.toFixed(2)} (${spread}; goal ≤ ${goals.p50})  p99 ${p99.toFixed(2)} (goal ≤ ${goals.p99})`,
	);
	return p50 > goals.p50 || p99 > goals.p99 || (rate === 100 && a.p99 > goals.p99AtHundred);
}
