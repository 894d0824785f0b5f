import { expect, test } from "vitest";
import { type Channel, createRingLeader } from "./ring-leader.ts";

/** Tabs on one channel, with a clock that the test moves. */
function tabs(ranks: readonly number[]) {
	const channels: Channel[] = [];
	const listeners = new Map<Channel, (event: { data: unknown }) => void>();
	const waiting: (() => void)[] = [];
	const leaders = ranks.map((rank, index) => {
		const channel: Channel = {
			addEventListener: (_kind, listener) => void listeners.set(channel, listener),
			postMessage: (data) => {
				for (const other of channels) if (other !== channel) listeners.get(other)?.({ data });
			},
			close: () => channels.splice(channels.indexOf(channel), 1),
		};
		channels.push(channel);
		return createRingLeader({ channel, tab: `tab-${index}`, rank: () => rank, wait: (work) => waiting.push(work) });
	});
	return {
		leaders,
		pass: () => {
			for (const work of waiting.splice(0)) work();
		},
	};
}

test("of many tabs exactly one rings, the one in use first", () => {
	const { leaders, pass } = tabs([2, 1, 0, 0, 2]);
	const rang: number[] = [];
	for (const [index, leader] of leaders.entries()) leader.bid("call", (own) => own && rang.push(index));
	pass();
	expect(rang).toEqual([2]);
});

test("a tab that hears of the call late does not ring as well", () => {
	const { leaders, pass } = tabs([2, 0]);
	const rang: number[] = [];
	leaders[0]?.bid("call", (own) => own && rang.push(0));
	pass();
	leaders[1]?.bid("call", (own) => own && rang.push(1));
	pass();
	expect(rang).toEqual([0]);
});

test("when the ringing tab is closed another one takes over", () => {
	const { leaders, pass } = tabs([0, 1, 2]);
	const rang: number[] = [];
	for (const [index, leader] of leaders.entries()) leader.bid("call", (own) => own && rang.push(index));
	pass();
	leaders[0]?.leave();
	pass();
	expect(rang).toEqual([0, 1]);
});

test("two calls have two bells", () => {
	const { leaders, pass } = tabs([0, 1]);
	const rang: string[] = [];
	for (const key of ["a", "b"]) {
		for (const [index, leader] of leaders.entries()) leader.bid(key, (own) => own && rang.push(key + index));
	}
	pass();
	expect(rang).toEqual(["a0", "b0"]);
});
