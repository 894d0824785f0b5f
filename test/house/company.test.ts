import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createPbxs, type Pbxs } from "../../server/company/pbxs.ts";
import { refusedLogins } from "../../server/company/refused-logins.ts";
import { createSettings } from "../../server/company/settings.ts";
import { createEventBus } from "../../server/events.ts";
import { PbxInput, PbxPatch } from "../../server/protocol/pbx.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let own: TestDatabase;
const bus = createEventBus((_listener, _kind, error) => {
	throw error;
});
beforeAll(async () => {
	own = await testDatabase();
});
afterAll(() => own.drop());

describe("company settings", () => {
	test("a company begins with the standard settings of its country and keeps what it changed", async () => {
		const first = createSettings({ database: own.database, bus, country: "UA" });
		await first.start();
		expect(first.current()).toMatchObject({ country: "UA", timeZone: "Europe/Kyiv", currency: "UAH" });
		await first.update({ companyName: "ТОВ «Степ»", areaCode: "44" });
		const second = createSettings({ database: own.database, bus, country: "PL" });
		await second.start();
		expect(second.current()).toMatchObject({ country: "UA", companyName: "ТОВ «Степ»", areaCode: "44" });
	});

	test("settings that make no sense are refused with the fields", async () => {
		const settings = createSettings({ database: own.database, bus, country: "UA" });
		await settings.start();
		const never = Array.from({ length: 7 }, () => null);
		await expect(settings.update({ timeZone: "Europe/Atlantis" })).rejects.toMatchObject({
			fields: { timeZone: "not a time zone" },
		});
		await expect(settings.update({ workingHours: never })).rejects.toMatchObject({
			fields: { workingHours: "no working day" },
		});
		expect(settings.current().timeZone).toBe("Europe/Kyiv");
	});
});

describe("PBXs", () => {
	const secretKey = randomBytes(32);
	let pbxs: Pbxs;
	let told: string[];
	const stanzas = () => ({ events: "[dzvin]", control: "" });
	beforeEach(() => {
		told = [];
		bus.on("pbx.changed", "test", ({ pbxId }) => {
			told.push(pbxId);
		});
		pbxs = createPbxs({ database: own.database, bus, secretKey, stateOf: () => null, stanzas });
	});
	const input = (name: string) =>
		PbxInput.parse({
			name,
			host: "10.0.0.2",
			events: { username: "dzvin", secret: "events-secret" },
			control: { username: "dzvin-control", secret: "control-secret" },
			tls: { fingerprint: "ab".repeat(32) },
			recordings: { root: "/var/spool/asterisk/monitor" },
			history: { kind: "cel-sqlite", path: "/var/log/asterisk/master.db" },
		});

	test("a new PBX is answered at once, told to the fleet, and shown without secrets", async () => {
		const pbx = await pbxs.create(input("Office"));
		expect(pbx).toMatchObject({ state: "connecting", tls: true, extensionPattern: "^\\d{2,5}$", demo: false });
		expect(JSON.stringify(pbx)).not.toContain("secret");
		expect(told).toEqual([pbx.id]);
		expect(await pbxs.access(pbx.id)).toMatchObject({
			events: { username: "dzvin", secret: "events-secret" },
			control: { username: "dzvin-control", secret: "control-secret" },
			tls: { enabled: true },
		});
	});

	test("no secret stands open in the database", async () => {
		await pbxs.create(input("Sealed"));
		const rows = await own.database.ui.execute(sql`select row_to_json(pbxs)::text as row from pbxs`);
		expect(JSON.stringify(rows.rows)).not.toMatch(/events-secret|control-secret/);
	});

	test("an IPv6 address in brackets is kept as one that can be called, also where the journal is", async () => {
		const history = { kind: "postgres", host: "[fd00::6]", username: "cel", secret: "cel-secret" };
		const pbx = await pbxs.create(PbxInput.parse({ ...input("Six"), host: "[fd00::5]", history }));
		expect(await pbxs.access(pbx.id)).toMatchObject({ host: "fd00::5", history: { host: "fd00::6" } });
	});

	test("what was refused with other settings is forgotten with them, for every account of that PBX", async () => {
		const pbx = await pbxs.create(input("Refused"));
		const list = refusedLogins(own.database.pools.ui, pbx.id);
		for (const account of ["dzvin", "control"]) await list.add(account, Date.now());
		const other = refusedLogins(own.database.pools.ui, (await pbxs.create(input("Other"))).id);
		await other.add("dzvin", Date.now());
		await pbxs.patch(pbx.id, PbxPatch.parse({ port: 5039 }));
		const count = async (of: typeof list, account: string) => (await of.take(account, 0, () => 1)).refusedAt.length;
		expect([await count(list, "dzvin"), await count(list, "control"), await count(other, "dzvin")]).toEqual([0, 0, 1]);
	});

	test("a patch keeps what it does not name", async () => {
		const pbx = await pbxs.create(input("Patched"));
		await pbxs.patch(pbx.id, PbxPatch.parse({ port: 5039 }));
		expect(await pbxs.access(pbx.id)).toMatchObject({
			host: "10.0.0.2",
			port: 5039,
			events: { secret: "events-secret" },
			recordingsRoot: "/var/spool/asterisk/monitor",
		});
	});

	test("secrets do not follow a PBX to another machine: whoever moves it enters them again", async () => {
		const pbx = await pbxs.create(input("Moved"));
		const again = { "events.secret": "enter again", "control.secret": "enter again" };
		for (const patch of [{ host: "10.0.0.66" }, { tls: false }, { tls: { fingerprint: "cd".repeat(32) } }]) {
			await expect(pbxs.patch(pbx.id, PbxPatch.parse(patch))).rejects.toMatchObject({
				code: "validation",
				fields: again,
			});
		}
		const events = { username: "dzvin", secret: "fresh" };
		const half = PbxPatch.parse({ host: "10.0.0.66", events });
		await expect(pbxs.patch(pbx.id, half)).rejects.toMatchObject({ fields: { "control.secret": "enter again" } });
		expect(await pbxs.access(pbx.id)).toMatchObject({ host: "10.0.0.2", events: { secret: "events-secret" } });

		const control = { username: "dzvin-control", secret: "fresh too" };
		await pbxs.patch(pbx.id, PbxPatch.parse({ host: "10.0.0.66", events, control }));
		expect(await pbxs.access(pbx.id)).toMatchObject({ host: "10.0.0.66", events, control });
		// The same host written again is no move; without a control account there is no second secret.
		await pbxs.patch(pbx.id, PbxPatch.parse({ host: "10.0.0.66", control: null }));
		expect(await pbxs.patch(pbx.id, PbxPatch.parse({ host: "10.0.0.2", events }))).toMatchObject({ control: null });
	});

	test("a patch with null takes the control account and the folder of recordings away", async () => {
		const pbx = await pbxs.create(input("Without control"));
		const left = await pbxs.patch(pbx.id, PbxPatch.parse({ control: null, recordings: null }));
		expect(left).toMatchObject({ control: null, recordings: null });
		expect(await pbxs.access(pbx.id)).toMatchObject({ control: null, recordingsRoot: null });
		const { rows } = await own.database.ui.execute(sql`select control_secret_sealed from pbxs where id = ${pbx.id}`);
		expect(rows).toEqual([{ control_secret_sealed: null }]);
	});

	test("two PBXs cannot have one name, but a removed one frees its name", async () => {
		const pbx = await pbxs.create(input("Same"));
		await expect(pbxs.create(input("Same"))).rejects.toMatchObject({ code: "conflict", fields: { name: "taken" } });
		await pbxs.hide(pbx.id);
		await expect(pbxs.access(pbx.id)).rejects.toMatchObject({ code: "not-found" });
		await expect(pbxs.create(input("Same"))).resolves.toMatchObject({ name: "Same" });
	});

	test("a PBX whose secrets do not open is left out, the others are listened to", async () => {
		const broken: string[] = [];
		const rekeyed = createPbxs({
			database: own.database,
			bus,
			secretKey: randomBytes(32),
			stateOf: () => null,
			stanzas,
		});
		const fresh = await rekeyed.create(input("After a lost key"));
		const list = await rekeyed.accessList((name) => broken.push(name));
		expect(list.map((access) => access.id)).toEqual([fresh.id]);
		expect(broken).toContain("Office");
	});

	test("the secret of a journal's database is sealed, never shown, and stays for the same server and user only", async () => {
		const history = { kind: "mysql" as const, host: "10.0.0.2", username: "dzvin", secret: "journal-secret" };
		const { id } = await pbxs.create(PbxInput.parse({ ...input("Journal in MariaDB"), history }));
		const { secret: _, ...kept } = history;
		expect(await pbxs.find(id)).toMatchObject({ history: { ...kept, tls: false } });
		expect(JSON.stringify(await pbxs.find(id))).not.toContain("journal-secret");
		const { rows } = await own.database.ui.execute(sql`select history from pbxs where id = ${id}`);
		expect(rows).toHaveLength(1);
		expect(JSON.stringify(rows)).not.toContain("journal-secret");
		const all = { port: 3306, database: "asteriskcdrdb", table: "cel", secret: "journal-secret", tls: null };
		expect((await pbxs.access(id)).history).toEqual({ ...kept, ...all });

		await pbxs.patch(id, { history: { ...kept, table: "cel_old" } });
		expect((await pbxs.access(id)).history).toMatchObject({ table: "cel_old", secret: "journal-secret" });
		const elsewhere = [
			{ host: "10.6.6.6" },
			{ port: 3307 },
			{ username: "root" },
			{ kind: "postgres" as const },
			{ tls: { ca: readFileSync(new URL("../asterisk/tls/cert.pem", import.meta.url), "utf8") } },
		];
		for (const other of elsewhere) {
			await expect(pbxs.patch(id, { history: { ...kept, ...other } })).rejects.toMatchObject({
				code: "validation",
				fields: { "history.secret": expect.any(String) },
			});
		}
		await pbxs.patch(id, { history: { kind: "cdr-csv", path: "/var/log/asterisk/cdr-csv/Master.csv" } });
		expect((await pbxs.access(id)).history).toEqual({ kind: "cdr-csv", path: "/var/log/asterisk/cdr-csv/Master.csv" });
		await pbxs.hide(id);
	});

	test.each([
		[{ host: "169.254.169.254" }, "host"],
		[{ extensionPattern: "(" }, "extensionPattern"],
		[{ extensionPattern: "^(\\d+)+$" }, "extensionPattern"],
		[{ recordings: { root: "monitor" } }, "recordings.root"],
		[{ history: { kind: "cel-csv" as const, path: "Master.csv" } }, "history.path"],
		[{ history: { kind: "mysql" as const, host: "169.254.169.254", username: "dzvin", secret: "s" } }, "history.host"],
		[{ history: { kind: "postgres" as const, host: "10.0.0.2", username: "dzvin" } }, "history.secret"],
		[
			{ history: { kind: "mysql" as const, host: "10.0.0.2", username: "d", secret: "s", tls: { ca: "PEM" } } },
			"history.tls.ca",
		],
		[{ tls: { fingerprint: "zz" } }, "tls.fingerprint"],
	])("%j is refused", async (patch, field) => {
		const whole = PbxInput.parse({ ...input(`Wrong ${field}`), ...patch });
		await expect(pbxs.create(whole)).rejects.toMatchObject({
			code: "validation",
			fields: { [field]: expect.any(String) },
		});
	});
});
