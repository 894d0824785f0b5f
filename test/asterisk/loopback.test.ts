import { afterEach, describe, expect, it } from "vitest";
import { type LoopbackPbx, startLoopbackPbx } from "../../server/asterisk/loopback/loopback-pbx.ts";
import { replayOf, stepsOf } from "../../server/asterisk/loopback/replay.ts";
import { emptyTracker, next } from "../../server/calls/tracker.ts";
import { accounts, trace, until, type Watched, watch } from "./waiting.ts";

const pbxs: LoopbackPbx[] = [];
const watches: Watched[] = [];
async function start() {
	const pbx = await startLoopbackPbx({ accounts });
	pbxs.push(pbx);
	const watched = watch(pbx);
	watches.push(watched);
	watched.connection.start();
	await until(() => watched.kinds().includes("snapshot"));
	return { pbx, ...watched };
}
afterEach(async () => {
	await Promise.all(watches.splice(0).map(({ connection }) => connection.stop()));
	await Promise.all(pbxs.splice(0).map((pbx) => pbx.stop()));
});

const hangUps = (name: string) =>
	stepsOf(trace(name)).filter(({ text }) => text.startsWith("Event: Hangup\r\n")).length;
const familiesOf = ({ events }: Pick<Watched, "events">) =>
	new Set(events.flatMap((event) => (event.kind === "channel.created" ? [event.channel.family] : [])));

describe("the loopback PBX", () => {
	it("plays the same trace again as another call, now", async () => {
		const { pbx, events, kinds } = await start();
		const before = Date.now();
		const all = Number.POSITIVE_INFINITY;
		await Promise.all([
			pbx.play(trace("queue-answered"), { speed: all }),
			pbx.play(trace("queue-answered"), { speed: all }),
		]);
		await until(() => kinds().filter((kind) => kind === "channel.ended").length === 2 * hangUps("queue-answered"));
		expect(familiesOf({ events }).size).toBe(2);
		expect(kinds()).not.toContain("gap");
		const last = events.at(-1)?.at ?? 0;
		expect(Math.abs(last - before)).toBeLessThan(60_000);
		const names = events.flatMap((event) => (event.kind === "channel.created" ? [event.channel.name] : []));
		expect(new Set(names).size).toBe(names.length);
		expect(names.every((name) => /^(PJSIP|Local)\/[\w.@-]+-[0-9a-f]{8}(;[12])?$/.test(name))).toBe(true);
	});

	it("changes what it plays", async () => {
		const { pbx, events, kinds } = await start();
		await pbx.play(trace("direct-busy"), {
			speed: Number.POSITIVE_INFINITY,
			rewrite: (packet) =>
				packet.startsWith("Event: VarSet") ? null : packet.replace(/CallerIDNum: 05\d+/, "CallerIDNum: +48123"),
		});
		await until(() => kinds().filter((kind) => kind === "channel.ended").length === 2);
		expect(kinds()).not.toContain("variable.set");
		expect(events).toContainEqual(
			expect.objectContaining({ channel: expect.objectContaining({ callerNumber: "+48123" }) }),
		);
	});

	it("lists the channels that live, and ends them when a playing is ended early", async () => {
		const { pbx, connection, kinds, events } = await start();
		const ending = new AbortController();
		const playing = pbx.play(trace("direct-answered"), { signal: ending.signal });
		await until(() => kinds().includes("channel.created"));
		pbx.cut();
		await until(() => kinds().filter((kind) => kind === "snapshot").length === 2);
		const snapshot = events.findLast((event) => event.kind === "snapshot");
		expect(snapshot?.kind === "snapshot" && snapshot.channels.length).toBeGreaterThan(0);
		expect(connection.standing().state).toBe("connected");
		ending.abort();
		await playing;
		await until(() => kinds().includes("channel.ended"));
	});

	it("plays calls that the tracker takes for calls", async () => {
		const { pbx, events, kinds } = await start();
		await pbx.play(trace("ring-group-answered-by-second"), { speed: Number.POSITIVE_INFINITY });
		await until(
			() => kinds().filter((kind) => kind === "channel.ended").length === hangUps("ring-group-answered-by-second"),
		);
		const state = emptyTracker();
		const rules = { pbxId: "one", isExtension: (endpoint: string) => /^\d{3}$/.test(endpoint) };
		const changes = events.flatMap((event) => next(state, event, rules).changes);
		const last = changes.at(-1);
		expect(last).toMatchObject({ kind: "changed", call: { outcome: "answered", direction: "inbound" } });
	});

	it("speeds up times alike", () => {
		const steps = stepsOf(trace("direct-answered"));
		const fast = replayOf(steps).play({ startedAt: 1_800_000_000_000, playing: 1, speed: 10 });
		expect(fast.at(-1)?.offset).toBeCloseTo((steps.at(-1)?.offset ?? 0) / 10);
		expect(fast[0]?.text).toContain("Timestamp: 1800000000.000000");
	});
});
