import { compareIds } from "../../server/calls/family.ts";
import {
	type Bridge,
	type Channel,
	isWaitingRoom,
	type PbxEvent,
	type SnapshotChannel,
} from "../../server/pbx-event.ts";

/** What `CoreShowChannels`, with `BridgeList`, would answer after these events. */
export function pictureAfter(events: readonly PbxEvent[], at: number): SnapshotChannel[] {
	const live = new Map<string, SnapshotChannel>();
	const ended = new Set<string>();
	const born = new Map<string, number>();
	const see = (channel: Channel | null, bridge?: Bridge | null, data?: string) => {
		if (!channel || ended.has(channel.id)) return;
		const before = live.get(channel.id);
		born.set(channel.id, born.get(channel.id) ?? at);
		live.set(channel.id, {
			channel,
			application: channel.application || before?.application || "",
			data: data ?? before?.data ?? "",
			...(bridge === undefined
				? whereIn(before)
				: whereIn(bridge && { bridgeId: bridge.id, waits: isWaitingRoom(bridge) })),
			seconds: 0,
		});
		if (bridge && !isWaitingRoom(bridge)) link(bridge.id);
	};
	/** Asterisk gives all who talk in one bridge the oldest linked id among them; no event says so. */
	const link = (bridgeId: string) => {
		const inside = [...live.values()].filter((one) => one.bridgeId === bridgeId);
		const [oldest = ""] = inside.map(({ channel }) => channel.family).sort(compareIds);
		for (const one of inside) live.set(one.channel.id, { ...one, channel: { ...one.channel, family: oldest } });
	};
	for (const event of events) {
		switch (event.kind) {
			case "channel.created":
				born.set(event.channel.id, event.at);
				see(event.channel);
				break;
			case "channel.changed":
				see(event.channel);
				break;
			case "channel.step":
				see(event.channel, undefined, event.data);
				break;
			case "bridge.entered":
				see(event.channel, event.bridge);
				break;
			case "bridge.left":
				see(event.channel, null);
				break;
			case "channel.ended":
				ended.add(event.channel.id);
				live.delete(event.channel.id);
				break;
			case "snapshot":
				for (const one of event.channels) live.set(one.channel.id, one);
				break;
			default:
		}
	}
	return [...live.values()].map((one) => ({
		...one,
		seconds: Math.max(0, Math.floor((at - (born.get(one.channel.id) ?? at)) / 1000)),
	}));
}

function whereIn(place: Pick<SnapshotChannel, "bridgeId" | "waits"> | null | undefined) {
	if (!place || place.bridgeId === null) return { bridgeId: null };
	return place.waits === undefined ? { bridgeId: place.bridgeId } : { bridgeId: place.bridgeId, waits: place.waits };
}
