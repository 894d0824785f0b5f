/**
 * What a PBX did, in our own words. `asterisk/translate` makes these from AMI packets,
 * `asterisk/history` makes the same from CEL and CDR; `calls/tracker` consumes them.
 * Nothing behind the translation knows a raw AMI field name.
 *
 * Times are milliseconds since the epoch on the PBX's clock where the PBX sends one
 * (`timestampevents=yes`), else the time of receipt. All strings are unescaped, hostile text.
 */

import type { KeptCall } from "./calls/kept.ts";

/** One channel as the PBX names it at the moment of the event. */
export interface Channel {
	/** Unique per channel within one PBX boot; stable over renames and masquerades. */
	readonly id: string;
	/** Linked id: changes when calls are joined. */
	readonly family: string;
	/** Full name, for example `PJSIP/101-0000002a`. */
	readonly name: string;
	/** Upper-case technology part of the name: `PJSIP`, `SIP`, `LOCAL`, `DAHDI`, `IAX2`… */
	readonly technology: string;
	/** Middle part of the name: `101`, `trunk-kyivstar`; for Local channels `exten@context`. */
	readonly endpoint: string;
	/** 1 or 2 for the halves of a Local channel, else undefined. */
	readonly half?: 1 | 2;
	readonly state: ChannelState;
	/** Party at the far end of this channel. Empty string when the PBX says none or `<unknown>`. */
	readonly callerNumber: string;
	readonly callerName: string;
	/** Party that this channel talks to or rings for. */
	readonly connectedNumber: string;
	readonly connectedName: string;
	readonly exten: string;
	readonly context: string;
	/** Application of the dialplan at this moment, empty when the packet carries none. */
	readonly application: string;
	readonly accountCode: string;
	/** Channel variables sent with the event (`channelvars` in manager.conf). */
	readonly variables: Readonly<Record<string, string>>;
}

export type ChannelState = "down" | "reserved" | "dialing" | "ring" | "ringing" | "up" | "busy" | "other";

/** Result of one dial attempt, from the PBX's DIALSTATUS. */
export type DialResult =
	| "answer"
	| "busy"
	| "no-answer"
	| "cancel"
	| "congestion"
	| "unavailable"
	| "rejected"
	| "forwarded"
	| "other";

export type DeviceState =
	| "idle"
	| "in-use"
	| "busy"
	| "ringing"
	| "ring-in-use"
	| "on-hold"
	| "unavailable"
	| "unknown";

interface Stamp {
	readonly at: number;
	/** Position in the PBX's own numbering (`debug = on`), when it sends one. */
	readonly seq?: number;
}

export type PbxEvent = Stamp &
	(
		| { readonly kind: "channel.created"; readonly channel: Channel }
		| { readonly kind: "channel.changed"; readonly channel: Channel }
		| { readonly kind: "channel.renamed"; readonly channelId: string; readonly name: string }
		/** The dialplan runs a step on this channel. */
		| { readonly kind: "channel.step"; readonly channel: Channel; readonly application: string; readonly data: string }
		/** `cause` is the Q.850 number (17 busy, 19 no answer, 21 rejected, 26 answered elsewhere…). */
		| { readonly kind: "channel.ended"; readonly channel: Channel; readonly cause: number; readonly causeText: string }
		| { readonly kind: "channel.held"; readonly channel: Channel; readonly held: boolean }
		| { readonly kind: "channel.dtmf"; readonly channel: Channel; readonly digit: string }
		| { readonly kind: "variable.set"; readonly channel: Channel | null; readonly name: string; readonly value: string }
		/** `from` is null for dials without a caller channel (Originate). */
		| { readonly kind: "dial.began"; readonly from: Channel | null; readonly to: Channel; readonly dialString: string }
		| {
				readonly kind: "dial.ringing";
				readonly from: Channel | null;
				readonly to: Channel;
				readonly state: "ringing" | "progress" | "proceeding";
		  }
		| {
				readonly kind: "dial.ended";
				readonly from: Channel | null;
				readonly to: Channel;
				readonly result: DialResult;
				readonly forwardedTo: string;
		  }
		| {
				readonly kind: "local.joined";
				readonly one: Channel;
				readonly two: Channel;
				readonly exten: string;
				readonly context: string;
		  }
		| { readonly kind: "local.optimized"; readonly one: Channel; readonly two: Channel }
		/** `technology` as the PBX says: `simple_bridge`, `holding_bridge`, `softmix`, `native_rtp`…; `type`: `basic`, `parking`, `multimix`, `stasis`. */
		| { readonly kind: "bridge.entered"; readonly bridge: Bridge; readonly channel: Channel }
		| { readonly kind: "bridge.left"; readonly bridge: Bridge; readonly channel: Channel }
		| { readonly kind: "bridge.merged"; readonly into: Bridge; readonly from: Bridge }
		| { readonly kind: "bridge.destroyed"; readonly bridge: Bridge }
		| {
				readonly kind: "transfer.blind";
				readonly result: TransferResult;
				readonly transferer: Channel;
				readonly transferee: Channel | null;
				readonly exten: string;
				readonly context: string;
		  }
		| {
				readonly kind: "transfer.attended";
				readonly result: TransferResult;
				readonly first: Channel;
				readonly second: Channel;
				readonly transferee: Channel | null;
				readonly target: Channel | null;
				readonly destination: "bridge" | "app" | "link" | "threeway" | "fail" | "other";
		  }
		/** `by` took over the ringing `target`. */
		| { readonly kind: "pickup"; readonly by: Channel; readonly target: Channel }
		| {
				readonly kind: "park.began";
				readonly parkee: Channel;
				readonly lot: string;
				readonly space: string;
				readonly parker: string;
		  }
		| {
				readonly kind: "park.ended";
				readonly parkee: Channel;
				readonly how: "retrieved" | "timed-out" | "gave-up" | "swapped";
				readonly retriever: Channel | null;
		  }
		| { readonly kind: "queue.joined"; readonly channel: Channel; readonly queue: string; readonly position: number }
		| { readonly kind: "queue.left"; readonly channel: Channel; readonly queue: string }
		| { readonly kind: "queue.abandoned"; readonly channel: Channel; readonly queue: string }
		| {
				readonly kind: "queue.agent-rang";
				readonly channel: Channel;
				readonly agent: Channel | null;
				readonly queue: string;
				readonly member: string;
		  }
		| {
				readonly kind: "queue.agent-missed";
				readonly channel: Channel;
				readonly agent: Channel | null;
				readonly queue: string;
				readonly member: string;
		  }
		| {
				readonly kind: "queue.agent-answered";
				readonly channel: Channel;
				readonly agent: Channel | null;
				readonly queue: string;
				readonly member: string;
		  }
		| {
				readonly kind: "queue.agent-finished";
				readonly channel: Channel;
				readonly agent: Channel | null;
				readonly queue: string;
				readonly member: string;
				readonly reason: string;
		  }
		| { readonly kind: "queue.member"; readonly member: QueueMember }
		| { readonly kind: "queue.state"; readonly queue: string; readonly waiting: number }
		| { readonly kind: "conference.joined"; readonly channel: Channel; readonly conference: string }
		| { readonly kind: "conference.left"; readonly channel: Channel; readonly conference: string }
		| { readonly kind: "device.state"; readonly device: string; readonly state: DeviceState }
		/** File name as the PBX sees it; from MixMonitor's channel variable. */
		| { readonly kind: "recording.began"; readonly channel: Channel; readonly path: string }
		| { readonly kind: "endpoint.reachable"; readonly endpoint: string; readonly reachable: boolean }
		/** The picture after a (re)connect: all live channels. Channels that the tracker knows and that are not here have ended unseen. */
		| ({ readonly kind: "snapshot"; readonly boot: string; readonly channels: readonly SnapshotChannel[] } & Followed)
		/** Events were lost between two sequence numbers, or a packet was quarantined. */
		| ({
				readonly kind: "gap";
				readonly cause: "sequence" | "quarantine" | "reconnect";
				readonly missing: number | null;
		  } & Followed)
		| ({ readonly kind: "booted"; readonly boot: string } & Followed)
		/** No word of the PBX: all that a server saw of a long call so far, so that the journal need not be read from its beginning. */
		| { readonly kind: "call.kept"; readonly call: KeptCall }
		/**
		 * Nor is this: the calls of all events that reached that server before `until` (its clock) are stored. `boot`: what
		 * the PBX called its boot then, for who begins to write long after it was said.
		 */
		| { readonly kind: "calls.stored"; readonly until: number; readonly boot?: string }
	);

interface Followed {
	/** The PBX's time of the first event behind it on the same link. Only the journal tells it. */
	readonly nextAt?: number;
	/** Whose link it is: another for each process that listens. Set by the ingest. */
	readonly link?: string;
}

export type TransferResult = "success" | "failed" | "invalid" | "not-permitted";

export interface Bridge {
	readonly id: string;
	readonly type: string;
	readonly technology: string;
	readonly channels: number;
}

/** A parking lot, a waiting room: who is in it waits, and speaks with nobody there. */
export function isWaitingRoom({ type, technology }: Pick<Bridge, "type" | "technology">): boolean {
	return type === "parking" || technology === "holding_bridge";
}

export interface QueueMember {
	readonly queue: string;
	/** Interface, for example `PJSIP/101`. */
	readonly interface: string;
	readonly name: string;
	readonly paused: boolean;
	readonly pausedReason: string;
	readonly state: DeviceState;
	/** False when the member was removed. */
	readonly present: boolean;
}

export interface SnapshotChannel {
	readonly channel: Channel;
	readonly application: string;
	readonly data: string;
	readonly bridgeId: string | null;
	/** In that bridge people only wait (a parking lot) and speak with nobody. Left out where the PBX did not say. */
	readonly waits?: boolean;
	/** Age of the channel in seconds. */
	readonly seconds: number;
}
