import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Packet } from "../../server/asterisk/packet.ts";
import { PacketReader } from "../../server/asterisk/packet-reader.ts";
import { translate, translatedNames } from "../../server/asterisk/translate/translate.ts";
import type { PbxEvent } from "../../server/pbx-event.ts";

/** One packet of each kind as Asterisk 22.10 sent it. */
const packets = new Map<string, Packet>();
const reader = new PacketReader({
	onPacket: (packet) => packets.set(packet.name, packet),
	onQuarantine: ({ sample }) => {
		throw new Error(sample);
	},
});
reader.feed(readFileSync(new URL("packets.ami", import.meta.url)));
// The one kind that no recorded call made; from channel_rename in Asterisk's source.
const rename =
	"Event: Rename\r\nPrivilege: call,all\r\nChannel: PJSIP/101-00000001\r\nNewname: PJSIP/101-00000001<MASQ>\r\nUniqueid: 1.1";
packets.set("Rename", new Packet("event", "Rename", rename, false));

const trunk = { technology: "PJSIP", endpoint: "trunk", callerNumber: "0501140006", callerName: "" };
const agent = { technology: "PJSIP", endpoint: "101", callerNumber: "101", callerName: "Олена Ковальчук" };
const member = { queue: "sales-1", interface: "Local/900@await2/n", name: 'Ганна "Я"', state: "unavailable" };

type Expected = { readonly kind: PbxEvent["kind"] } & Readonly<Record<string, unknown>>;
const expected: Readonly<Record<string, readonly Expected[]>> = {
	Newchannel: [
		{
			kind: "channel.created",
			at: 1795344135279,
			seq: 4014,
			channel: {
				...trunk,
				id: "1795344135.100",
				family: "1795344135.100",
				name: "PJSIP/trunk-00000054",
				state: "ring",
				connectedNumber: "",
				exten: "0442001001",
				context: "from-trunk",
			},
		},
	],
	Newstate: [
		{
			kind: "channel.changed",
			channel: { ...agent, state: "ringing", connectedNumber: "0501140006", family: "1795344135.100" },
		},
	],
	NewCallerid: [
		{
			kind: "channel.changed",
			channel: { technology: "LOCAL", endpoint: "102@internal", half: 2, ...{ callerNumber: "101" } },
		},
	],
	NewConnectedLine: [
		{ kind: "channel.changed", channel: { ...agent, state: "down", connectedNumber: "0501140006", connectedName: "" } },
	],
	NewAccountCode: [{ kind: "channel.changed", channel: { ...trunk, accountCode: "1" } }],
	Hold: [{ kind: "channel.held", held: true, channel: agent }],
	Unhold: [{ kind: "channel.held", held: false, channel: { ...agent, connectedName: "Петро Гудзь" } }],
	Newexten: [
		{
			kind: "channel.step",
			application: "Set",
			data: "CHANNEL(accountcode)=1",
			channel: { ...trunk, application: "Set" },
		},
	],
	Hangup: [{ kind: "channel.ended", cause: 16, causeText: "Normal Clearing", channel: { half: 2, state: "up" } }],
	Rename: [{ kind: "channel.renamed", at: 42, channelId: "1.1", name: "PJSIP/101-00000001<MASQ>" }],
	DTMFEnd: [{ kind: "channel.dtmf", digit: "*", channel: agent }],
	VarSet: [
		{ kind: "variable.set", name: "MIXMONITOR_FILENAME", channel: agent },
		{ kind: "recording.began", path: "/srv/asterisk/spool/monitor/2026/11/22/1795344135.101.wav", channel: agent },
	],
	DialBegin: [
		{ kind: "dial.began", from: trunk, to: { ...agent, id: "1795344135.101" }, dialString: "101/sip:101@phonebank" },
	],
	DialState: [{ kind: "dial.ringing", from: trunk, to: { ...agent, state: "ringing" }, state: "ringing" }],
	DialEnd: [{ kind: "dial.ended", from: trunk, to: agent, result: "answer", forwardedTo: "" }],
	LocalBridge: [
		{
			kind: "local.joined",
			one: { half: 1, endpoint: "102@internal" },
			two: { half: 2 },
			exten: "102",
			context: "internal",
		},
	],
	LocalOptimizationEnd: [],
	BridgeEnter: [
		{
			kind: "bridge.entered",
			channel: agent,
			bridge: { id: "0147bcbb-bd2d-470e-90e8-b8cb1aad722c", type: "basic", technology: "simple_bridge", channels: 1 },
		},
	],
	BridgeLeave: [{ kind: "bridge.left", channel: agent, bridge: { id: "0147bcbb-bd2d-470e-90e8-b8cb1aad722c" } }],
	BridgeMerge: [
		{
			kind: "bridge.merged",
			into: { id: "e500d497-9a55-41b6-b1b9-ff0c754c71ac" },
			from: { id: "9505b26f-b41c-4cfe-bd8f-104b1664577d", channels: 1 },
		},
	],
	BridgeDestroy: [{ kind: "bridge.destroyed", bridge: { id: "64669906-3b45-470a-9e66-4343445935cf", channels: 0 } }],
	ConfbridgeJoin: [{ kind: "conference.joined", conference: "180", channel: agent }],
	ConfbridgeLeave: [{ kind: "conference.left", conference: "180", channel: { endpoint: "trunk" } }],
	BlindTransfer: [
		{
			kind: "transfer.blind",
			result: "success",
			transferer: agent,
			transferee: { endpoint: "trunk", callerNumber: "0501140001" },
			exten: "102",
			context: "internal",
		},
	],
	AttendedTransfer: [
		{
			kind: "transfer.attended",
			result: "success",
			destination: "bridge",
			first: agent,
			second: agent,
			transferee: { endpoint: "trunk" },
			target: { endpoint: "102@internal", half: 1 },
		},
	],
	Pickup: [{ kind: "pickup", by: { endpoint: "102", exten: "*8" }, target: { ...agent, state: "ringing" } }],
	ParkedCall: [
		{ kind: "park.began", parkee: { endpoint: "trunk" }, lot: "default", space: "701", parker: "PJSIP/101" },
	],
	UnParkedCall: [
		{ kind: "park.ended", how: "retrieved", parkee: { endpoint: "trunk" }, retriever: { endpoint: "102" } },
	],
	ParkedCallTimeOut: [{ kind: "park.ended", how: "timed-out", parkee: { endpoint: "trunk" }, retriever: null }],
	ParkedCallGiveUp: [
		{ kind: "park.ended", how: "gave-up", parkee: { endpoint: "s@await2", half: 1 }, retriever: null },
	],
	QueueCallerJoin: [
		{ kind: "queue.joined", queue: "support-1", position: 1, channel: { endpoint: "trunk" } },
		{ kind: "queue.state", queue: "support-1", waiting: 1 },
	],
	QueueCallerLeave: [
		{ kind: "queue.left", queue: "support-1", channel: { endpoint: "trunk" } },
		{ kind: "queue.state", queue: "support-1", waiting: 0 },
	],
	QueueCallerAbandon: [{ kind: "queue.abandoned", queue: "sales-1", channel: { callerNumber: "0501120004" } }],
	AgentCalled: [
		{ kind: "queue.agent-rang", queue: "sales-1", member: "PJSIP/101", agent, channel: { endpoint: "trunk" } },
	],
	AgentRingNoAnswer: [
		{
			kind: "queue.agent-missed",
			queue: "support-1",
			member: "Local/104@queue-member/n",
			agent: { half: 1, endpoint: "104@queue-member" },
		},
	],
	AgentConnect: [
		{ kind: "queue.agent-answered", queue: "support-1", member: "Local/104@queue-member/n", agent: { state: "up" } },
	],
	AgentComplete: [
		{ kind: "queue.agent-finished", queue: "support-1", reason: "caller", agent: { callerName: "Олег Бондар" } },
	],
	QueueMemberAdded: [{ kind: "queue.member", member: { ...member, paused: false, present: true } }],
	QueueMemberStatus: [
		{ kind: "queue.member", member: { queue: "sales-1", interface: "PJSIP/101", state: "ringing", paused: false } },
	],
	QueueMemberPause: [
		{ kind: "queue.member", member: { ...member, paused: true, pausedReason: "обід", present: true } },
	],
	QueueMemberRemoved: [{ kind: "queue.member", member: { ...member, present: false } }],
	QueueMember: [
		{
			kind: "queue.member",
			at: 42,
			member: { queue: "sales-1", interface: "PJSIP/101", name: "Олена Ковальчук", state: "idle", present: true },
		},
	],
	QueueParams: [{ kind: "queue.state", queue: "support-4", waiting: 0 }],
	DeviceStateChange: [{ kind: "device.state", device: "PJSIP/101", state: "ringing" }],
	ContactStatus: [{ kind: "endpoint.reachable", endpoint: "900", reachable: true }],
	PeerStatus: [{ kind: "endpoint.reachable", endpoint: "900", reachable: true }],
};

const packet = (name: string) => {
	const found = packets.get(name);
	if (!found) throw new Error(`packets.ami has no ${name}`);
	return found;
};
const changed = (name: string, from: string | RegExp, to: string) => {
	const { text } = packet(name);
	if (!text.match(from)) throw new Error(`${name} has no ${from}`);
	return new Packet("event", name, text.replace(from, to), false);
};

describe("translation of AMI", () => {
	it.each([...translatedNames])("%s", (name) => {
		expect(translate(packet(name), 42)).toMatchObject([...(expected[name] ?? [{ kind: "no expectation" }])]);
	});

	it("ignores an event that nobody asked for", () => {
		expect(translate(new Packet("event", "RTCPSent", "Event: RTCPSent", true), 0)).toEqual([]);
	});

	it("refuses an event without its channel, or with two of one key", () => {
		for (const name of translatedNames) {
			const { text } = packet(name);
			const gutted = text.replace(/(Uniqueid|Queue|Device|EndpointName|Peer): [^\r]*/g, "$1: ");
			expect([name, translate(new Packet("event", name, gutted, false), 0)]).toEqual([name, null]);
			expect(translate(new Packet("event", name, text, true), 0)).toBeNull();
		}
	});

	it("undoes Asterisk's escapes in names and values, once, and nowhere else", () => {
		// As Asterisk 22 sent it for the caller "O'Neil "Q" \ b?" <12\3>.
		const escaped = 'CallerIDNum: 12\\3\r\nCallerIDName: O\\\'Neil \\"Q\\" \\\\n b\\?';
		const [created] = translate(changed("Newchannel", /CallerIDNum: .*\r\nCallerIDName: [^\r]*/, escaped), 0) ?? [];
		expect(created).toMatchObject({ channel: { callerName: 'O\'Neil "Q" \\n b?', callerNumber: "12\\3" } });
		const [set] = translate(changed("VarSet", /Value: [^\r]*/, "Value: a\\nb\\rc\\td\\q"), 0) ?? [];
		expect(set).toMatchObject({ value: "a\nb\rc\td\\q" });
		const [step] = translate(changed("Newexten", /AppData: [^\r]*/, 'AppData: xa\nb\rc\tdy\\z"q"'), 0) ?? [];
		expect(step).toMatchObject({ data: 'xa\nb\rc\tdy\\z"q"' });
	});

	it("reads channel variables, hostile names included", () => {
		const variables = "Uniqueid: 1.1\r\nChanVariable: __proto__=1\r\nChanVariable: A=b\\n=c\r\nChanVariable: broken";
		const [event] = translate(changed("Newchannel", /Uniqueid: [^\r]*/, variables), 0) ?? [];
		const read = event?.kind === "channel.created" ? Object.entries(event.channel.variables) : [];
		expect(read).toEqual([
			["__proto__", "1"],
			["A", "b\n=c"],
		]);
	});

	it("knows a global variable by its lack of a channel", () => {
		const text =
			"Event: VarSet\r\nPrivilege: dialplan,all\r\nChannel: none\r\nUniqueid: none\r\nVariable: G\r\nValue: v1";
		expect(translate(new Packet("event", "VarSet", text, false), 7)).toEqual([
			{ kind: "variable.set", at: 7, channel: null, name: "G", value: "v1" },
		]);
	});

	it.each([
		["NOANSWER", "no-answer"],
		["BUSY", "busy"],
		["CANCEL", "cancel"],
		["CONGESTION", "congestion"],
		["CHANUNAVAIL", "unavailable"],
		["DONTCALL", "rejected"],
		["SOMETHING", "other"],
	])("a dial that ended with %s is %s", (status, result) => {
		expect(translate(changed("DialEnd", "DialStatus: ANSWER", `DialStatus: ${status}`), 0)).toMatchObject([{ result }]);
	});

	it("a forwarded dial says whereto", () => {
		const forward = changed("DialEnd", "DialStatus: ANSWER", "DialStatus: CANCEL\r\nForward: 102@internal");
		expect(translate(forward, 0)).toMatchObject([{ result: "forwarded", forwardedTo: "102@internal" }]);
	});

	it("digits that we send are not digits that the client pressed", () => {
		expect(translate(changed("DTMFEnd", "Received", "Sent"), 0)).toEqual([]);
	});

	it("an optimised Local channel is told when it succeeded", () => {
		expect(translate(changed("LocalOptimizationEnd", "Success: No", "Success: Yes"), 0)).toMatchObject([
			{ kind: "local.optimized" },
		]);
	});
});
