import { expect, test } from "vitest";
import type { CallFacts } from "../../server/calls/call-change.ts";
import { createIngest } from "../../server/calls/ingest.ts";
import { type Arrived, merged } from "../../server/calls/journal/merge.ts";
import type { PbxEvent } from "../../server/pbx-event.ts";
import { answeredBy101, hangUp, Stage } from "../calls/stage.ts";

const beat = (at: number, seq?: number): PbxEvent => {
	const event = { kind: "endpoint.reachable", at, endpoint: "101", reachable: true } as const;
	return seq === undefined ? event : { ...event, seq };
};
const list = (at: number): PbxEvent => ({ kind: "snapshot", at, boot: "one", channels: [] });
const gap = (at: number): PbxEvent => ({ kind: "gap", at, cause: "reconnect", missing: null });
/** As a server's clock has it that is so many milliseconds off. */
const at = (off: number, events: readonly PbxEvent[]): Arrived[] =>
	events.map((event) => ({ event, arrival: event.at + off }));
const order = (theirs: readonly Arrived[], own: readonly Arrived[]) =>
	[...merged(theirs, own)].map(({ event }) => event);

test("what two servers heard is one row in the PBX's order, however far their clocks are apart", () => {
	const [one, two, three, four] = [beat(1), beat(2), beat(3), beat(4)];
	for (const off of [-500, 0, 500]) {
		expect(order(at(0, [one, three]), at(off, [two, four]))).toEqual([one, two, three, four]);
		// The hole of one is what the other heard, and a list stays before what came behind it on its own link.
		const back = [gap(3.4), list(3.5)];
		expect(order(at(0, [one, two, three]), at(off, [one, ...back, four]))).toEqual([
			one,
			one,
			two,
			three,
			...back,
			four,
		]);
		expect(order(at(0, [one, ...back, four]), at(off, [one, two, three]))).toEqual([
			one,
			one,
			two,
			three,
			...back,
			four,
		]);
	}
});

test("of one millisecond the PBX's numbers tell the order, and a list comes before the event that both heard", () => {
	expect(order(at(0, [beat(1, 1), beat(1, 3)]), at(0, [beat(1, 2)]))).toEqual([beat(1, 1), beat(1, 2), beat(1, 3)]);
	expect(order(at(0, [beat(1, 1)]), at(0, [list(1), beat(1, 1)]))[0]).toEqual(list(1));
	expect(order(at(0, [list(1), beat(1, 1)]), at(0, [beat(1, 1)]))[0]).toEqual(list(1));
});

test("a list behind which nothing came is where its own server's clock says", () => {
	expect(order(at(0, [beat(1), beat(3)]), at(0, [list(2)]))).toEqual([beat(1), list(2), beat(3)]);
	expect(order(at(0, [beat(1)]), at(0, [list(2)]))).toEqual([beat(1), list(2)]);
	expect(order([], at(0, [list(2)]))).toEqual([list(2)]);
});

test("a server that takes over knows from the journal what its own link did not hear meanwhile", async () => {
	const stage = new Stage();
	const { client, desk } = answeredBy101(stage);
	stage.wait(20);
	hangUp(client, desk);
	stage.wait(1);
	const ends = stage.events.filter(({ kind }) => kind === "channel.ended");
	const since = stage.events[0]?.at ?? 0;
	const stored = stage.events.map((event) => ({ event, arrival: event.at }));
	const told = new Map<string, CallFacts>();
	const kept: PbxEvent[] = [];
	const ingest = createIngest({
		recorder: {
			record: async ({ changes }) => {
				for (const change of changes) if (change.kind === "changed") told.set(change.call.family, change.call);
			},
			idle: async () => {},
			warm: async () => {},
			stop: async () => {},
			forget: () => {},
		},
		bus: { emit: () => {}, on: () => () => {} },
		log: { warn: () => {}, error: () => {} },
		keep: (_, events) => kept.push(...events),
		past: async () => ({
			from: since,
			boot: null,
			over: [],
			known: new Set(),
			events: (async function* () {})(),
			beside: stored,
			gap: false,
		}),
		singleWriter: true,
	});
	ingest.setPbxs([{ id: "pbx", name: "Office", extensionPattern: "^1\\d\\d$" }]);
	// Its link was cut before the hang-up, and came back when the call was gone.
	const own = stage.events.filter((event) => !ends.includes(event));
	for (const event of own) ingest.push("pbx", [event], event.at);
	ingest.push("pbx", [gap(stage.now), { kind: "snapshot", at: stage.now, boot: "one", channels: [] }], stage.now);
	ingest.lead("pbx", 1, true);
	await ingest.idle();
	const calls = [...told.values()];
	expect(calls).toMatchObject([{ outcome: "answered", endedAt: Math.floor(ends.at(-1)?.at ?? 0), recovered: false }]);
	expect(calls[0]?.startedAt).toBe(since - (since % 1000));
	expect(kept.filter(({ kind }) => kind !== "calls.stored")).toHaveLength(own.length + 2);
	await ingest.stop();
});
