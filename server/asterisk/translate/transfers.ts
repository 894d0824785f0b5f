import type { PbxEvent, TransferResult } from "../../pbx-event.ts";
import { channelKeys, itself, readChannel } from "./channel.ts";
import type { Translator } from "./stamp.ts";

const transferer = channelKeys("Transferer");
const transferee = channelKeys("Transferee");
const first = channelKeys("OrigTransferer");
const second = channelKeys("SecondTransferer");
const transferTarget = channelKeys("TransferTarget");
const target = channelKeys("Target");
const parkee = channelKeys("Parkee");
const retriever = channelKeys("Retriever");

// Asterisk's `result_strs` (main/stasis_bridges.c).
const results: ReadonlyMap<string, TransferResult> = new Map([
	["Success", "success"],
	["Fail", "failed"],
	["Invalid", "invalid"],
	["Not Permitted", "not-permitted"],
]);
const resultOf = (text: string | undefined): TransferResult => results.get(text ?? "") ?? "failed";

type Destination = (PbxEvent & { kind: "transfer.attended" })["destination"];
const destinations: ReadonlyMap<string, Destination> = new Map([
	["Bridge", "bridge"],
	["App", "app"],
	["Link", "link"],
	["Threeway", "threeway"],
	["Fail", "fail"],
]);

const unparked =
	(how: (PbxEvent & { kind: "park.ended" })["how"]): Translator =>
	(packet, stamp) => {
		const who = readChannel(packet, parkee);
		return who && [{ ...stamp, kind: "park.ended", parkee: who, how, retriever: readChannel(packet, retriever) }];
	};

/** Calls that change hands: transfers, pick-up, parking. */
export const transferEvents: Readonly<Record<string, Translator>> = {
	BlindTransfer: (packet, stamp) => {
		const result = resultOf(packet.get("Result"));
		const by = readChannel(packet, transferer);
		if (!by) return null;
		const who = readChannel(packet, transferee);
		const context = packet.get("Context") ?? "";
		const exten = packet.get("Extension") ?? "";
		return [{ ...stamp, kind: "transfer.blind", result, transferer: by, transferee: who, exten, context }];
	},
	AttendedTransfer: (packet, stamp) => {
		const one = readChannel(packet, first);
		const two = readChannel(packet, second);
		if (!one || !two) return null;
		return [
			{
				...stamp,
				kind: "transfer.attended",
				result: resultOf(packet.get("Result")),
				first: one,
				second: two,
				transferee: readChannel(packet, transferee),
				target: readChannel(packet, transferTarget),
				destination: destinations.get(packet.get("DestType") ?? "") ?? "other",
			},
		];
	},
	Pickup: (packet, stamp) => {
		const by = readChannel(packet, itself);
		const taken = readChannel(packet, target);
		return by && taken && [{ ...stamp, kind: "pickup", by, target: taken }];
	},
	ParkedCall: (packet, stamp) => {
		const who = readChannel(packet, parkee);
		if (!who) return null;
		const parker = packet.get("ParkerDialString") ?? "";
		const lot = packet.get("Parkinglot") ?? "";
		const space = packet.get("ParkingSpace") ?? "";
		return [{ ...stamp, kind: "park.began", parkee: who, lot, space, parker }];
	},
	UnParkedCall: unparked("retrieved"),
	ParkedCallTimeOut: unparked("timed-out"),
	ParkedCallGiveUp: unparked("gave-up"),
};
