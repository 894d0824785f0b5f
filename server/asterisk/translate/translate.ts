import type { Packet } from "../packet.ts";
import { bridgeEvents } from "./bridges.ts";
import { channelEvents } from "./channels.ts";
import { deviceEvents } from "./devices.ts";
import { dialEvents } from "./dials.ts";
import { queueEvents } from "./queues.ts";
import { stampOf, type Translated, type Translator } from "./stamp.ts";
import { transferEvents } from "./transfers.ts";
import { variableEvents } from "./variables.ts";

const families: ReadonlyMap<string, Translator> = new Map(
	Object.entries({
		...channelEvents,
		...variableEvents,
		...dialEvents,
		...bridgeEvents,
		...transferEvents,
		...queueEvents,
		...deviceEvents,
	}),
);

/** Names of the AMI events that mean something to us. */
export const translatedNames: ReadonlySet<string> = new Set(families.keys());

/**
 * One AMI event in our words. An event that nobody asked for gives nothing; null means that the
 * packet contradicts itself or lacks what it is about, and must be put aside as malformed.
 * `receivedAt` is used where the PBX sends no `Timestamp`.
 */
export function translate(packet: Packet, receivedAt: number): Translated {
	const translator = families.get(packet.name);
	if (translator === undefined || packet.type !== "event") return [];
	if (packet.ambiguous) return null;
	return translator(packet, stampOf(packet, receivedAt));
}
