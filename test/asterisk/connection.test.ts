import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import {
	type LoopbackOptions,
	type LoopbackPbx,
	startLoopbackPbx,
} from "../../server/asterisk/loopback/loopback-pbx.ts";
import { accounts, fastClock, trace, until, type Watched, watch } from "./waiting.ts";

const pbxs: LoopbackPbx[] = [];
const watches: Watched[] = [];
async function startPbx(options: Partial<LoopbackOptions> = {}) {
	const pbx = await startLoopbackPbx({ accounts, ...options });
	pbxs.push(pbx);
	return pbx;
}
function connect(...args: Parameters<typeof watch>) {
	const watched = watch(...args);
	watches.push(watched);
	watched.connection.start();
	return watched;
}
afterEach(async () => {
	await Promise.all(watches.splice(0).map(({ connection }) => connection.stop()));
	await Promise.all(pbxs.splice(0).map((pbx) => pbx.stop()));
});

const key = readFileSync(new URL("tls/key.pem", import.meta.url), "utf8");
const cert = readFileSync(new URL("tls/cert.pem", import.meta.url), "utf8");

describe("the events road", () => {
	it("logs in without sending the secret, takes the picture, then tells events", async () => {
		const pbx = await startPbx({ picture: trace("queue-answered") });
		const { becomes, events, kinds } = connect(pbx);
		await becomes("connected");
		await until(() => kinds().filter((kind) => kind === "device.state").length > 10);
		expect(kinds()).toContain("booted");
		expect(events).toContainEqual(expect.objectContaining({ kind: "snapshot", channels: [] }));
		expect(events).toContainEqual(
			expect.objectContaining({ kind: "queue.member", member: expect.objectContaining({ name: "Петро Гудзь" }) }),
		);
		expect(pbx.received).not.toContain(accounts.dzvin);
		await pbx.play(trace("direct-answered"), { speed: Number.POSITIVE_INFINITY });
		await until(() => kinds().filter((kind) => kind === "channel.ended").length === 2);
		expect(kinds()).not.toContain("gap");
	});

	it("comes back after a cut, says that it was blind, and takes a new picture with the live channels", async () => {
		const pbx = await startPbx();
		const { becomes, states, events, kinds } = connect(pbx, { clock: fastClock(20) });
		await becomes("connected");
		await until(() => kinds().includes("snapshot"));
		pbx.send("Event: Newchannel\r\nChannel: PJSIP/101-00000001\r\nChannelState: 4\r\nUniqueid: 1.1\r\nLinkedid: 1.1");
		await until(() => kinds().includes("channel.created"));
		pbx.sendRaw("Event: Hangup\r\nSequenceNumber: 1\r\nUniqueid: 1.1\r\nCha");
		pbx.cut();
		await until(() => kinds().filter((kind) => kind === "snapshot").length === 2);
		expect(states.map(({ state }) => state)).toEqual(["connecting", "connected", "away", "connected"]);
		expect(events).toContainEqual(expect.objectContaining({ kind: "gap", cause: "reconnect" }));
		expect(events.at(-1)).toMatchObject({ kind: "snapshot", channels: [{ channel: { id: "1.1" } }] });
		expect(kinds()).not.toContain("channel.ended");
		expect(kinds().filter((kind) => kind === "booted")).toHaveLength(1);
	});

	it("notices that the PBX was started again", async () => {
		const pbx = await startPbx();
		const { becomes, kinds } = connect(pbx, { clock: fastClock(20) });
		await becomes("connected");
		await until(() => kinds().includes("booted"));
		pbx.behaviour.boot = { date: "2026-11-22", time: "23:59:59" };
		pbx.cut();
		await until(() => kinds().filter((kind) => kind === "booted").length === 2);
	});

	it("asks again for queues and phones that a PBX which is still starting did not have yet", async () => {
		const pbx = await startPbx({ picture: trace("queue-answered") });
		pbx.behaviour.starting = true;
		const { becomes, kinds } = connect(pbx, { clock: fastClock(20) });
		await becomes("connected");
		await until(() => kinds().includes("snapshot"));
		expect(kinds()).not.toContain("queue.member");
		pbx.booted();
		await until(() => kinds().includes("queue.member"));
		// A PBX that is up is asked once.
		const up = await startPbx({ picture: trace("queue-answered") });
		const second = connect(up);
		await until(() => second.kinds().includes("snapshot"));
		await up.play(trace("direct-answered"), { speed: Number.POSITIVE_INFINITY });
		await until(() => second.kinds().includes("channel.ended"));
		expect(up.actions.filter(({ action }) => action === "QueueStatus")).toHaveLength(1);
	});

	it("notices a frozen PBX by its silence, and its return", async () => {
		const pbx = await startPbx();
		const { becomes, states, kinds } = connect(pbx, { clock: fastClock(20) });
		await becomes("connected");
		await until(() => kinds().includes("snapshot"));
		pbx.behaviour.frozen = true;
		await becomes("away");
		expect(states.at(-1)?.problem).toContain("does not answer");
		await until(() => states.at(-1)?.problem?.includes("says nothing") === true);
		pbx.behaviour.frozen = false;
		await becomes("connected");
	});

	it("has a state of its own for a refused login, with the stanza's name, and knocks seldom", async () => {
		const pbx = await startPbx();
		pbx.behaviour.refuseLogin = true;
		// An hour in 3.6 seconds.
		const { becomes, states, connection } = connect(pbx, { clock: fastClock(1000) });
		await becomes("login-refused");
		expect(states.at(-1)?.problem).toMatch(/\[dzvin\].*manager reload/);
		const logins = () => pbx.actions.filter(({ action }) => action === "Login").length;
		await new Promise((resolve) => setTimeout(resolve, 3000));
		expect(logins()).toBeGreaterThan(3);
		expect(logins()).toBeLessThanOrEqual(12);
		pbx.behaviour.refuseLogin = false;
		connection.retry();
		await becomes("connected");
	});

	it("takes a new picture at once when a number is missing", async () => {
		const pbx = await startPbx();
		pbx.behaviour.numbered = false;
		const { becomes, kinds } = connect(pbx, { clock: fastClock(20) });
		await becomes("connected");
		await until(() => kinds().includes("snapshot"));
		const event = (seq: number) =>
			`Event: DeviceStateChange\r\nSequenceNumber: ${seq}\r\nDevice: PJSIP/101\r\nState: INUSE\r\n\r\n`;
		pbx.sendRaw(event(1) + event(2) + event(500));
		await until(() => kinds().includes("gap"));
		await until(() => kinds().filter((kind) => kind === "snapshot").length === 2);
	});

	it("puts a malformed block aside, alarms, takes a new picture, and stays connected", async () => {
		const pbx = await startPbx();
		const aside: string[] = [];
		const { becomes, kinds, connection } = connect(pbx, {
			clock: fastClock(20),
			onQuarantine: ({ reason, sample }) => aside.push(`${reason}: ${sample}`),
		});
		await becomes("connected");
		await until(() => kinds().includes("snapshot"));
		pbx.sendRaw("Event: Hangup\r\nthis is no header\r\n\r\n");
		await until(() => kinds().filter((kind) => kind === "snapshot").length === 2);
		expect(aside).toEqual([expect.stringContaining("grammar: Event: Hangup")]);
		expect(connection.standing().state).toBe("connected");
	});

	it("works with an account that may not list", async () => {
		const pbx = await startPbx();
		for (const action of ["corestatus", "coreshowchannels", "devicestatelist"]) pbx.behaviour.denied.add(action);
		const { becomes, kinds } = connect(pbx);
		await becomes("connected");
		await until(() => kinds().includes("booted"));
		await pbx.play(trace("direct-busy"), { speed: Number.POSITIVE_INFINITY });
		await until(() => kinds().includes("channel.ended"));
		expect(kinds()).not.toContain("snapshot");
	});

	it("says what is wrong when nobody listens, and when somebody else does", async () => {
		const closed = await startPbx();
		await closed.stop();
		const refused = connect(closed);
		await refused.becomes("away");
		expect(refused.states.at(-1)?.problem).toMatch(/refuses connections.*enabled = yes/);

		const stranger = createServer((socket) => socket.resume().write("220 mail.example ESMTP\r\n"));
		await new Promise<void>((resolve) => stranger.listen(0, "127.0.0.1", resolve));
		const address = stranger.address();
		const port = typeof address === "object" && address ? address.port : 0;
		const foreign = connect({ port }, { clock: fastClock(20) });
		await foreign.becomes("away");
		expect(foreign.states.at(-1)?.problem).toContain("does not speak AMI");
		await foreign.connection.stop();
		await new Promise((resolve) => stranger.close(resolve));
	});

	it("stops at once, whatever it is doing, and tells nothing more", async () => {
		const pbx = await startPbx();
		const { becomes, connection, states, events } = connect(pbx);
		await becomes("connected");
		await connection.stop();
		const told = events.length;
		expect(states.at(-1)).toEqual({ state: "stopped", problem: null });
		pbx.send("Event: Newchannel\r\nChannel: PJSIP/1-1\r\nUniqueid: 1.1");
		await until(() => pbx.sessions === 0);
		expect(events).toHaveLength(told);
	});
});

describe("TLS", () => {
	// Colons and case as `openssl x509 -fingerprint` prints them.
	const endpoint = (port: number, proof: { ca?: string; fingerprint?: string }) => ({
		endpoint: { host: "127.0.0.1", port, tls: { enabled: true, ...proof } },
		clock: fastClock(20),
	});

	it("connects to a PBX that is proven by its authority", async () => {
		const pbx = await startPbx({ tls: { key, cert } });
		const { becomes } = connect(pbx, endpoint(pbx.port, { ca: cert }));
		await becomes("connected");
	});

	it("refuses an unproven PBX and says how to pin it; the pinned one is taken, another is not", async () => {
		const pbx = await startPbx({ tls: { key, cert } });
		const unproven = connect(pbx, endpoint(pbx.port, {}));
		await unproven.becomes("away");
		expect(unproven.states.at(-1)?.problem).toContain("-fingerprint -sha256");

		const wrong = connect(pbx, endpoint(pbx.port, { fingerprint: "00".repeat(32) }));
		await wrong.becomes("away");
		const problem = wrong.states.at(-1)?.problem ?? "";
		expect(problem).toContain("is not the pinned one");
		const shown = /it shows ([0-9A-F:]+)/.exec(problem)?.[1] ?? "";
		expect(pbx.received).toBe("");

		const right = connect(pbx, endpoint(pbx.port, { fingerprint: shown.toLowerCase().replaceAll(":", "") }));
		await right.becomes("connected");
	});

	it("a plain port behind a TLS setting is told apart", async () => {
		const pbx = await startPbx();
		const { becomes, states } = connect(pbx, endpoint(pbx.port, { ca: cert }));
		await becomes("away");
		expect(states.at(-1)?.problem).toBeTruthy();
	});
});
