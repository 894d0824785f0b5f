import { afterAll, beforeAll, expect, test } from "vitest";
import { newId } from "../../db/id.ts";
import { type Company, ended, monday, openCompany } from "../records/company.ts";
import { assertHeld, type World } from "./invariants.ts";

/** An oracle that finds nothing wrong may be blind: here every kind of wrong is made, one at a time. */
let company: Company;
let world: World;
let agent: string;
const one = ended("answered", "101");
const missed = ended("missed", "101", { rawNumber: "0509999999" });
const hour = 3_600_000;

beforeAll(async () => {
	company = await openCompany();
	agent = (await company.person("Олена", "agent", "101")).id;
	await company.record(one, missed);
	await company.rows(
		`insert into blind_windows (id, pbx_id, from_at, to_at, cause, reconciled_at) values ($1, $2, $3, $4, $5, $4)`,
		[newId(), company.pbxId, new Date(monday).toISOString(), new Date(monday + 10_000).toISOString(), "link-lost"],
	);
	world = {
		pool: company.database.pools.ui,
		pbxId: company.pbxId,
		contacts: [one, missed].map(({ family, direction, outcome }) => ({
			linkedIds: new Set([family]),
			...{ direction, outcome },
		})),
		readsJournal: true,
		faults: [{ cause: "link-lost", from: monday, to: monday + 10_000 }],
		shown: new Set([company.idOf(one)]),
		within: 0,
	};
});
afterAll(() => company.drop());

test("what agrees is held", async () => {
	expect(await assertHeld(world)).toEqual({ calls: 2, recovered: 0 });
});

const contact = (family: string): World["contacts"][number] => ({
	linkedIds: new Set([family]),
	direction: "inbound",
	outcome: "answered",
});
test.each<[string, string, () => Partial<World>]>([
	["a contact without a call", "missing", () => ({ contacts: [...world.contacts, contact("1.1")] })],
	["a call that the PBX does not know", "invented", () => ({ contacts: world.contacts.slice(1) })],
	[
		"two calls of one contact",
		"twice",
		() => ({ contacts: [{ ...contact(one.family), linkedIds: new Set([one.family, missed.family]) }] }),
	],
	[
		"another outcome than the PBX's",
		"wrong",
		() => ({ contacts: world.contacts.map((known) => ({ ...known, outcome: "answered" as const })) }),
	],
	[
		"another direction than the PBX's",
		"wrong",
		() => ({ contacts: world.contacts.map((known, at) => (at === 0 ? { ...known, direction: "outbound" } : known)) }),
	],
	["a shown call that is gone", "gone", () => ({ shown: new Set([newId()]) })],
	["a fault of which no row tells", "blind", () => ({ faults: [fault("link-lost", hour), ...(world.faults ?? [])] })],
	["a fault of another cause", "blind", () => ({ faults: [fault("server-stopped", 0)] })],
	["a blind time that nobody made", "blind", () => ({ faults: [] })],
	["what still waits", "tooMuch", () => ({ tooMuch: async () => ["events wait"] })],
	["a screen that shows something else", "differs", () => ({ differs: async () => ["a screen"] })],
])("it sees %s", async (_, kind, wrong) => {
	await expect(assertHeld({ ...world, ...wrong() })).rejects.toMatchObject({ actual: { [kind]: [expect.anything()] } });
});
const fault = (cause: "link-lost" | "server-stopped", after: number) => ({
	...{ cause, from: monday + after, to: monday + after + 10_000 },
});

test.each([
	["a call that lives on", "wrong", "update calls set ended_at = null where id = $1 and $2::uuid is not null"],
	["a call that nobody owes", "wrong", "delete from obligations where call_id = $1 and $2::uuid is not null"],
	[
		"a debt that a status closed which is not there",
		"debts",
		"update obligations set settled_at = now(), settled_how = 'disposition', settled_by_id = $2 where call_id = $1",
	],
	[
		"a debt that somebody dismissed for no reason",
		"debts",
		"update obligations set settled_at = now(), settled_how = 'dismissed', settled_by_id = $2 where call_id = $1",
	],
	[
		"a debt that is open although it was processed",
		"debts",
		`insert into dispositions (id, call_id, call_started_at, status, comment, user_id)
		select gen_random_uuid(), id, started_at, 'in_work', 'said', $2 from calls where id = $1`,
	],
	[
		"a blind time that lasts",
		"blind",
		"update blind_windows set to_at = null where $1::uuid is not null and $2::uuid is not null",
	],
	[
		"a blind time that was not looked up",
		"blind",
		"update blind_windows set reconciled_at = null where $1::uuid is not null and $2::uuid is not null",
	],
])("it sees %s", async (_, kind, harm) => {
	const { pool } = world;
	const db = await pool.connect();
	try {
		await db.query("begin");
		await db.query(harm, [company.idOf(one), agent]);
		const within = { ...world, pool: Object.assign(Object.create(pool), { query: db.query.bind(db) }) };
		await expect(assertHeld(within)).rejects.toMatchObject({ actual: { [kind]: [expect.anything()] } });
	} finally {
		await db.query("rollback");
		db.release();
	}
});
