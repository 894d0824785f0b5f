import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { CallChange, CallFacts } from "../../server/calls/call-change.ts";
import { createIngest } from "../../server/calls/ingest.ts";
import { readLiveFacts } from "../../server/calls/live-facts.ts";
import { emptyTracker, next } from "../../server/calls/tracker.ts";
import type { Channel, PbxEvent } from "../../server/pbx-event.ts";
import { traces } from "../calls/expected.ts";
import { fold, rules } from "../calls/fold.ts";
import { type Company, call, leg, openCompany } from "./company.ts";

let company: Company;
const said: string[] = [];
const say = (_: object, text: string) => void said.push(text);

beforeAll(async () => {
	company = await openCompany();
	for (const floor of [1, 2, 3, 4]) {
		for (let n = 1; n <= 7; n++) await company.person(`${floor}0${n}`, "agent", `${floor}0${n}`);
	}
});
afterAll(() => company.drop());

function open(liveCalls?: (pbxId: string) => Promise<readonly CallFacts[]>) {
	const ingest = createIngest({
		recorder: company.recorder,
		bus: company.bus,
		log: { warn: say, error: say },
		...(liveCalls && { liveCalls }),
	});
	ingest.setPbxs([{ id: company.pbxId, name: "office", extensionPattern: "^[1-4]0[1-7]$" }]);
	return ingest;
}

async function play(events: readonly PbxEvent[], piece: number): Promise<void> {
	const ingest = open();
	for (let at = 0; at < events.length; at += piece) {
		ingest.push(company.pbxId, events.slice(at, at + piece), Date.now());
		if (at % 7 === 0) await ingest.idle();
	}
	await ingest.idle();
	await ingest.stop();
}

const shape = (facts: CallFacts) => ({
	linked_id: facts.family,
	outcome: facts.outcome,
	direction: facts.direction,
	started_at: new Date(facts.startedAt),
	answered_at: facts.answeredAt === null ? null : new Date(facts.answeredAt),
	ended_at: facts.endedAt === null ? null : new Date(facts.endedAt),
	talk_ms: Math.round(facts.talkMs),
	legs: facts.legs.length,
	recordings: facts.recordings.length,
	owed: facts.direction === "internal" ? 0 : 1,
});
const stored = (families: readonly string[], pbxId = company.pbxId) =>
	company.rows(
		`select linked_id, outcome, direction, started_at, answered_at, ended_at, talk_ms,
			(select count(*)::integer from legs l where l.call_id = c.id) as legs,
			(select count(*)::integer from recordings r where r.call_id = c.id) as recordings,
			(select count(*)::integer from obligations o where o.call_id = c.id) as owed
		from calls c where linked_id = any($1) and pbx_id = $2 order by started_at, linked_id`,
		[families, pbxId],
	);

test.each(traces().map(({ name, events }) => [name, events] as const))(
	"what the PBX did in %s is stored as the tracker tells it, and again changes nothing",
	async (_name, events) => {
		const expected = fold(events).facts;
		const families = expected.map(({ family }) => family);
		await play(events, 5);
		expect(await stored(families)).toEqual(expected.map(shape));
		await play(events, 1000);
		expect(await stored(families)).toEqual(expected.map(shape));
		expect(said).toEqual([]);
	},
);

test("the changes of every trace, each its own transaction, in any order and twice, come to the same calls", async () => {
	const all = traces();
	await fc.assert(
		fc.asyncProperty(fc.integer(), fc.constantFrom(...all), async (seed, { events }) => {
			const other = await company.secondPbx();
			const changes: CallChange[] = [];
			let state = emptyTracker();
			for (const event of events) {
				const step = next(state, event, rules);
				state = step.state;
				changes.push(...step.changes);
			}
			const order = shuffled([...changes, ...changes.filter((_, at) => at % 3 === 0)], seed);
			for (const change of order) {
				await company.recorder.record({ pbxId: other, changes: [change], receivedAt: () => 1 });
			}
			const expected = fold(events).facts;
			const rows = await stored(
				expected.map(({ family }) => family),
				other,
			);
			expect(rows).toEqual(expected.map(shape));
			expect(await company.rows("select 1 from calls where pbx_id = $1", [other])).toHaveLength(expected.length);
		}),
		{ numRuns: 60 },
	);
}, 120_000);

/** A permutation that the seed decides (linear congruential, Numerical Recipes). */
function shuffled<T>(list: readonly T[], seed: number): T[] {
	let state = seed >>> 0;
	const keyed = list.map((item) => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return { item, key: state };
	});
	return keyed.toSorted((a, b) => a.key - b.key).map(({ item }) => item);
}

test("calls that ended while the server was away are ended and owed with the first picture of the PBX", async () => {
	const at = Date.parse("2026-11-18T10:00:00Z");
	const rang = { legs: [leg("101", at - 50_000)], startedAt: at - 60_000 };
	const rings = call({ ...rang, rawNumber: "0501112201" });
	const talks = call({
		startedAt: at - 60_000,
		rawNumber: "0501112202",
		outcome: "talking",
		answeredAt: at - 40_000,
		legs: [
			leg("101", at - 50_000, { leftAt: at - 40_000, result: "elsewhere" }),
			leg("102", at - 50_000, { index: 1, answeredAt: at - 40_000 }),
		],
	});
	const lives = call({ ...rang, rawNumber: "0501112203" });
	await company.record(rings, talks, lives);
	const ingest = open((pbxId) => readLiveFacts(company.database.pools.ui, pbxId));
	const channel: Channel = {
		id: lives.family,
		family: lives.family,
		name: "PJSIP/trunk-1",
		technology: "PJSIP",
		endpoint: "trunk",
		state: "up",
		callerNumber: "0501112203",
		callerName: "",
		connectedNumber: "",
		connectedName: "",
		exten: "",
		context: "",
		application: "",
		accountCode: "",
		variables: {},
	};
	const channels = [{ channel, application: "", data: "", bridgeId: null, seconds: 60 }];
	ingest.push(company.pbxId, [{ kind: "snapshot", at, boot: "1", channels }], at);
	await ingest.idle();
	await ingest.stop();
	const states = await company.rows(
		`select c.outcome, c.ended_at, o.kind from calls c join obligations o on o.call_id = c.id
		where linked_id = any($1) order by c.raw_number`,
		[[rings.family, talks.family]],
	);
	expect(states).toEqual([
		{ outcome: "missed", ended_at: new Date(at), kind: "missed" },
		{ outcome: "answered", ended_at: new Date(at), kind: "call" },
	]);
	expect(await company.rows("select ended_at from calls where linked_id = $1", [lives.family])).toEqual([
		{ ended_at: null },
	]);
});

test("the calls of a PBX that is taken away are over and owed, and nobody stays on the phone", async () => {
	const ingest = open();
	const told: boolean[] = [];
	const off = company.bus.on("call.saved", "test", ({ call }) => void told.push(call.endedAt === null));
	const pbxId = await company.secondPbx();
	ingest.setPbxs([{ id: pbxId, name: "branch", extensionPattern: "^[1-4]0[1-7]$" }]);
	const events = traces().find(({ name }) => name === "direct-answered")?.events ?? [];
	const end = events.findIndex(({ kind }) => kind === "channel.ended");
	ingest.push(pbxId, [{ kind: "booted", at: 0, boot: "1" }, ...events.slice(0, end)], Date.now());
	await ingest.idle();
	ingest.setPbxs([]);
	await ingest.idle();
	await ingest.stop();
	off();
	expect(
		await company.rows(
			`select c.outcome, c.ended_at is not null as over, o.settled_at is null as owed
			from calls c join obligations o on o.call_id = c.id where c.pbx_id = $1`,
			[pbxId],
		),
	).toEqual([{ outcome: "answered", over: true, owed: true }]);
	expect(told.at(-1)).toBe(false);
});

test("how many wait in a queue is told at once; events of a PBX that is not known are dropped", async () => {
	const ingest = open();
	const told: unknown[] = [];
	const off = company.bus.on("queue.state", "test", (event) => void told.push(event));
	ingest.push(company.pbxId, [{ kind: "queue.state", at: 1, queue: "sales", waiting: 3 }], 1);
	ingest.push("stranger", [{ kind: "queue.state", at: 1, queue: "sales", waiting: 4 }], 1);
	off();
	await ingest.stop();
	expect(told).toEqual([{ pbx: "office", queue: "sales", waiting: 3 }]);
});

test("a pattern that is no pattern does not stop the calls", async () => {
	const ingest = open();
	ingest.setPbxs([{ id: company.pbxId, name: "office", extensionPattern: "([" }]);
	const first = traces()[0];
	ingest.push(company.pbxId, first?.events ?? [], 1);
	await ingest.idle();
	await ingest.stop();
	expect(said).toEqual([]);
});
