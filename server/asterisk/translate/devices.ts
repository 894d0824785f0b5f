import type { DeviceState } from "../../pbx-event.ts";
import type { Translator } from "./stamp.ts";

// `devstatestring` of Asterisk (main/devicestate.c).
const deviceStates: ReadonlyMap<string, DeviceState> = new Map([
	["NOT_INUSE", "idle"],
	["INUSE", "in-use"],
	["BUSY", "busy"],
	["RINGING", "ringing"],
	["RINGINUSE", "ring-in-use"],
	["ONHOLD", "on-hold"],
	["UNAVAILABLE", "unavailable"],
	["INVALID", "unavailable"],
]);

/** The same states as numbers, as queues tell them (`enum ast_device_state`). */
export const memberStates: readonly DeviceState[] = [
	"unknown",
	"idle",
	"in-use",
	"busy",
	"unavailable",
	"unavailable",
	"ringing",
	"ring-in-use",
	"on-hold",
];

/** What `endpoint.reachable` says of a contact or peer; what is not listed says nothing about it. */
const reachability: ReadonlyMap<string, boolean> = new Map([
	["Reachable", true],
	["NonQualified", true],
	["Created", true],
	["Registered", true],
	["Lagged", true],
	["Unreachable", false],
	["Removed", false],
	["Unregistered", false],
	["Rejected", false],
]);

const reachable =
	(endpointKey: string, stateKey: string): Translator =>
	(packet, stamp) => {
		const told = packet.get(endpointKey);
		if (!told) return null;
		const now = reachability.get(packet.get(stateKey) ?? "");
		// `Peer` carries the technology: `PJSIP/101`.
		const endpoint = told.slice(told.indexOf("/") + 1);
		return now === undefined ? [] : [{ ...stamp, kind: "endpoint.reachable", endpoint, reachable: now }];
	};

/** Phones: busy, idle, unplugged. */
export const deviceEvents: Readonly<Record<string, Translator>> = {
	DeviceStateChange: (packet, stamp) => {
		const device = packet.get("Device");
		if (!device) return null;
		return [
			{ ...stamp, kind: "device.state", device, state: deviceStates.get(packet.get("State") ?? "") ?? "unknown" },
		];
	},
	ContactStatus: reachable("EndpointName", "ContactStatus"),
	PeerStatus: reachable("Peer", "PeerStatus"),
};
