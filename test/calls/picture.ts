import type { Channel, PbxEvent, SnapshotChannel } from "../../server/pbx-event.ts";

/** What `CoreShowChannels` would answer after these events. */
export function pictureAfter(events: readonly PbxEvent[], at: number): SnapshotChannel[] {
	const live = new Map<string, SnapshotChannel>();
	const ended = new Set<string>();
	const born = new Map<string, number>();
	const see = (channel: Channel | null, bridgeId?: string | null) => {
		if (!channel || ended.has(channel.id)) return;
		const before = live.get(channel.id);
		born.set(channel.id, born.get(channel.id) ?? at);
		live.set(channel.id, {
			channel,
			application: channel.application || before?.application || "",
			data: "",
			bridgeId: bridgeId === undefined ? (before?.bridgeId ?? null) : bridgeId,
			seconds: 0,
		});
	};
	for (const event of events) {
		switch (event.kind) {
			case "channel.created":
				born.set(event.channel.id, event.at);
				see(event.channel);
				break;
			case "channel.changed":
			case "channel.step":
				see(event.channel);
				break;
			case "bridge.entered":
				see(event.channel, event.bridge.id);
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
