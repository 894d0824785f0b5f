import type { Channel, PbxEvent } from "../../pbx-event.ts";
import { itself, readChannel } from "./channel.ts";
import { countOf, type Stamp, type Translator } from "./stamp.ts";

type About = (channel: Channel, stamp: Stamp) => PbxEvent;
const about =
	(make: About): Translator =>
	(packet, stamp) => {
		const channel = readChannel(packet, itself);
		return channel && [make(channel, stamp)];
	};

const changed = about((channel, stamp) => ({ ...stamp, kind: "channel.changed", channel }));

/** Life of a channel: `manager_channels.c` of Asterisk. */
export const channelEvents: Readonly<Record<string, Translator>> = {
	Newchannel: about((channel, stamp) => ({ ...stamp, kind: "channel.created", channel })),
	Newstate: changed,
	NewCallerid: changed,
	NewConnectedLine: changed,
	NewAccountCode: changed,
	Hold: about((channel, stamp) => ({ ...stamp, kind: "channel.held", channel, held: true })),
	Unhold: about((channel, stamp) => ({ ...stamp, kind: "channel.held", channel, held: false })),
	Newexten: (packet, stamp) => {
		const channel = readChannel(packet, itself);
		if (!channel) return null;
		// AppData is sent raw, not escaped.
		const data = packet.get("AppData") ?? "";
		return [{ ...stamp, kind: "channel.step", channel, application: channel.application, data }];
	},
	Hangup: (packet, stamp) => {
		const channel = readChannel(packet, itself);
		if (!channel) return null;
		const cause = countOf(packet.get("Cause"));
		return [{ ...stamp, kind: "channel.ended", channel, cause, causeText: packet.get("Cause-txt") ?? "" }];
	},
	Rename: (packet, stamp) => {
		const channelId = packet.get("Uniqueid");
		const name = packet.get("Newname");
		if (!channelId || !name) return null;
		return [{ ...stamp, kind: "channel.renamed", channelId, name }];
	},
	DTMFEnd: (packet, stamp) => {
		const channel = readChannel(packet, itself);
		if (!channel) return null;
		// What we play to the channel is not what the party pressed.
		if (packet.get("Direction") !== "Received") return [];
		return [{ ...stamp, kind: "channel.dtmf", channel, digit: packet.get("Digit") ?? "" }];
	},
};
