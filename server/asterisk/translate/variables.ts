import type { PbxEvent } from "../../pbx-event.ts";
import { itself, readChannel } from "./channel.ts";
import type { Translator } from "./stamp.ts";
import { unescapeC } from "./text.ts";

/** Channel variables, and the recording whose file name is told in no other way. */
export const variableEvents: Readonly<Record<string, Translator>> = {
	VarSet: (packet, stamp) => {
		// A global variable is sent with `Channel: none` and `Uniqueid: none`.
		const global = packet.get("Channel") === "none";
		const channel = global ? null : readChannel(packet, itself);
		const name = packet.get("Variable");
		if (!name || (!global && !channel)) return null;
		const value = unescapeC(packet.get("Value") ?? "");
		const events: PbxEvent[] = [{ ...stamp, kind: "variable.set", channel, name, value }];
		if (name === "MIXMONITOR_FILENAME" && channel && value) {
			events.push({ ...stamp, kind: "recording.began", channel, path: value });
		}
		return events;
	},
};
