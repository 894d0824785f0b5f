import { describe, expect, it } from "vitest";
import type { PbxEvent } from "../pbx-event.ts";
import { PacketReader } from "./packet-reader.ts";
import { Session } from "./session.ts";

function fold(text: string, session = new Session()): PbxEvent[] {
	const events: PbxEvent[] = [];
	const reader = new PacketReader({
		onPacket: (packet) => events.push(...session.take(packet, 1_000_000)),
		onQuarantine: () => events.push(...session.quarantined(1_000_000)),
	});
	reader.feed(Buffer.from(text.trim().replaceAll("\n", "\r\n").concat("\r\n\r\n")));
	return events;
}

const row = (id: number) => `Event: CoreShowChannel
ActionID: CoreShowChannels
Channel: PJSIP/10${id}-0000000${id}
ChannelState: 6
CallerIDNum: 10${id}
CallerIDName: <unknown>
Uniqueid: 1.${id}
Linkedid: 1.1
Application: Dial
ApplicationData: PJSIP/101,30
Duration: 01:02:03
BridgeId: b-1
`;
const list = (...rows: readonly string[]) => `Response: Success
ActionID: CoreShowChannels
EventList: start
Message: Channels will follow

${rows.join("\n")}
Event: CoreShowChannelsComplete
ActionID: CoreShowChannels
EventList: Complete
ListItems: ${rows.length}
`;
const status = (time: string) => `Response: Success
ActionID: CoreStatus
CoreStartupDate: 2026-11-22
CoreStartupTime: ${time}
`;
const hangup = (seq: number | null) =>
	`Event: Hangup\n${seq === null ? "" : `SequenceNumber: ${seq}\n`}Channel: PJSIP/101-1\nUniqueid: 1.1\nCause: 16\n`;

describe("a session with a PBX", () => {
	it("tells all live channels as one picture", () => {
		const events = fold(`${status("10:00:00")}\n${list(row(1), row(2))}`);
		expect(events).toMatchObject([
			{ kind: "booted", boot: "2026-11-22T10:00:00" },
			{
				kind: "snapshot",
				boot: "2026-11-22T10:00:00",
				channels: [
					{
						channel: { id: "1.1", callerName: "" },
						application: "Dial",
						data: "PJSIP/101,30",
						bridgeId: "b-1",
						seconds: 3723,
					},
					{ channel: { id: "1.2" } },
				],
			},
		]);
	});

	it("tells who only waits in a bridge, where the PBX said what its bridges are", () => {
		const bridge = (id: string, technology: string) =>
			`Event: BridgeListItem\nActionID: BridgeList\nBridgeUniqueid: ${id}\nBridgeType: base\nBridgeTechnology: ${technology}\n`;
		const bridges = (...rows: readonly string[]) =>
			`Response: Success\nActionID: BridgeList\nEventList: start\n\n${rows.join("\n")}\nEvent: BridgeListComplete\n`;
		const session = new Session();
		const waits = (text: string) =>
			fold(text, session).flatMap((event) => (event.kind === "snapshot" ? event.channels.map((one) => one.waits) : []));
		expect(waits(list(row(1)))).toEqual([undefined]);
		expect(waits(`${bridges(bridge("b-1", "holding_bridge"))}\n${list(row(1), row(2))}`)).toEqual([true, true]);
		expect(waits(`${bridges(bridge("b-1", "simple_bridge"))}\n${list(row(1))}`)).toEqual([false]);
		expect(waits(`${bridges()}\n${list(row(1))}`)).toEqual([undefined]);
	});

	it("tells no picture of which a part was put aside: it would end a live call", () => {
		expect(fold(list(row(1), "Event: CoreShowChannel\nbroken\n")).map(({ kind }) => kind)).toEqual(["gap", "gap"]);
		expect(fold(list(row(1), row(2).replace("Uniqueid: 1.2", "Uniqueid: ")))).toMatchObject([
			{ kind: "gap", cause: "quarantine" },
		]);
		expect(
			fold(list(row(1), row(2).replace("\nLinkedid", "\nUniqueid: 1.9\nLinkedid"))).map(({ kind }) => kind),
		).toEqual(["gap"]);
	});

	it("tells a boot once, and again when it is another", () => {
		const session = new Session();
		expect(fold(`${status("10:00:00")}\n${status("10:00:00")}`, session)).toHaveLength(1);
		expect(fold(status("10:00:00"), new Session(session.boot))).toEqual([]);
		expect(fold(status("11:00:00"), new Session(session.boot))).toMatchObject([{ kind: "booted" }]);
	});

	it("knows the boot to a few seconds where the account may not ask for it", () => {
		const told = (uptime: number) =>
			`Event: FullyBooted\nUptime: ${uptime}\n\nResponse: Error\nActionID: CoreStatus\nMessage: Permission denied\n`;
		const session = new Session();
		expect(fold(told(100), session)).toMatchObject([{ kind: "booted", boot: "up:900" }]);
		expect(session.denied.has("CoreStatus")).toBe(true);
		expect(fold(told(102), new Session(session.boot))).toEqual([]);
		expect(fold(told(10), new Session(session.boot))).toMatchObject([{ kind: "booted", boot: "up:990" }]);
		// The account was given its right: the same boot by its better name.
		const renamed = new Session(session.boot);
		expect(fold(status("10:00:00"), renamed)).toEqual([]);
		expect(renamed.boot).toBe("2026-11-22T10:00:00");
	});

	it("tells a hole in the numbers before the event behind it", () => {
		expect(fold([1, 2, 200].map(hangup).join("\n"))).toMatchObject([
			{ kind: "channel.ended" },
			{ kind: "channel.ended" },
			{ kind: "gap", cause: "sequence", missing: 197 },
			{ kind: "channel.ended", seq: 200 },
		]);
	});

	it("does not believe an event without a number among numbered ones: a caller may have written it", () => {
		expect(fold(`${hangup(1)}\n${hangup(null)}`)).toMatchObject([
			{ kind: "channel.ended" },
			{ kind: "gap", cause: "quarantine" },
		]);
		expect(fold(hangup(null))).toMatchObject([{ kind: "channel.ended" }]);
		expect(fold(`${hangup(1)}\nEvent: QueueParams\nQueue: q\nCalls: 2\n`)).toMatchObject([
			{},
			{ kind: "queue.state", waiting: 2 },
		]);
	});

	it("tells a gap where something was put aside", () => {
		expect(fold("Event: Hangup\nbroken\n")).toEqual([
			{ kind: "gap", at: 1_000_000, cause: "quarantine", missing: null },
		]);
		expect(fold("Event: Hangup\nUniqueid: 1\nUniqueid: 2\n")).toMatchObject([{ kind: "gap" }]);
	});
});
