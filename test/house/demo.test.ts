import { createHmac, randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { parsePhoneNumberFromString } from "libphonenumber-js/max";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createUsers } from "../../server/access/users.ts";
import { startLoopbackPbx } from "../../server/asterisk/loopback/loopback-pbx.ts";
import { createPbxs } from "../../server/company/pbxs.ts";
import { standardSettings } from "../../server/company/standard-settings.ts";
import { fold } from "../../server/contacts/fold.ts";
import { createDemo, type Demo } from "../../server/demo/demo.ts";
import { demoPeople, languages } from "../../server/demo/people.ts";
import { customerOf, recast, scenarios } from "../../server/demo/scenarios.ts";
import { createEventBus } from "../../server/events.ts";
import { PbxInput } from "../../server/protocol/pbx.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { projectFolder } from "../support/programs.ts";

describe("the demo's people", () => {
	const people = demoPeople(3);

	test("there are at least 200, in three languages, with companies and owners", () => {
		for (const language of languages) {
			expect(
				people.filter((person) => person.language === language && person.kind === "person").length,
			).toBeGreaterThan(66);
		}
		expect(people.filter((person) => person.company !== null).length).toBeGreaterThan(60);
		expect(new Set(people.map((person) => person.owner))).toEqual(new Set([null, 0, 1, 2]));
	});

	test("every number is a telephone number, and some stand with several people", () => {
		const numbers = people.flatMap((person) => person.numbers);
		expect(numbers.filter((number) => !parsePhoneNumberFromString(number)?.isValid())).toEqual([]);
		expect(new Set(numbers).size).toBeLessThan(numbers.length);
	});
});

describe("a demo call", () => {
	test.each(scenarios.map((scenario) => [scenario.id, scenario] as const))(
		"%s is played from a recorded trace with its own people",
		(_id, scenario) => {
			const trace = readFileSync(join(projectFolder, "test/traces", `${scenario.trace}.ami`), "utf8");
			expect(trace).toContain(`PJSIP/${scenario.extensions[0]}-`);
			const customer = customerOf(trace);
			expect(customer.number === "").toBe(scenario.id === "withheld");
			const change = recast(scenario, customer, {
				extensions: ["777", "778", "779"],
				caller: { number: "+12025550123", name: "" },
				recordings: "/demo",
			});
			const played = trace.split("\r\n\r\n").map(change).join("\r\n\r\n");
			expect(played).toContain("PJSIP/777-");
			expect(played).not.toMatch(new RegExp(`PJSIP/(${scenario.extensions.join("|")})-`));
			expect(played).not.toContain("/srv/asterisk/spool/monitor/20");
			if (customer.number !== "") expect(played).not.toContain(customer.number);
		},
	);
});

describe("the demo in a server", () => {
	let own: TestDatabase;
	let demo: Demo;
	const dataDir = mkdtempSync(join(tmpdir(), "dzvin-demo-"));
	const secretKey = randomBytes(32);
	const stanzas = () => ({ events: "", control: "" });

	beforeAll(async () => {
		own = await testDatabase();
		demo = newDemo();
	});
	afterAll(async () => {
		await demo.stop();
		await own.drop();
		rmSync(dataDir, { recursive: true, force: true });
	});

	const newDemo = (wanted = true): Demo => {
		const { database } = own;
		const bus = createEventBus((_listener, _kind, error) => {
			throw error;
		});
		const pbxs = createPbxs({ database, bus, secretKey, stateOf: () => null, stanzas });
		const users = createUsers({ db: database.ui, bus });
		return createDemo({
			database,
			bus,
			secretKey,
			dataDir,
			wanted,
			settings: () => standardSettings("UA"),
			startPbx: startLoopbackPbx,
			async createPbx(id, { name, host, port, events, control, recordingsRoot }) {
				const recordings = { root: recordingsRoot };
				await pbxs.create(PbxInput.parse({ name, host, port, events, control, recordings }), { id, demo: true });
			},
			async movePbx(id, pbx) {
				await pbxs.patch(id, pbx);
			},
			createUser: (user) => users.create(user, { id: null, ipAddress: null }),
			fold,
			settled: async () => {},
			now: Date.now,
			log: { info() {}, warn() {}, error() {} },
		});
	};
	const count = async (table: string): Promise<unknown> =>
		(await own.database.ui.execute(sql.raw(`select count(*)::int as n from ${table}`))).rows[0]?.n;

	test("fills an empty server with people, a past and sounds", async () => {
		await demo.start();
		expect(demo.state().present).toBe(true);
		expect(await count("contacts where demo and kind = 'person'")).toBeGreaterThanOrEqual(200);
		expect(await count("calls")).toBeGreaterThan(300);
		expect(await count("calls_other")).toBe(0);
		expect(await count("obligations where settled_at is null")).toBeGreaterThan(3);
		expect(await count("obligations o where not exists (select from calls where id = o.call_id)")).toBe(0);
		expect(await count("calls c where not exists (select from obligations where call_id = c.id)")).toBe(0);
		expect(await count("calls where ended_at > now()")).toBe(0);
		const sounds = await own.database.ui.execute(sql`select distinct path, bytes::int as bytes from recordings`);
		for (const { path, bytes } of sounds.rows) expect(readFileSync(String(path))).toHaveLength(Number(bytes));
	});

	test("names who may sign in, the same after a restart", async () => {
		const logins = demo.logins();
		expect(logins.map((login) => login.role)).toEqual(["agent", "agent", "agent", "supervisor"]);
		await demo.stop();
		expect(demo.state()).toEqual({ present: false, scenarios: [] });
		demo = newDemo(false);
		await demo.start();
		expect(demo.logins()).toEqual(logins);
		expect(await count("pbxs where demo")).toBe(1);
	});

	test("a simulated call rings at the extension of the person who asks", async () => {
		const [pbx] = (await own.database.ui.execute(sql`select port from pbxs`)).rows;
		const secret = createHmac("sha256", secretKey).update("demo demo-events").digest("hex");
		const socket = createConnection({ host: "127.0.0.1", port: Number(pbx?.port) });
		let heard = "";
		socket.on("data", (chunk) => {
			heard += chunk.toString();
		});
		socket.write(`Action: Login\r\nUsername: demo-events\r\nSecret: ${secret}\r\n\r\n`);
		await expect.poll(() => heard).toContain("Event: FullyBooted");
		await demo.simulate("known-client", "102");
		await expect.poll(() => heard).toMatch(/Event: DialBegin[\s\S]*DestChannel: PJSIP\/102-/);
		socket.destroy();
		await expect(demo.simulate("known-client", null)).rejects.toMatchObject({ code: "conflict" });
		await expect(demo.simulate("nothing", "102")).rejects.toMatchObject({ code: "not-found" });
	});

	test("goes in one go and leaves nothing behind", async () => {
		await demo.remove();
		for (const table of [
			"calls",
			"legs",
			"recordings",
			"obligations",
			"dispositions",
			"notes",
			"tasks",
			"contacts",
			"contact_numbers",
			"pbxs",
			"users",
		]) {
			expect([table, await count(table)]).toEqual([table, 0]);
		}
		expect(existsSync(join(dataDir, "demo-recordings"))).toBe(false);
		expect(demo.state().present).toBe(false);
		await expect(demo.remove()).rejects.toMatchObject({ code: "not-found" });
	});

	test("a server in use is not filled", async () => {
		await own.database.ui.execute(
			sql`insert into contacts (id, name, search) values (gen_random_uuid(), 'Real', 'real')`,
		);
		const late = newDemo();
		await late.start();
		expect(late.state().present).toBe(false);
	});
});
