import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type LoopbackPbx, startLoopbackPbx } from "../../server/asterisk/loopback/loopback-pbx.ts";
import { PacketReader } from "../../server/asterisk/packet-reader.ts";
import { Session } from "../../server/asterisk/session.ts";
import { limits } from "../../server/calls/limits.ts";
import { emptyTracker, next } from "../../server/calls/tracker.ts";
import type { PbxEvent } from "../../server/pbx-event.ts";
import { type Running, runServer, type Visitor } from "../access/running.ts";
import { type Listener, listen } from "../live/listener.ts";

const trace = readFileSync(fileURLToPath(new URL("../traces/direct-answered.ami", import.meta.url)));
const seconds = Math.floor(Date.now() / 1000);
const rules = { pbxId: "office", isExtension: (endpoint: string) => /^\d{2,5}$/.test(endpoint) };

interface Channel {
	readonly number: number;
	readonly family?: string;
	readonly from?: string;
	readonly name?: string;
	readonly exten?: string;
}
const channel = ({ number, family, from = "0501110001", name = "x", exten = "0442000000" }: Channel) =>
	`Channel: PJSIP/trunk-${number.toString(16).padStart(8, "0")}\r\nChannelState: 4\r\nCallerIDNum: ${from}\r\n` +
	`CallerIDName: ${name}\r\nConnectedLineNum: \r\nConnectedLineName: \r\nAccountCode: \r\nContext: from-trunk\r\n` +
	`Exten: ${exten}\r\nPriority: 1\r\nUniqueid: ${seconds}.${number}\r\nLinkedid: ${family ?? `${seconds}.${number}`}\r\n`;

/** What the server's own reader, session and tracker make of these events. */
function track(packets: Iterable<string>) {
	const session = new Session();
	let state = emptyTracker();
	let changes = 0;
	const told: PbxEvent["kind"][] = [];
	const reader = new PacketReader({
		onPacket(packet) {
			for (const event of session.take(packet, seconds * 1000)) {
				told.push(event.kind);
				const after = next(state, event, rules);
				state = after.state;
				changes += after.changes.length;
			}
		},
		onQuarantine() {},
	});
	for (const packet of packets) reader.feed(Buffer.from(`${packet}\r\n`));
	return { state, changes, told };
}

function* repeated(count: number, packet: (index: number) => string, first?: string): Generator<string> {
	if (first !== undefined) yield first;
	for (let index = 1; index <= count; index += 1) yield packet(index);
}

const arrival = `Event: Newchannel\r\n${channel({ number: 0 })}`;
const only = (state: ReturnType<typeof emptyTracker>) => {
	const [family] = state.families.byChannel.values();
	const [first] = family?.channels.values() ?? [];
	if (family === undefined || first === undefined) throw new Error("no call");
	return { family, first };
};

describe("what one PBX can make the server remember is bounded", () => {
	test("channels that never end", () => {
		const more = limits.channels + 100;
		const { state } = track(repeated(more, (number) => `Event: Newchannel\r\n${channel({ number })}`));
		expect(state.families.byChannel.size).toBe(limits.channels);
		expect(state.families.byLink.size).toBe(limits.channels);
		expect(state.families.beyond).toBe(100);
	}, 60_000);

	test("channels of one call", () => {
		const family = `${seconds}.0`;
		const more = limits.channelsOfCall + 100;
		const { state } = track(repeated(more, (number) => `Event: Newchannel\r\n${channel({ number, family })}`, arrival));
		expect(state.families.byChannel.size).toBe(limits.channelsOfCall);
	}, 60_000);

	test.each([
		["names", (at: number) => `Event: Rename\r\nUniqueid: ${seconds}.0\r\nNewname: PJSIP/${at}-1\r\n`],
		[
			"recordings",
			(at: number) =>
				`Event: VarSet\r\n${channel({ number: 0 })}Variable: MIXMONITOR_FILENAME\r\nValue: /var/${at}.wav\r\n`,
		],
		[
			"bridges",
			(at: number) => `Event: BridgeEnter\r\nBridgeUniqueid: b${at}\r\nBridgeType: basic\r\n${channel({ number: 0 })}`,
		],
		[
			"digits",
			(at: number) =>
				`Event: DTMFEnd\r\nTimestamp: ${seconds + at}.0\r\nDigit: 1\r\nDirection: Received\r\n${channel({ number: 0 })}`,
		],
		["callers' numbers", (at: number) => `Event: NewCallerid\r\n${channel({ number: 0, from: `${at}` })}`],
		["linked ids", (at: number) => `Event: NewCallerid\r\n${channel({ number: 0, family: `${seconds}.${at}` })}`],
	])("%s of one channel", (_what, packet) => {
		const { family, first } = only(track(repeated(5_000, packet, arrival)).state);
		expect(first.names.length).toBeLessThanOrEqual(limits.namesOfChannel);
		expect(first.callerNames.size).toBeLessThanOrEqual(limits.namesOfChannel);
		expect(first.moves.length).toBeLessThanOrEqual(limits.movesOfChannel);
		expect(first.digits.length).toBeLessThanOrEqual(limits.digitsOfChannel);
		expect(family.recordings.size).toBeLessThanOrEqual(limits.recordingsOfCall);
		expect(family.links.size).toBeLessThanOrEqual(limits.linksOfCall);
	});

	test("a list of live channels without an end ends nothing that lives", () => {
		const begin = "Response: Success\r\nActionID: CoreShowChannels\r\nEventList: start\r\n";
		const row = (number: number) => `Event: CoreShowChannel\r\nActionID: CoreShowChannels\r\n${channel({ number })}`;
		const end = "Event: CoreShowChannelsComplete\r\nActionID: CoreShowChannels\r\n";
		const { told } = track([begin, ...repeated(100_001, row), end]);
		expect(told).toEqual(["gap"]);
	}, 60_000);
});

describe("a running server with a PBX gone mad", () => {
	let house: Running;
	let pbx: LoopbackPbx;
	let agent: Visitor;
	let desk: Listener;
	beforeAll(async () => {
		house = await runServer();
		pbx = await startLoopbackPbx({ accounts: { dzvin: "a secret of the PBX" } });
		const admin = await house.admin();
		const watching = await listen(house.base, admin);
		agent = await house.hire("agent", "101", "Олена");
		const events = { username: "dzvin", secret: "a secret of the PBX" };
		const body = { name: "office", host: "127.0.0.1", port: pbx.port, events };
		await house.call("POST", "/api/pbx", { cookie: admin, body });
		await watching.heard("pbx.state", (message) => message.pbx.state === "connected");
		watching.end();
		desk = await listen(house.base, agent.cookie);
		await desk.heard("snapshot");
	});
	afterAll(async () => {
		desk.end();
		await pbx.stop();
		await house.end();
	});

	/** The call of this linked id, as the API tells it to an admin. */
	const callOf = async (linkedId: string) => {
		const list = await house.call("GET", "/api/calls?limit=200", { cookie: await house.admin() });
		return list.json.items.find((call: { linkedId: string }) => call.linkedId === linkedId);
	};
	const ended = async (linkedId: string) => {
		await expect.poll(async () => (await callOf(linkedId))?.endedAt ?? null, { timeout: 10_000 }).not.toBeNull();
		return callOf(linkedId);
	};
	const play = async (number: number, how: Partial<Channel>, from: string, to: string) => {
		const family = `${seconds}.${number}`;
		const party = { number, ...how };
		pbx.send(`Event: Newchannel\r\nTimestamp: ${from}\r\n${channel(party)}`.trimEnd());
		pbx.send(`Event: Hangup\r\nTimestamp: ${to}\r\nCause: 16\r\n${channel(party)}`.trimEnd());
		return ended(how.family ?? family);
	};

	test.each([
		["a time far beyond the calendar", 1_000, "1e300", "9e307"],
		["no time", 1_001, "NaN", "-1"],
		["the year 1970, because its clock has no battery", 1_002, "12.000000", "40.000000"],
		["a clock that is set in mid-call by 56 years", 1_003, "40.000000", `${seconds}.000000`],
		["an end before the beginning", 1_004, `${seconds}.000000`, `${seconds - 1000}.000000`],
	])("%s: the call is stored and owed all the same", async (_what, number, from, to) => {
		const call = await play(number, {}, from, to);
		expect(call).toMatchObject({ outcome: "missed", obligation: { settledAt: null } });
	});

	test("a talk that lasts 56 years, because the clock was set meanwhile, is stored", async () => {
		const family = `${seconds}.1050`;
		const client = channel({ number: 1_050 });
		const phone = channel({ number: 1_051, family }).replace("PJSIP/trunk-", "PJSIP/101-");
		const send = (at: string, event: string, more: string) =>
			pbx.send(`Event: ${event}\r\nTimestamp: ${at}\r\n${more}`.trimEnd());
		const bridge = "BridgeUniqueid: b1050\r\nBridgeType: basic\r\n";
		send("10.0", "Newchannel", client);
		send("11.0", "Newchannel", phone);
		for (const party of [client, phone]) send("20.0", "BridgeEnter", bridge + party);
		for (const party of [client, phone]) send(`${seconds}.0`, "Hangup", `Cause: 16\r\n${party}`);
		expect(await ended(family)).toMatchObject({ outcome: "answered", obligation: { settledAt: null } });
	});

	test.each([
		["a dialled number of 60,000 letters", 1_100, { exten: "7".repeat(60_000) }],
		["a caller's number of 60,000 letters", 1_101, { from: "5".repeat(60_000) }],
		["a caller's name that looks like headers", 1_102, { name: "x\\r\\nEvent: Hangup\\r\\nUniqueid: 1" }],
		["text that turns around and hides", 1_103, { name: "\u202egnp.exe\u2066\u200b\ufeff\u0007" }],
	])("%s: the call is stored and owed all the same", async (_what, number, how) => {
		const call = await play(number, how, `${seconds}.1`, `${seconds}.2`);
		expect(call).toMatchObject({ outcome: "missed", obligation: { settledAt: null } });
	});

	test("a linked id of 10,000 letters costs nothing but its own call", async () => {
		const family = "f".repeat(10_000);
		pbx.send(`Event: Newchannel\r\n${channel({ number: 1_200, family })}`.trimEnd());
		pbx.send(`Event: Hangup\r\nCause: 16\r\n${channel({ number: 1_200, family })}`.trimEnd());
		expect(await play(1_201, {}, `${seconds}.1`, `${seconds}.2`)).toMatchObject({ outcome: "missed" });
	});

	test("more ways through bridges than are kept are said in the log, not each of them", async () => {
		const party = channel({ number: 1_300 });
		pbx.send(`Event: Newchannel\r\n${party}`.trimEnd());
		for (let at = 0; at <= limits.movesOfChannel + 50; at += 1)
			pbx.send(`Event: BridgeEnter\r\nBridgeUniqueid: m${at}\r\nBridgeType: basic\r\n${party}`.trimEnd());
		pbx.send(`Event: Hangup\r\nCause: 16\r\n${party}`.trimEnd());
		await ended(`${seconds}.1300`);
		const said = house.log.filter((line) => line.includes("beyond the limits"));
		expect(said.length).toBeGreaterThan(0);
		expect(said.length).toBeLessThan(10);
	});

	test("after all of it a phone that rings still brings a pop-up", async () => {
		const garbage = [
			"\r\n\r\n\r\n",
			"Event\r\n\r\n",
			"Event: X\r\n: y\r\n\r\n",
			"\0\0\0\r\n\r\n",
			"Response: \r\n\r\n",
		];
		for (const bytes of garbage) pbx.sendRaw(bytes);
		for (let queue = 0; queue < 2_000; queue += 1) pbx.send(`Event: QueueParams\r\nQueue: q${queue}\r\nCalls: 1`);
		const stop = new AbortController();
		onTestFinished(() => stop.abort());
		const played = pbx.play(trace, { speed: 2, signal: stop.signal });
		await desk.heard("call.ringing", ({ call }) => call.number === "+380501110001");
		await played;
		expect(desk.problems).toEqual([]);
	});
});
