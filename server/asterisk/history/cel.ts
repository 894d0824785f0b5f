import type { Channel, ChannelState, PbxEvent } from "../../pbx-event.ts";
import { namePartsOf } from "../translate/channel.ts";
import type { CelRow } from "./cel-row.ts";
import { dialerOf, type Told, toldBy } from "./cel-story.ts";

/** Causes (Q.850) of a phone that was called and cannot have rung: unknown, no route, out of order, refused at once. */
const neverRang: ReadonlySet<number> = new Set([1, 2, 3, 17, 20, 22, 27, 28, 34, 38, 41, 42, 44, 50, 58, 66, 88, 127]);

const nothing = Object.freeze({});

type Out = (event: Unstamped) => void;
type Unstamped = PbxEvent extends infer E ? (E extends PbxEvent ? Omit<E, "at" | "seq"> : never) : never;

/**
 * What the live road would have said of these calls, out of the PBX's own journal: rows of whole families, in the order
 * in which they were written. CEL tells neither ringing nor the result of a dial; both are read from what surrounds them.
 */
export function celEvents(rows: readonly CelRow[]): PbxEvent[] {
	const told = toldBy(rows);
	const names = new Map<string, string>();
	const events: PbxEvent[] = [];
	for (const [seq, row] of rows.entries()) {
		const out: Out = (event) => events.push({ ...event, at: row.at, seq } as PbxEvent);
		const before = names.get(row.id);
		if (before !== undefined && before !== row.channel) {
			out({ kind: "channel.renamed", channelId: row.id, name: row.channel });
		}
		names.set(row.id, row.channel);
		say(row, told, out);
	}
	return events;
}

function say(row: CelRow, told: Told, out: Out): void {
	const channel = channelOf(row, "other");
	switch (row.event) {
		case "CHAN_START":
			return began(row, told, out);
		case "ANSWER": {
			const up = channelOf(row, "up");
			out({ kind: "channel.changed", channel: up });
			if (!told.called.has(row.id)) return;
			return out({ kind: "dial.ended", ...pairOf(row, told), to: up, result: "answer", forwardedTo: "" });
		}
		case "APP_START":
			if (row.application === "Queue") {
				out({ kind: "queue.joined", channel, queue: row.data.split(",")[0] ?? "", position: 1 });
			}
			return out({ kind: "channel.step", channel, application: row.application, data: row.data });
		case "BRIDGE_ENTER":
		case "BRIDGE_EXIT": {
			const id = textOf(row, "bridge_id");
			if (id === "") return;
			const bridge = { id, type: "", technology: textOf(row, "bridge_technology"), channels: 0 };
			return out({ kind: row.event === "BRIDGE_ENTER" ? "bridge.entered" : "bridge.left", bridge, channel });
		}
		case "DTMF":
			return out({ kind: "channel.dtmf", channel, digit: textOf(row, "digit") });
		case "HANGUP":
			return hungUp(row, told, out);
		case "CHAN_END":
			// Its cause stands in the HANGUP before it.
			if (told.hangups.has(row.id)) return;
			return out({ kind: "channel.ended", channel, cause: 0, causeText: "" });
		default:
			return handedOver(row, channel, told, out);
	}
}

/** Calls that change hands. */
function handedOver(row: CelRow, channel: Channel, told: Told, out: Out): void {
	const other = (key: string) => otherChannel(row, told, `${key}_uniqueid`, key);
	switch (row.event) {
		case "PICKUP": {
			const by = otherChannel(row, told, "pickup_channel_uniqueid", "pickup_channel");
			if (by) out({ kind: "pickup", by, target: channel });
			return;
		}
		case "BLINDTRANSFER":
			return out({
				kind: "transfer.blind",
				result: "success",
				transferer: channel,
				transferee: otherChannel(row, told, "transferee_channel_uniqueid", "transferee_channel_name"),
				exten: textOf(row, "extension"),
				context: textOf(row, "context"),
			});
		case "ATTENDEDTRANSFER": {
			const second = otherChannel(row, told, "channel2_uniqueid", "channel2_name") ?? channel;
			return out({
				kind: "transfer.attended",
				result: "success",
				first: channel,
				second,
				transferee: otherChannel(row, told, "transferee_channel_uniqueid", "transferee_channel_name"),
				target: otherChannel(row, told, "transfer_target_channel_uniqueid", "transfer_target_channel_name"),
				destination: told.staysAfter(row, [row.id, second.id]) ? "threeway" : "bridge",
			});
		}
		case "PARK_START": {
			const lot = textOf(row, "parking_lot");
			return out({ kind: "park.began", parkee: channel, lot, space: "", parker: textOf(row, "parker_dial_string") });
		}
		case "PARK_END": {
			const how = ends.get(textOf(row, "reason")) ?? "gave-up";
			const by = told.rowOfName(textOf(row, "retriever"), row.at);
			return out({ kind: "park.ended", parkee: channel, how, retriever: by ? channelOf(by, "other") : null });
		}
		case "LOCAL_OPTIMIZE": {
			const two = other("local_two");
			if (two) out({ kind: "local.optimized", one: channel, two });
			return;
		}
		default:
			// LINKEDID_END says that a family is over, which its channels say too; streams and such are of no concern.
			return;
	}
}

const ends: ReadonlyMap<string, (PbxEvent & { kind: "park.ended" })["how"]> = new Map([
	["ParkedCallUnparked", "retrieved"],
	["ParkedCallTimeOut", "timed-out"],
	["ParkedCallGiveUp", "gave-up"],
	["ParkedCallSwap", "swapped"],
]);

function began(row: CelRow, told: Told, out: Out): void {
	const isCalled = told.called.has(row.id);
	const shown = told.shown.get(row.id) ?? "";
	const channel = { ...channelOf(row, isCalled ? "down" : "ring"), connectedNumber: shown };
	out({ kind: "channel.created", channel });
	if (!isCalled) return;
	const dialer = dialerOf(row, told);
	const from = dialer ? channelOf(dialer.row, "other") : null;
	out({ kind: "dial.began", from, to: channel, dialString: dialer?.dialString ?? "" });
	const answered = told.answers.has(row.id);
	const cause = told.hangups.get(row.id);
	if (!answered && cause !== undefined && neverRang.has(causeOf(cause))) return;
	out({ kind: "dial.ringing", from, to: channel, state: "ringing" });
}

function hungUp(row: CelRow, told: Told, out: Out): void {
	const channel = channelOf(row, "other");
	const cause = causeOf(row);
	if (told.called.has(row.id) && !told.answers.has(row.id)) {
		const { from } = pairOf(row, told);
		const given = from !== null && told.gaveUp(from.id, row.at);
		const result = cause === 17 ? "busy" : given ? "cancel" : "no-answer";
		out({ kind: "dial.ended", from, to: channel, result, forwardedTo: "" });
	}
	out({ kind: "channel.ended", channel, cause, causeText: "" });
}

function pairOf(row: CelRow, told: Told): { from: Channel | null } {
	const start = told.starts.get(row.id);
	const dialer = start ? dialerOf(start, told) : null;
	return { from: dialer ? channelOf(dialer.row, "other") : null };
}

/** A channel that a row names beside its own. */
function otherChannel(row: CelRow, told: Told, idKey: string, nameKey: string): Channel | null {
	const id = textOf(row, idKey);
	if (id === "") return null;
	const known = told.starts.get(id);
	if (known) return { ...channelOf(known, "other"), ...nameOf(textOf(row, nameKey) || known.channel) };
	return channelOf({ ...row, id, family: row.family, channel: textOf(row, nameKey) }, "other");
}

const causeOf = (row: CelRow) => Number(row.extra.hangupcause) || 0;
const textOf = (row: CelRow, key: string) => {
	const value = row.extra[key];
	return typeof value === "string" ? value : "";
};
const nameOf = (name: string) => ({ name, ...namePartsOf(name) });

function channelOf(row: CelRow, state: ChannelState): Channel {
	return {
		id: row.id,
		family: row.family,
		...nameOf(row.channel),
		state,
		callerNumber: row.callerNumber,
		callerName: row.callerName,
		connectedNumber: "",
		connectedName: "",
		exten: row.exten,
		context: row.context,
		application: row.application,
		accountCode: row.accountCode,
		variables: nothing,
	};
}
