import type { PbxEvent } from "../pbx-event.ts";
import type { Packet } from "./packet.ts";
import { PacketReader } from "./packet-reader.ts";
import { Session } from "./session.ts";
import { stampOf } from "./translate/stamp.ts";

/**
 * The events of a recorded connection, by the same road as live ones. What carries no time of the
 * PBX (answers, traces without `timestampevents`) gets the time of the packet before it; what
 * comes before the first time gets that one, or 0 in a trace without any.
 */
export function readTrace(bytes: Uint8Array): PbxEvent[] {
	const session = new Session();
	const events: PbxEvent[] = [];
	let now = firstTime(bytes);
	const reader = new PacketReader({
		onPacket(packet: Packet) {
			now = stampOf(packet, now).at;
			events.push(...session.take(packet, now));
		},
		onQuarantine() {
			events.push(...session.quarantined(now));
		},
	});
	reader.feed(bytes);
	return events;
}

function firstTime(bytes: Uint8Array): number {
	const found = /\r\nTimestamp: (\d+\.\d+)\r\n/.exec(Buffer.from(bytes).toString("latin1"));
	return found ? Math.floor(Number(found[1]) * 1000) : 0;
}
