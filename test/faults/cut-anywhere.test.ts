import { expect, it } from "vitest";
import type { Packet } from "../../server/asterisk/packet.ts";
import { PacketReader } from "../../server/asterisk/packet-reader.ts";
import { traces } from "../calls/expected.ts";

const three = traces().slice(0, 3);

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
