import type { Bridge } from "../../pbx-event.ts";
import type { Packet } from "../packet.ts";
import { itself, readChannel } from "./channel.ts";
import { countOf, type Translator } from "./stamp.ts";

interface BridgeKeys {
	readonly id: string;
	readonly type: string;
	readonly technology: string;
	readonly channels: string;
}

const bridgeKeys = (prefix: string): BridgeKeys => ({
	id: `${prefix}BridgeUniqueid`,
	type: `${prefix}BridgeType`,
	technology: `${prefix}BridgeTechnology`,
	channels: `${prefix}BridgeNumChannels`,
});
const its = bridgeKeys("");
const into = bridgeKeys("To");
const from = bridgeKeys("From");

/** A bridge as a packet tells of it; null: it names none. */
export function readBridge(packet: Packet, keys: BridgeKeys = its): Bridge | null {
	const id = packet.get(keys.id);
	if (!id) return null;
	return {
		id,
		type: packet.get(keys.type) ?? "",
		technology: packet.get(keys.technology) ?? "",
		channels: countOf(packet.get(keys.channels)),
	};
}

const passage =
	(kind: "bridge.entered" | "bridge.left"): Translator =>
	(packet, stamp) => {
		const bridge = readBridge(packet, its);
		const channel = readChannel(packet, itself);
		return bridge && channel && [{ ...stamp, kind, bridge, channel }];
	};

const conference =
	(kind: "conference.joined" | "conference.left"): Translator =>
	(packet, stamp) => {
		const channel = readChannel(packet, itself);
		return channel && [{ ...stamp, kind, channel, conference: packet.get("Conference") ?? "" }];
	};

/** Who is connected with whom: bridges and conferences. */
export const bridgeEvents: Readonly<Record<string, Translator>> = {
	BridgeEnter: passage("bridge.entered"),
	BridgeLeave: passage("bridge.left"),
	BridgeMerge: (packet, stamp) => {
		const target = readBridge(packet, into);
		const source = readBridge(packet, from);
		return target && source && [{ ...stamp, kind: "bridge.merged", into: target, from: source }];
	},
	BridgeDestroy: (packet, stamp) => {
		const bridge = readBridge(packet, its);
		return bridge && [{ ...stamp, kind: "bridge.destroyed", bridge }];
	},
	ConfbridgeJoin: conference("conference.joined"),
	ConfbridgeLeave: conference("conference.left"),
};
