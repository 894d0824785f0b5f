import { createHash } from "node:crypto";
import type { PbxEvent } from "../../pbx-event.ts";
import { DID_VARIABLES } from "../observe.ts";

/** One event as the journal keeps it. */
export interface Entry {
	readonly pbxId: string;
	/** Day (UTC, `YYYY-MM-DD`) of its arrival. */
	readonly day: string;
	readonly key: string;
	/** Order in which this server took the events: microseconds since the epoch, made unique. */
	readonly arrival: number;
	/** The PBX's own time, milliseconds since the epoch. */
	readonly at: number;
	readonly event: PbxEvent;
}

/**
 * Whether the event belongs to the life of a call. Left out is what the tracker reads nothing from: variables, steps of
 * the dialplan, states of phones and queues, five events in six. test/journal/entry.test.ts folds every trace without them.
 */
export function isKept(event: PbxEvent): boolean {
	switch (event.kind) {
		case "variable.set":
			return event.channel !== null && event.value !== "" && DID_VARIABLES.has(event.name);
		case "channel.step":
		case "bridge.merged":
		case "bridge.destroyed":
		case "queue.member":
		case "queue.state":
		case "device.state":
		case "endpoint.reachable":
			return false;
		case "channel.created":
		case "channel.changed":
		case "channel.renamed":
		case "channel.ended":
		case "channel.held":
		case "channel.dtmf":
		case "dial.began":
		case "dial.ringing":
		case "dial.ended":
		case "local.joined":
		case "local.optimized":
		case "bridge.entered":
		case "bridge.left":
		case "transfer.blind":
		case "transfer.attended":
		case "pickup":
		case "park.began":
		case "park.ended":
		case "queue.joined":
		case "queue.left":
		case "queue.abandoned":
		case "queue.agent-rang":
		case "queue.agent-missed":
		case "queue.agent-answered":
		case "queue.agent-finished":
		case "conference.joined":
		case "conference.left":
		case "recording.began":
		case "snapshot":
		case "gap":
		case "booted":
		case "call.kept":
		case "calls.stored":
			return true;
		default:
			return event satisfies never;
	}
}

/**
 * What makes the event that event: its number within the boot, else its content. One packet may give several events, all
 * with its number; the kind tells them apart.
 */
export function keyOf(event: PbxEvent, boot: string | null): string {
	if (boot !== null && event.seq !== undefined) return `${boot}/${event.seq}/${event.kind}`;
	return createHash("sha256").update(JSON.stringify(event)).digest("base64url");
}
