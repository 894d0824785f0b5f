import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { afterEach, describe, expect, it } from "vitest";
import { perform } from "../../server/asterisk/actions/control.ts";
import { createFleet, type Fleet } from "../../server/asterisk/fleet.ts";
import {
	type LoopbackOptions,
	type LoopbackPbx,
	startLoopbackPbx,
} from "../../server/asterisk/loopback/loopback-pbx.ts";
import type { PbxAccess } from "../../server/pbx-access.ts";
import type { PbxEvent } from "../../server/pbx-event.ts";
import { accounts, fastClock, trace, until } from "./waiting.ts";

const endings: (() => Promise<unknown>)[] = [];
afterEach(async () => {
	for (const end of endings.splice(0).reverse()) await end();
});

async function startPbx(options: Partial<LoopbackOptions> = {}): Promise<LoopbackPbx> {
	const pbx = await startLoopbackPbx({ accounts, ...options });
	endings.push(() => pbx.stop());
	return pbx;
}

const accessTo = (pbx: { port: number }, change: Partial<PbxAccess> = {}): PbxAccess => ({
	id: "one",
	name: "Office",
	host: "127.0.0.1",
	port: pbx.port,
	tls: { enabled: false },
	events: { username: "dzvin", secret: accounts.dzvin },
	control: { username: "control", secret: accounts.control },
	extensionPattern: "^\\d{2,5}$",
	recordingsRoot: null,
	history: null,
	dial: {},
	...change,
});

function launch(speed = 1): Fleet & { events: [string, PbxEvent][]; states: string[]; logged: string[] } {
	const events: [string, PbxEvent][] = [];
	const states: string[] = [];
	const logged: string[] = [];
	const log = (details: object, message: string) => logged.push(`${message} ${JSON.stringify(details)}`);
	const fleet = createFleet({
		onEvents: (id, told) => events.push(...told.map((event): [string, PbxEvent] => [id, event])),
		onState: (id, state) => states.push(`${id} ${state}`),
		log: { info: log, warn: log, error: log },
		clock: fastClock(speed),
	});
	endings.push(() => fleet.stop());
	return Object.assign(fleet, { events, states, logged });
}

describe("the fleet", () => {
	it("connects what is on the list, moves to a changed address, and stops what is gone", async () => {
		const [first, second] = [await startPbx(), await startPbx()];
		const fleet = launch();
		fleet.set([accessTo(first)]);
		await until(() => fleet.state("one").state === "connected");
		fleet.set([accessTo(first)]);
		fleet.set([accessTo(second), accessTo(first, { id: "two" })]);
		await until(() => fleet.state("one").state === "connected" && fleet.state("two").state === "connected");
		expect(first.actions.filter(({ action }) => action === "Login")).toHaveLength(2);
		fleet.set([accessTo(first, { id: "two" })]);
		await until(() => second.sessions === 0);
		expect(fleet.state("one").state).toBe("stopped");
		expect(fleet.states.at(-1)).toBe("one stopped");
		await fleet.stop();
		expect(fleet.states.at(-1)).toBe("two stopped");
	});

	it("never logs a secret", async () => {
		const pbx = await startPbx();
		pbx.behaviour.refuseLogin = true;
		const fleet = launch();
		fleet.set([accessTo(pbx)]);
		await until(() => fleet.state("one").state === "login-refused");
		expect(fleet.logged.join()).toContain("login-refused");
		expect(fleet.logged.join()).not.toContain(accounts.dzvin);
	});

	it("tells events with their PBX", async () => {
		const pbx = await startPbx();
		const fleet = launch();
		fleet.set([accessTo(pbx)]);
		await until(() => fleet.events.some(([, event]) => event.kind === "snapshot"));
		await pbx.play(trace("direct-busy"), { speed: Number.POSITIVE_INFINITY });
		await until(() => fleet.events.some(([id, event]) => id === "one" && event.kind === "channel.ended"));
	});
});

describe("click to call", () => {
	const connected = async (pbx: LoopbackPbx, change: Partial<PbxAccess> = {}, speed = 1) => {
		const fleet = launch(speed);
		fleet.set([accessTo(pbx, change)]);
		await until(() => fleet.state("one").state === "connected");
		return fleet;
	};

	it("resolves when the agent picked up", async () => {
		const pbx = await startPbx();
		const fleet = await connected(pbx, { dial: { context: "internal" } });
		await fleet.originate("one", { extension: "101", to: "+380501234567", callerName: "Олена" });
		const sent = pbx.actions.find(({ action }) => action === "Originate");
		expect(sent).toMatchObject({ channel: "PJSIP/101", context: "internal", exten: "+380501234567", async: "true" });
		expect(sent?.variable).toContain("CONNECTEDLINE(num,i)=+380501234567");
		expect(fleet.events.map(([, event]) => event.kind)).not.toContain("gap");
		// Nothing of the control session stays, and it asked for silence first.
		await until(() => pbx.sessions === 1);
		expect(pbx.actions.find(({ action }) => action === "Events")).toMatchObject({ eventmask: "off" });
	});

	it.each([
		[{ success: false, reason: 3 }, "pbx-refused", /Extension 101: nobody picked up/],
		[{ success: false, reason: 5 }, "pbx-refused", /busy/],
		[{ success: false, refused: "Channel not specified" }, "pbx-refused", /Channel not specified/],
	] as const)("%j is told", async (outcome, code, message) => {
		const pbx = await startPbx({ onOriginate: () => outcome });
		const fleet = await connected(pbx);
		const failure = fleet.originate("one", { extension: "101", to: "102" });
		await expect(failure).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
	});

	it("gives up when the PBX never says what became of it", async () => {
		const pbx = await startPbx({ onOriginate: () => new Promise(() => {}) });
		const fleet = await connected(pbx, {}, 50);
		await expect(fleet.originate("one", { extension: "101", to: "102" })).rejects.toMatchObject({
			code: "pbx-timeout",
		});
	});

	it("says that there is no account, no PBX, no login", async () => {
		const pbx = await startPbx();
		const bare = await connected(pbx, { control: null });
		const request = { extension: "101", to: "102" };
		await expect(bare.originate("one", request)).rejects.toMatchObject({
			code: "unavailable",
			message: /control account/,
		});
		await expect(bare.originate("none", request)).rejects.toMatchObject({ code: "unavailable" });
		const wrong = await connected(pbx, { control: { username: "control", secret: "wrong" } });
		await expect(wrong.originate("one", request)).rejects.toMatchObject({
			code: "unavailable",
			message: /refuses the login/,
		});
	});

	it("works through TLS, which the library does not know", async () => {
		const tls = {
			key: readFileSync(new URL("tls/key.pem", import.meta.url), "utf8"),
			cert: readFileSync(new URL("tls/cert.pem", import.meta.url), "utf8"),
		};
		const pbx = await startPbx({ tls });
		const fleet = await connected(pbx, { tls: { enabled: true, ca: tls.cert } });
		await fleet.originate("one", { extension: "101", to: "102" });
		expect(pbx.actions.some(({ action }) => action === "Originate")).toBe(true);
	});
});

describe("an injected line break", () => {
	it("is refused with nothing on the wire", async () => {
		let connections = 0;
		let received = "";
		const server = createServer((socket) => {
			connections++;
			socket.on("data", (chunk) => {
				received += chunk.toString();
			});
		});
		await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
		endings.push(() => new Promise((resolve) => server.close(resolve)));
		const address = server.address();
		const port = typeof address === "object" && address ? address.port : 0;
		const deps = {
			endpoint: { host: "127.0.0.1", port, tls: { enabled: false } },
			account: { username: "control", secret: accounts.control },
			clock: fastClock(1),
		};
		for (const evil of ["1\r\nAction: Command", "1\n", "1\r", "1\0"]) {
			const action = { name: "Originate", headers: { Exten: evil } } as const;
			await expect(perform(deps, action, "id")).rejects.toMatchObject({ code: "bad-request" });
			const named = { name: "Originate", headers: { [`Exten${evil}`]: "1" } } as const;
			await expect(perform(deps, named, "id")).rejects.toMatchObject({ code: "bad-request" });
		}
		expect([connections, received]).toEqual([0, ""]);
	});
});

describe("the doctor", () => {
	const levels = async (fleet: Fleet, access: PbxAccess) =>
		Object.fromEntries((await fleet.check(access)).map(({ code, level }) => [code, level]));

	it("finds a PBX in order", async () => {
		const pbx = await startPbx({ commands: { dzvin: ["CoreShowChannels"], control: ["Originate", "QueuePause"] } });
		const recordingsRoot = await mkdtemp(`${tmpdir()}/dzvin-recordings-`);
		endings.push(() => rm(recordingsRoot, { recursive: true }));
		const findings = await levels(launch(), accessTo(pbx, { recordingsRoot }));
		expect(findings).toMatchObject({
			port: "ok",
			tls: "ok",
			greeting: "ok",
			version: "ok",
			login: "ok",
			read: "ok",
			originate: "ok",
			pause: "ok",
			recordings: "ok",
		});
	});

	it("says what to mend, and never a secret", async () => {
		const pbx = await startPbx();
		const access = accessTo(pbx, { events: { username: "dzvin", secret: "wr0ng" }, recordingsRoot: "/nowhere/at/all" });
		const findings = await launch().check(access);
		expect(findings).toContainEqual(
			expect.objectContaining({ level: "error", code: "login-refused", mend: expect.stringContaining("[dzvin]") }),
		);
		expect(findings).toContainEqual(expect.objectContaining({ level: "error", code: "recordings" }));
		expect(findings.filter(({ level }) => level !== "ok").every(({ mend }) => mend)).toBe(true);
		expect(JSON.stringify(findings)).not.toContain("wr0ng");
	});

	it("does not send a secret over an open way to a PBX without login by challenge, and says so", async () => {
		const pbx = await startPbx();
		pbx.behaviour.denied.add("challenge");
		// The same machine by a name of which nobody can tell that it is.
		const access = accessTo(pbx, { host: "::ffff:127.0.0.1" });
		const fleet = launch();
		expect(await fleet.check(access)).toContainEqual(
			expect.objectContaining({ level: "error", code: "login-open", mend: expect.stringContaining("tlsenable") }),
		);
		fleet.set([access]);
		await until(() => fleet.state("one").state === "login-refused");
		expect(fleet.state("one").problem).toContain('the secret of "dzvin" was not sent');
		const order = fleet.originate("one", { extension: "101", to: "0501112233", callerName: "x" });
		await expect(order).rejects.toMatchObject({ code: "unavailable" });
		expect(pbx.actions.map(({ action }) => action)).not.toContain("Login");
		for (const secret of Object.values(accounts)) expect(pbx.received).not.toContain(secret);
	});

	it("stops where nothing answers", async () => {
		// Port 1: a port that was free a moment ago may be somebody else's now.
		expect(await levels(launch(), accessTo({ port: 1 }))).toEqual({
			port: "error",
			recordings: "warning",
			journal: "warning",
		});
	});

	it("tries a refused login again when the account is found mended", async () => {
		const pbx = await startPbx();
		pbx.behaviour.refuseLogin = true;
		const fleet = launch();
		fleet.set([accessTo(pbx)]);
		await until(() => fleet.state("one").state === "login-refused");
		pbx.behaviour.refuseLogin = false;
		await fleet.check(accessTo(pbx));
		await until(() => fleet.state("one").state === "connected");
	});
});
