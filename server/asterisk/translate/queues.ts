import type { QueueMember } from "../../pbx-event.ts";
import type { Packet } from "../packet.ts";
import { destination, itself, readChannel } from "./channel.ts";
import { memberStates } from "./devices.ts";
import { countOf, type Translator } from "./stamp.ts";

type AgentKind = "queue.agent-rang" | "queue.agent-missed" | "queue.agent-answered";
const agent =
	(kind: AgentKind): Translator =>
	(packet, stamp) => {
		const told = readAgent(packet);
		return told && [{ ...stamp, kind, ...told }];
	};

function readAgent(packet: Packet) {
	const channel = readChannel(packet, itself);
	if (!channel) return null;
	const dialled = readChannel(packet, destination);
	const queue = packet.get("Queue") ?? "";
	return { channel, agent: dialled, queue, member: packet.get("Interface") ?? "" };
}

/** A member as events and as the answer to QueueStatus tell it; they differ in three names. */
export function readMember(packet: Packet, present: boolean): QueueMember | null {
	const queue = packet.get("Queue");
	const port = packet.get("Interface") ?? packet.get("Location");
	if (!queue || !port) return null;
	return {
		queue,
		interface: port,
		name: packet.get("MemberName") ?? packet.get("Name") ?? port,
		paused: packet.get("Paused") === "1",
		pausedReason: packet.get("PausedReason") ?? "",
		state: memberStates[Number(packet.get("Status"))] ?? "unknown",
		present,
	};
}

const member =
	(present: boolean): Translator =>
	(packet, stamp) => {
		const told = readMember(packet, present);
		return told && [{ ...stamp, kind: "queue.member", member: told }];
	};

/** Calls that wait and the people who are rung for them: app_queue. */
export const queueEvents: Readonly<Record<string, Translator>> = {
	QueueCallerJoin: (packet, stamp) => {
		const channel = readChannel(packet, itself);
		const queue = packet.get("Queue");
		if (!channel || !queue) return null;
		const position = countOf(packet.get("Position"));
		const waiting = countOf(packet.get("Count"));
		return [
			{ ...stamp, kind: "queue.joined", channel, queue, position },
			{ ...stamp, kind: "queue.state", queue, waiting },
		];
	},
	QueueCallerLeave: (packet, stamp) => {
		const channel = readChannel(packet, itself);
		const queue = packet.get("Queue");
		if (!channel || !queue) return null;
		return [
			{ ...stamp, kind: "queue.left", channel, queue },
			{ ...stamp, kind: "queue.state", queue, waiting: countOf(packet.get("Count")) },
		];
	},
	QueueCallerAbandon: (packet, stamp) => {
		const channel = readChannel(packet, itself);
		const queue = packet.get("Queue");
		return channel && queue ? [{ ...stamp, kind: "queue.abandoned", channel, queue }] : null;
	},
	AgentCalled: agent("queue.agent-rang"),
	AgentRingNoAnswer: agent("queue.agent-missed"),
	AgentConnect: agent("queue.agent-answered"),
	AgentComplete: (packet, stamp) => {
		const told = readAgent(packet);
		return told && [{ ...stamp, kind: "queue.agent-finished", ...told, reason: packet.get("Reason") ?? "" }];
	},
	QueueMemberAdded: member(true),
	QueueMemberStatus: member(true),
	QueueMemberPause: member(true),
	QueueMemberRemoved: member(false),
	/** Answers to QueueStatus. */
	QueueMember: member(true),
	QueueParams: (packet, stamp) => {
		const queue = packet.get("Queue");
		return queue ? [{ ...stamp, kind: "queue.state", queue, waiting: countOf(packet.get("Calls")) }] : null;
	},
};
