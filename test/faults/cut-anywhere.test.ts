import { expect, it } from "vitest";
import type { Packet } from "../../server/asterisk/packet.ts";
import { PacketReader } from "../../server/asterisk/packet-reader.ts";
import { Session } from "../../server/asterisk/session.ts";
import { stampOf } from "../../server/asterisk/translate/stamp.ts";
import { traces } from "../calls/expected.ts";
import { judgeCut } from "./one-cut.ts";
import { isTold, pbxOf } from "./pbx.ts";

const names = ["direct-answered", "queue-answered", "attended-transfer-completed"];
const three = traces().filter(({ name }) => names.includes(name));
/** How many events are told into nothing until the link is back: none, a few, a moment's, and all that are left. */
const losses = [0, 1, 2, 5, 12, 30, Number.POSITIVE_INFINITY];
/** How many come while the new link's list of channels is on its way. */
const besides = [0, 3];

function reading() {
	const packets: Packet[] = [];
	let quarantined = 0;
	const reader = new PacketReader({
		onPacket: (packet) => packets.push(packet),
		onQuarantine: () => quarantined++,
	});
	return { reader, packets, quarantined: () => quarantined };
}

// A reader dies with its connection: what it gave until byte n is what a cut at byte n leaves.
it.each(three)("never takes half a message for a whole one, wherever the link is cut ($name)", ({ bytes }) => {
	const whole = reading();
	whole.reader.feed(bytes);
	const cut = reading();
	let ends = 0;
	for (let at = 0; at < bytes.length; at++) {
		cut.reader.feed(bytes.subarray(at, at + 1));
		// Asterisk sends a second empty line after some messages; it ends nothing.
		const tail = bytes.toString("latin1", Math.max(0, at - 5), at + 1);
		if (tail.endsWith("\r\n\r\n") && tail !== "\r\n\r\n\r\n") ends++;
		if (cut.packets.length !== ends) expect(cut.packets.length, `cut after byte ${at + 1}`).toBe(ends);
	}
	expect(cut.packets).toEqual(whole.packets);
	expect(cut.quarantined()).toBe(0);
	expect(ends).toBeGreaterThan(0);
});

/** How many events that tell something a link has given when it is cut after each byte: for every offset one figure. */
function toldUntil(bytes: Buffer): number[] {
	const session = new Session();
	let [told, now] = [0, 0];
	const reader = new PacketReader({
		onPacket(packet) {
			now = stampOf(packet, now).at;
			told += session.take(packet, now).filter(isTold).length;
		},
		onQuarantine: () => expect.unreachable("a whole message was put aside"),
	});
	return Array.from(bytes, (_, at) => {
		reader.feed(bytes.subarray(at, at + 1));
		return told;
	});
}

// Of all the bytes at which a cut leaves the same events one stands for the others.
it.each(three)(
	"wherever the link is cut, each call is one call, over, owed once, and none is invented ($name)",
	(trace) => {
		const offsets = toldUntil(trace.bytes);
		const pbx = pbxOf(trace);
		expect(offsets.at(-1)).toBe(pbx.events.length);
		const wrong: string[] = [];
		const sum = { cuts: 0, compared: 0, unseen: 0, interrupted: 0 };
		// Before the PBX's first list there is no link that could be cut under a call.
		const begun = pbx.events.findIndex(({ kind }) => kind === "snapshot") + 1;
		for (const after of new Set(offsets.filter((told) => told >= begun))) {
			const death = judgeCut(pbx, { after, lost: 0, beside: 0, killed: true });
			sum.interrupted += death?.interrupted ?? 0;
			wrong.push(...(death?.wrong ?? []).map((one) => `the PBX killed after ${after} events: ${one}`));
			for (const lost of losses) {
				for (const beside of besides) {
					const verdict = judgeCut(pbx, { after, lost, beside });
					if (verdict === null) continue;
					sum.cuts++;
					sum.compared += verdict.compared;
					sum.unseen += verdict.unseen;
					const at = `cut after byte ${offsets.indexOf(after) + 1}, ${lost} events lost, ${beside} beside the list`;
					wrong.push(...verdict.wrong.map((one) => `${at}: ${one}`));
				}
			}
		}
		console.log(
			`${trace.name}: ${offsets.length} offsets, ${sum.cuts} different cuts; ${sum.compared} times the call was seen whole and compared, ${sum.unseen} times not at all; ${sum.interrupted} times interrupted by a PBX that was killed`,
		);
		expect(sum.compared).toBeGreaterThan(0);
		// At most moments there is a call.
		expect(sum.interrupted).toBeGreaterThan(10);
		expect(wrong.slice(0, 5)).toEqual([]);
	},
);
