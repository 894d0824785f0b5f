import type { Channel, ChannelState } from "../../pbx-event.ts";
import type { Packet } from "../packet.ts";
import { known, unescapeC } from "./text.ts";

/** Header names of one channel in a packet; a packet with several tells them apart by a prefix. */
export interface ChannelKeys {
	readonly channel: string;
	readonly state: string;
	readonly callerNumber: string;
	readonly callerName: string;
	readonly connectedNumber: string;
	readonly connectedName: string;
	readonly accountCode: string;
	readonly context: string;
	readonly exten: string;
	readonly id: string;
	readonly family: string;
	readonly variable: string;
}

export const channelKeys = (prefix: string): ChannelKeys => ({
	channel: `${prefix}Channel`,
	state: `${prefix}ChannelState`,
	callerNumber: `${prefix}CallerIDNum`,
	callerName: `${prefix}CallerIDName`,
	connectedNumber: `${prefix}ConnectedLineNum`,
	connectedName: `${prefix}ConnectedLineName`,
	accountCode: `${prefix}AccountCode`,
	context: `${prefix}Context`,
	exten: `${prefix}Exten`,
	id: `${prefix}Uniqueid`,
	family: `${prefix}Linkedid`,
	variable: `${prefix}ChanVariable`,
});

/** The packet's main channel. */
export const itself = channelKeys("");
/** The channel that is dialled. */
export const destination = channelKeys("Dest");

// Numbers of Asterisk's `enum ast_channel_state` (include/asterisk/channelstate.h).
const states: readonly ChannelState[] = ["down", "reserved", "other", "dialing", "ring", "ringing", "up", "busy"];

/** A channel out of a packet, or null when the packet has none under these keys. */
export function readChannel(packet: Packet, keys: ChannelKeys): Channel | null {
	const name = packet.get(keys.channel);
	// Headers are asked for in the order in which Asterisk writes them: each look-up is one comparison.
	const state = packet.get(keys.state);
	const callerNumber = packet.get(keys.callerNumber);
	const callerName = packet.get(keys.callerName);
	const connectedNumber = packet.get(keys.connectedNumber);
	const connectedName = packet.get(keys.connectedName);
	const accountCode = packet.get(keys.accountCode);
	const context = packet.get(keys.context);
	const exten = packet.get(keys.exten);
	const id = packet.get(keys.id);
	const family = packet.get(keys.family);
	if (name === undefined || id === undefined || id === "") return null;
	return {
		id,
		family: family ?? id,
		name,
		...namePartsOf(name),
		state: states[Number(state)] ?? "other",
		callerNumber: known(callerNumber ?? ""),
		callerName: known(unescapeC(callerName ?? "")),
		connectedNumber: known(connectedNumber ?? ""),
		connectedName: known(unescapeC(connectedName ?? "")),
		exten: exten ?? "",
		context: context ?? "",
		application: keys === itself ? (packet.get("Application") ?? "") : "",
		accountCode: accountCode ?? "",
		variables: readVariables(packet, keys.variable),
	};
}

const none: Readonly<Record<string, string>> = Object.freeze(Object.create(null));

function readVariables(packet: Packet, key: string): Readonly<Record<string, string>> {
	const lines = packet.all(key);
	if (lines.length === 0) return none;
	// Without a prototype a variable called `__proto__` is a variable like any other.
	const variables: Record<string, string> = Object.create(null);
	for (const line of lines) {
		const equals = line.indexOf("=");
		if (equals > 0) variables[line.slice(0, equals)] = unescapeC(line.slice(equals + 1));
	}
	return variables;
}

/**
 * `PJSIP/trunk-kyivstar-0000002a` → PJSIP, `trunk-kyivstar`;
 * `Local/101@from-queue-00000001;2` → LOCAL, `101@from-queue`, half 2.
 */
export function namePartsOf(name: string): Pick<Channel, "technology" | "endpoint" | "half"> {
	const slash = name.indexOf("/");
	if (slash < 0) return { technology: "", endpoint: name };
	const technology = name.slice(0, slash).toUpperCase();
	const dash = name.lastIndexOf("-");
	const endpoint = name.slice(slash + 1, dash > slash ? dash : name.length);
	if (technology !== "LOCAL") return { technology, endpoint };
	// `<ZOMBIE>` may follow after a masquerade.
	const semicolon = name.indexOf(";", Math.max(dash, 0));
	const half = semicolon < 0 ? "" : name[semicolon + 1];
	if (half === "1") return { technology, endpoint, half: 1 };
	if (half === "2") return { technology, endpoint, half: 2 };
	return { technology, endpoint };
}
