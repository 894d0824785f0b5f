import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { createWriter, type Writer } from "../../server/calls/writer.ts";
import { type RoadToDatabase, roadToDatabase } from "../faults/road-to-database.ts";
import { seeded } from "../support/seeded.ts";
import { type Company, call, ended, leg, openCompany } from "./company.ts";

/** DZVIN_LOST_ANSWERS=1000 for the full count. */
const rounds = Number(process.env.DZVIN_LOST_ANSWERS ?? 30);
const chance = seeded(Number(process.env.DZVIN_SEED ?? 1));

let company: Company;
let road: RoadToDatabase;
let writer: Writer;
const said: string[] = [];
const log = {
	warn: (_: unknown, text: string) => said.push(text),
	error: (_: unknown, text: string) => said.push(text),
};

const isCommit = (sent: Buffer) =>
	/write-(calls|running-call)/.test(sent.toString("latin1")) || sent.includes("commit");

beforeAll(async () => {
	company = await openCompany({}, async (url) => {
		road = await roadToDatabase(url);
		return road.url;
	});
	await company.person("Олена", "agent", "101");
	writer = createWriter(company.pbxId, { recorder: company.recorder, log, wait: async () => {} });
});
afterAll(async () => {
	await company.drop();
	await road.proxy.close();
});
afterEach(() => {
	said.length = 0;
});

const save = async (...calls: ReturnType<typeof call>[]) => {
	writer.add(
		calls.map((one) => ({ kind: "changed", call: one })),
		1,
	);
	writer.kick();
	await writer.idle();
	await company.recorder.idle();
};

test(
	`a commit whose answer was lost, ${rounds} times, leaves exactly one call and one debt each time`,
	async () => {
		for (let round = 0; round < rounds; round++) {
			const before = road.proxy.lost;
			const isRunning = chance() < 0.5;
			const one = isRunning
				? call({ legs: [leg("101", Date.parse("2026-11-16T08:00:01Z"))] })
				: ended("missed", "101", { rawNumber: `05055${String(round).padStart(5, "0")}` });
			road.loseNextCommit(isCommit);
			await save(one);
			expect(road.proxy.lost, `round ${round}`).toBe(before + 1);
			const id = company.idOf(one);
			expect(await company.rows("select 1 from calls where linked_id = $1", [one.family])).toHaveLength(1);
			expect(await company.rows("select 1 from obligations where call_id = $1", [id])).toHaveLength(1);
			expect(await company.rows("select 1 from legs where call_id = $1", [id])).toHaveLength(1);
		}
		const told = company.told.filter(({ kind }) => kind === "obligation.opened");
		expect(new Set(told.map(({ event }) => Reflect.get(Reflect.get(event, "obligation"), "id"))).size).toBe(rounds);
		const counted =
			"select (select count(*)::int from calls) as calls, (select count(*)::int from obligations) as owed";
		expect(await company.rows(counted)).toEqual([{ calls: rounds, owed: rounds }]);
		console.log(`${road.proxy.lost} answers lost; ${rounds} calls, ${rounds} debts, none twice`);
	},
	60_000 + rounds * 200,
);

test("while the database is away calls wait, only their newest facts, and nothing is lost", async () => {
	road.proxy.shut();
	const calls = Array.from({ length: 50 }, () => call());
	for (const one of calls) {
		for (let n = 0; n < 10; n++) writer.add([{ kind: "changed", call: { ...one, ivr: "1".repeat(n) } }], 1);
		writer.kick();
	}
	expect(writer.waiting()).toBeLessThanOrEqual(50);
	road.proxy.open();
	await writer.idle();
	const rows = await company.rows("select ivr from calls where linked_id = any($1)", [calls.map((one) => one.family)]);
	expect(rows).toEqual(calls.map(() => ({ ivr: "111111111" })));
	expect(said).toContain("Storing calls is tried again.");
});

test("a call that the database refuses is said and left out; the others of its batch are stored", async () => {
	const refused = call({ legs: [leg("101", Date.parse("2026-11-16T08:00:01Z"), { index: 40_000 })] });
	const others = Array.from({ length: 9 }, () => call());
	await save(...others.slice(0, 4), refused, ...others.slice(4));
	const rows = await company.rows("select 1 from calls where linked_id = any($1)", [
		[refused, ...others].map((one) => one.family),
	]);
	expect(rows).toHaveLength(9);
	expect(said).toEqual(["The database refuses this call: it is not stored."]);
});

test("a server that stops does not wait for a database that is away", async () => {
	const other = createWriter(company.pbxId, { recorder: company.recorder, log });
	road.proxy.shut();
	other.add([{ kind: "changed", call: call() }], 1);
	await other.stop();
	expect(said.at(-1)).toBe("Stopped before these calls could be stored.");
	road.proxy.open();
});

test("a write that our own new token overtook is written with that token; one that another server's overtook is left to it", async () => {
	await company.rows("insert into pbx_writers (pbx_id, token, holder) values ($1, 2, 'a test')", [company.pbxId]);
	let fenced = 0;
	const showing = (...tokens: number[]) =>
		createWriter(company.pbxId, {
			...{ recorder: company.recorder, log },
			token: () => (tokens.length > 1 ? tokens.shift() : tokens[0]) ?? null,
			onFenced: () => fenced++,
		});
	const [ours, theirs] = [call(), call()];
	for (const [one, shown] of [
		[ours, showing(1, 2)],
		[theirs, showing(1)],
	] as const) {
		shown.add([{ kind: "changed", call: one }], 1);
		shown.kick();
		await shown.idle();
	}
	const stored = async (family: string) =>
		(await company.rows("select 1 from calls where linked_id = $1", [family])).length;
	expect([await stored(ours.family), await stored(theirs.family), fenced]).toEqual([1, 0, 1]);
});
