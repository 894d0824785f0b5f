import { expect, test } from "vitest";
import { createBacklog } from "../../server/calls/backlog.ts";
import { leftOf, replayFrom } from "../../server/calls/journal/replay.ts";
import type { PbxEvent } from "../../server/pbx-event.ts";
import { Stage } from "../calls/stage.ts";

const event = (at: number): PbxEvent => ({ kind: "endpoint.reachable", at, endpoint: "101", reachable: true });
const heard = (at: number) => ({ events: [event(at)], receivedAt: at });

test("a backlog gives everything back in order, once", () => {
	const backlog = createBacklog(() => {});
	for (const at of [1, 2, 3]) backlog.add(heard(at));
	expect([backlog.start, backlog.size]).toEqual([1, 3]);
	expect(backlog.take()).toEqual([heard(1), heard(2), heard(3)]);
	expect([backlog.start, backlog.size, backlog.take()]).toEqual([null, 0, []]);
});

test("a backlog is bounded: the oldest go, a gap in their place says how many, and few alarms are given", () => {
	const alarms: number[] = [];
	const backlog = createBacklog((lost) => alarms.push(lost), { events: 10, bytes: 1_000_000 });
	for (let at = 1; at <= 1000; at++) backlog.add(heard(at));
	expect(backlog.size).toBe(10);
	expect(alarms).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512]);
	const [gap, ...rest] = backlog.take();
	expect(gap?.events).toEqual([{ kind: "gap", at: 991, cause: "sequence", missing: 990 }]);
	expect(rest).toHaveLength(10);
});

test("a backlog of large messages is bounded as well", () => {
	let lost = 0;
	const backlog = createBacklog((count) => {
		lost = count;
	});
	for (let at = 1; at <= 300; at++)
		backlog.add({
			receivedAt: at,
			events: [{ kind: "channel.renamed", at, channelId: "1", name: "x".repeat(1_000_000) }],
		});
	expect(lost).toBeGreaterThan(100);
	expect(backlog.size).toBeLessThan(101);
	expect(backlog.take().at(-1)?.receivedAt).toBe(300);
});

test("what the server that writes has is let go without an alarm", () => {
	const backlog = createBacklog(() => {
		throw new Error("nothing is lost");
	});
	for (let at = 1; at <= 100; at++) backlog.add(heard(at));
	backlog.trim(91);
	expect([backlog.start, backlog.size]).toEqual([91, 10]);
});

test("a start folds again the last minute, live calls from their beginning, and whatever was spilled", () => {
	const last = 10_000_000;
	expect(replayFrom(null, [], null)).toBeNull();
	expect(replayFrom(last, [], null)).toBe(last - 60_000);
	expect(replayFrom(last, [{ startedAt: last - 300_000 }, { startedAt: last - 10 }], null)).toBe(last - 305_000);
	// A talk of an hour is known by its facts.
	expect(replayFrom(last, [{ startedAt: last - 3_600_000 }], null)).toBe(last - 600_000);
	expect(replayFrom(last, [], last - 3_600_000)).toBe(last - 3_600_000);
	// The PBX's clock is half a minute behind: so much later the call's first event arrived.
	expect(replayFrom(last, [{ startedAt: last - 330_000 }], null, 30_000)).toBe(last - 305_000);
	// The database was away for half an hour: whoever heard the PBX meanwhile had stored nothing.
	expect(replayFrom(last, [], null, 0, last - 1_800_000)).toBe(last - 1_801_000);
	expect(replayFrom(last, [], null, 0, last - 30_000)).toBe(last - 60_000);
});

test("of calls that are known by their facts nothing is folded again, lists of channels included", () => {
	const stage = new Stage();
	const known = stage.calls("PJSIP/trunk", "0442001001", "0501111111");
	const other = stage.calls("PJSIP/trunk", "0442001001", "0502222222");
	const row = { application: "", data: "", bridgeId: null, seconds: 0 };
	const channels = [known, other].map((one) => ({ ...row, channel: one.now }));
	stage.say({ kind: "snapshot", boot: "one", channels });
	const [first, second, list] = stage.events;
	if (!first || !second || list?.kind !== "snapshot") throw new Error("three events expected");
	const families = new Set([known.now.family]);
	expect(leftOf(first, families)).toBeNull();
	expect(leftOf(second, families)).toBe(second);
	expect(leftOf(list, families)).toEqual({ ...list, channels: channels.slice(1) });
	const inOne = (waits: boolean) => ({ ...list, channels: channels.map((one) => ({ ...one, bridgeId: "b", waits })) });
	expect(leftOf(inOne(false), families)).toMatchObject({ channels: [] });
	expect(leftOf(inOne(true), families)).toMatchObject({ channels: [{ channel: { id: other.now.id } }] });
});
