import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../server/asterisk/clock.ts";
import { createFleet, type Fleet } from "../../server/asterisk/fleet.ts";
import type { PbxAccess } from "../../server/pbx-access.ts";
import type { PbxEvent } from "../../server/pbx-event.ts";
import { accounts, type StartedLab, startLab } from "../lab/lab.ts";
import { until, watch } from "./waiting.ts";

describe("with a real Asterisk", { timeout: 60_000 }, () => {
	let started: StartedLab;
	let fleet: Fleet;
	let access: PbxAccess;
	const events: PbxEvent[] = [];

	beforeAll(async () => {
		started = await startLab();
		const { host, ami } = started.lab.address.pbx;
		access = {
			id: "lab",
			name: "Lab",
			host,
			port: ami,
			tls: { enabled: false },
			events: accounts.events,
			control: accounts.control,
			extensionPattern: "^\\d{3}$",
			recordingsRoot: started.lab.recordingsFolder,
			history: { kind: "cel-csv", path: `${started.lab.journalFolder}/cel-custom/Master.csv` },
			dial: { context: "internal" },
		};
		const log = () => {};
		fleet = createFleet({
			onEvents: (_, told) => events.push(...told),
			onState() {},
			log: { info: log, warn: log, error: log },
		});
		fleet.set([access]);
		await until(() => events.some((event) => event.kind === "snapshot"));
	}, 180_000);
	afterAll(async () => {
		await fleet?.stop();
		await started?.stop();
	}, 60_000);

	it("the doctor finds nothing to mend in the lab but what is so on purpose", async () => {
		// The PBX makes its journal with its first call.
		const floor = started.lab.floor(1);
		const call = await floor.customer({ from: "0501112233", to: floor.direct(1) });
		await floor.ringing(1);
		await call.hangUp();
		await floor.idle();
		const findings = await fleet.check(access);
		const levels = Object.fromEntries(findings.map(({ code, level }) => [code, level]));
		expect(levels).toEqual({
			port: "ok",
			tls: "ok",
			greeting: "ok",
			version: "ok",
			login: "ok",
			picture: "ok",
			write: "ok",
			read: "ok",
			numbering: "ok",
			originate: "ok",
			pause: "ok",
			recordings: "ok",
			journal: "ok",
		});
	});

	it("click to call: the agent's phone shows the client, the client is called by the agent", async () => {
		const floor = started.lab.floor(1);
		await floor.reset();
		await floor.phone(1, { does: "answer", after: 0.2 });
		await started.lab.phoneBank.behaviour("0501234567", { does: "answer", after: 0.2 });
		events.length = 0;
		await fleet.originate("lab", { extension: "101", to: "0501234567", callerName: "Олена Ї." });
		const dials = () => events.flatMap((event) => (event.kind === "dial.began" ? [event] : []));
		await until(() =>
			events.some((event) => event.kind === "dial.ended" && event.to.endpoint === "trunk" && event.result === "answer"),
		);
		expect(dials().map(({ to }) => to)).toMatchObject([
			{ endpoint: "101", connectedNumber: "0501234567", connectedName: "Олена Ї." },
			// What the client sees is the company's number, which the dialplan derives from the agent's.
			{ endpoint: "trunk", connectedNumber: "0442001001" },
		]);
		expect(events.some((event) => event.kind === "gap")).toBe(false);
		await started.lab.cliOnPbx("channel request hangup all");
		await floor.idle();
	});

	it("click to call: the agent's phone is busy, or knows nobody", async () => {
		const floor = started.lab.floor(1);
		await floor.phone(1, { does: "busy" });
		const busy = fleet.originate("lab", { extension: "101", to: "0501234567" });
		await expect(busy).rejects.toMatchObject({ code: "pbx-refused", message: expect.stringContaining("busy") });
		const nobody = fleet.originate("lab", { extension: "999", to: "0501234567" });
		await expect(nobody).rejects.toMatchObject({ code: "pbx-refused" });
		await floor.idle();
	});

	it("TLS with the PBX's own certificate, pinned or as its authority", async () => {
		const { host, amiTls } = started.lab.address.pbx;
		const ca = await readFile(started.lab.tlsCertificateFile, "utf8");
		const fingerprint = new X509Certificate(ca).fingerprint256;
		for (const tls of [
			{ enabled: true, ca },
			{ enabled: true, fingerprint },
		]) {
			const { connection, becomes } = watch(
				{ port: amiTls },
				{ endpoint: { host, port: amiTls, tls }, account: accounts.events, clock: systemClock },
			);
			connection.start();
			await becomes("connected");
			await connection.stop();
		}
	});

	it("an account without any write class hears events, and knows the boot by its age", async () => {
		const { host, ami } = started.lab.address.pbx;
		const {
			connection,
			becomes,
			events: heard,
		} = watch(
			{ port: ami },
			{ endpoint: { host, port: ami, tls: { enabled: false } }, account: accounts.eventsBare, clock: systemClock },
		);
		connection.start();
		await becomes("connected");
		await until(() => heard.some((event) => event.kind === "booted"));
		expect(heard.find((event) => event.kind === "booted")).toMatchObject({ boot: expect.stringMatching(/^up:\d+$/) });
		await connection.stop();
		const levels = await fleet.check({ ...access, id: "bare", events: accounts.eventsBare });
		expect(levels).toContainEqual(expect.objectContaining({ code: "picture", level: "warning" }));
	});
});
