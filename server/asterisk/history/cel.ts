import type { Channel, ChannelState, PbxEvent } from "../../pbx-event.ts";
import { namePartsOf } from "../translate/channel.ts";
import type { CelRow } from "./cel-row.ts";
import { dialerOf, type Told, toldBy } from "./cel-story.ts";

/** Causes (Q.850) of a phone that was called and cannot have rung: unknown, no route, out of order, refused at once. */
const neverRang: ReadonlySet<number> = new Set([1, 2, 3, 17, 20, 22, 27, 28, 34, 38, 41, 42, 44, 50, 58, 66, 88, 127]);

const busy = 17;
const nothing = Object.freeze({});

type Unstamped = PbxEvent extends infer E ? (E extends PbxEvent ? Omit<E, "at" | "seq"> : never) : never;

/**
 * What the live road would have said of these calls, out of the PBX's own journal: rows of whole families, in the order
 * in which they were written. CEL tells neither ringing nor the result of a dial; both are read from what surrounds them.
 */
export function celEvents(rows: readonly CelRow[]): PbxEvent[] {
	const told = toldBy(rows);
	const names = new Map<string, string>();
	return rows.flatMap((row, seq) => {
		const before = names.get(row.id);
		names.set(row.id, row.channel);
		const renamed: Unstamped[] =
			before === undefined || before === row.channel
				? []
				: [{ kind: "channel.renamed", channelId: row.id, name: row.channel }];
		return [...renamed, ...said(row, told)].map((event) => ({ ...event, at: row.at, seq }));
	});
}

function said(row: CelRow, told: Told): Unstamped[] {
	const channel = channelOf(row, "other");
	switch (row.event) {
		case "CHAN_START":
			return began(row, told);
		case "ANSWER": {
			const up = channelOf(row, "up");
			const changed: Unstamped = { kind: "channel.changed", channel: up };
			if (!told.called.has(row.id)) return [changed];
			const from = callerOf(row, told);
			return [changed, { kind: "dial.ended", from, to: up, result: "answer", forwardedTo: "" }];
		}
		case "APP_START": {
			const { application, data } = row;
			const step: Unstamped = { kind: "channel.step", channel, application, data };
			if (application !== "Queue") return [step];
			return [{ kind: "queue.joined", channel, queue: data.split(",")[0] ?? "", position: 1 }, step];
		}
		case "BRIDGE_ENTER":
		case "BRIDGE_EXIT": {
			const id = textOf(row, "bridge_id");
			const bridge = { id, type: "", technology: textOf(row, "bridge_technology"), channels: 0 };
			const kind = row.event === "BRIDGE_ENTER" ? "bridge.entered" : "bridge.left";
			return id === "" ? [] : [{ kind, bridge, channel }];
		}
		case "DTMF":
			return [{ kind: "channel.dtmf", channel, digit: textOf(row, "digit") }];
		case "HANGUP":
			return hungUp(row, told);
		case "CHAN_END":
			// Its cause stands in the HANGUP before it.
			return told.hangups.has(row.id) ? [] : [{ kind: "channel.ended", channel, cause: 0, causeText: "" }];
		default:
			return handedOver(row, channel, told);
	}
}

/** Calls that change hands. LINKEDID_END, streams and such tell nothing that the channels do not. */
function handedOver(row: CelRow, channel: Channel, told: Told): Unstamped[] {
	const other = (id: string, name: string) => otherChannel(row, told, id, name);
	const transferee = () => other("transferee_channel_uniqueid", "transferee_channel_name");
	switch (row.event) {
		case "PICKUP": {
			const by = other("pickup_channel_uniqueid", "pickup_channel");
			return by ? [{ kind: "pickup", by, target: channel }] : [];
		}
		case "BLINDTRANSFER":
			return [
				{
					kind: "transfer.blind",
					result: "success",
					transferer: channel,
					transferee: transferee(),
					exten: textOf(row, "extension"),
					context: textOf(row, "context"),
				},
			];
		case "ATTENDEDTRANSFER": {
			const second = other("channel2_uniqueid", "channel2_name") ?? channel;
			return [
				{
					kind: "transfer.attended",
					result: "success",
					first: channel,
					second,
					transferee: transferee(),
					target: other("transfer_target_channel_uniqueid", "transfer_target_channel_name"),
					destination: told.staysAfter(row, [row.id, second.id]) ? "threeway" : "bridge",
				},
			];
		}
		case "PARK_START": {
			const [lot, parker] = [textOf(row, "parking_lot"), textOf(row, "parker_dial_string")];
			return [{ kind: "park.began", parkee: channel, lot, space: "", parker }];
		}
		case "PARK_END": {
			const how = ends.get(textOf(row, "reason")) ?? "gave-up";
			const by = told.rowOfName(textOf(row, "retriever"));
			return [{ kind: "park.ended", parkee: channel, how, retriever: by && channelOf(by, "other") }];
		}
		case "LOCAL_OPTIMIZE": {
			const two = other("local_two_uniqueid", "local_two");
			return two ? [{ kind: "local.optimized", one: channel, two }] : [];
		}
		default:
			return [];
	}
}

const ends: ReadonlyMap<string, (PbxEvent & { kind: "park.ended" })["how"]> = new Map([
	["ParkedCallUnparked", "retrieved"],
	["ParkedCallTimeOut", "timed-out"],
	["ParkedCallGiveUp", "gave-up"],
	["ParkedCallSwap", "swapped"],
]);

function began(row: CelRow, told: Told): Unstamped[] {
	const isCalled = told.called.has(row.id);
	const shown = told.shown.get(row.id) ?? "";
	const channel = { ...channelOf(row, isCalled ? "down" : "ring"), connectedNumber: shown };
	const created: Unstamped = { kind: "channel.created", channel };
	if (!isCalled) return [created];
	const dialer = dialerOf(row, told);
	const from = dialer && channelOf(dialer.row, "other");
	const called: Unstamped = { kind: "dial.began", from, to: channel, dialString: dialer?.dialString ?? "" };
	const end = told.hangups.get(row.id);
	if (!told.answers.has(row.id) && end && neverRang.has(causeOf(end))) return [created, called];
	return [created, called, { kind: "dial.ringing", from, to: channel, state: "ringing" }];
}

function hungUp(row: CelRow, told: Told): Unstamped[] {
	const channel = channelOf(row, "other");
	const cause = causeOf(row);
	const ended: Unstamped = { kind: "channel.ended", channel, cause, causeText: "" };
	if (!told.called.has(row.id) || told.answers.has(row.id)) return [ended];
	const from = callerOf(row, told);
	const given = from !== null && told.gaveUp(from.id, row.at);
	const result = cause === busy ? "busy" : given ? "cancel" : "no-answer";
	return [{ kind: "dial.ended", from, to: channel, result, forwardedTo: "" }, ended];
}

function callerOf(row: CelRow, told: Told): Channel | null {
	const start = told.starts.get(row.id);
	const dialer = start ? dialerOf(start, told) : null;
	return dialer && channelOf(dialer.row, "other");
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
