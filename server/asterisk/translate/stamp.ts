import type { PbxEvent } from "../../pbx-event.ts";
import type { Packet } from "../packet.ts";

export interface Stamp {
	readonly at: number;
	readonly seq?: number;
}

/**
 * Events of one packet. Null: the packet says something that Asterisk never says (no channel in
 * an event about a channel), so it is put aside like a malformed one.
 */
export type Translated = readonly PbxEvent[] | null;
export type Translator = (packet: Packet, stamp: Stamp) => Translated;

/** Seconds of the year 2200. Asterisk's ids have ten digits for them, and what is absurd must not become a call's time. */
const endOfTime = 7_258_118_400;

/** `Timestamp` is seconds with microseconds, present with `timestampevents = yes`. */
export function stampOf(packet: Packet, receivedAt: number): Stamp {
	const seconds = Number(packet.get("Timestamp"));
	const at = seconds > 0 && seconds < endOfTime ? Math.floor(seconds * 1000) : receivedAt;
	const seq = sequenceOf(packet);
	return seq === null ? { at } : { at, seq };
}

/** The PBX's own number of an event, sent with `debug = on`. */
export function sequenceOf(packet: Packet): number | null {
	const text = packet.get("SequenceNumber");
	if (text === undefined || !/^\d{1,10}$/.test(text)) return null;
	return Number(text);
}

/** A count that Asterisk prints in decimal; what is none is 0. */
export const countOf = (text: string | undefined): number => {
	const value = Number.parseInt(text ?? "", 10);
	return value > 0 ? value : 0;
};
