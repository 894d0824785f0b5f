import type { DialResult } from "../../pbx-event.ts";
import { channelKeys, destination, itself, readChannel } from "./channel.ts";
import type { Translator } from "./stamp.ts";

const localOne = channelKeys("LocalOne");
const localTwo = channelKeys("LocalTwo");

// Values of DIALSTATUS: `ast_hangup_cause_to_dial_status` and app_dial's own.
const results: ReadonlyMap<string, DialResult> = new Map([
	["ANSWER", "answer"],
	["BUSY", "busy"],
	["NOANSWER", "no-answer"],
	["CANCEL", "cancel"],
	["ABORT", "cancel"],
	["CONGESTION", "congestion"],
	["CHANUNAVAIL", "unavailable"],
	["DONTCALL", "rejected"],
	["TORTURE", "rejected"],
]);

/** Attempts to reach somebody, and the halves of Local channels that stand between. */
export const dialEvents: Readonly<Record<string, Translator>> = {
	DialBegin: (packet, stamp) => {
		const from = readChannel(packet, itself);
		const to = readChannel(packet, destination);
		return to && [{ ...stamp, kind: "dial.began", from, to, dialString: packet.get("DialString") ?? "" }];
	},
	DialState: (packet, stamp) => {
		const from = readChannel(packet, itself);
		const to = readChannel(packet, destination);
		if (!to) return null;
		const status = packet.get("DialStatus");
		if (status === "RINGING") return [{ ...stamp, kind: "dial.ringing", from, to, state: "ringing" }];
		if (status === "PROGRESS") return [{ ...stamp, kind: "dial.ringing", from, to, state: "progress" }];
		if (status === "PROCEEDING") return [{ ...stamp, kind: "dial.ringing", from, to, state: "proceeding" }];
		return [];
	},
	DialEnd: (packet, stamp) => {
		const from = readChannel(packet, itself);
		const to = readChannel(packet, destination);
		if (!to) return null;
		const forwardedTo = packet.get("Forward") ?? "";
		const result = forwardedTo ? "forwarded" : (results.get(packet.get("DialStatus") ?? "") ?? "other");
		return [{ ...stamp, kind: "dial.ended", from, to, result, forwardedTo }];
	},
	LocalBridge: (packet, stamp) => {
		const one = readChannel(packet, localOne);
		const two = readChannel(packet, localTwo);
		if (!one || !two) return null;
		const context = packet.get("Context") ?? "";
		return [{ ...stamp, kind: "local.joined", one, two, exten: packet.get("Exten") ?? "", context }];
	},
	LocalOptimizationEnd: (packet, stamp) => {
		const one = readChannel(packet, localOne);
		const two = readChannel(packet, localTwo);
		if (!one || !two) return null;
		return packet.get("Success") === "Yes" ? [{ ...stamp, kind: "local.optimized", one, two }] : [];
	},
};
