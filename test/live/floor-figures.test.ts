import pg from "pg";
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from "vitest";
import { newId } from "../../db/id.ts";
import type { SavedCall } from "../../server/events.ts";
import type { FloorFigures } from "../../server/protocol/floor.ts";
import { say } from "../../server/protocol/sentences.ts";
import { type Running, runServer, type Visitor } from "../access/running.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { seeded } from "../support/seeded.ts";
import { type Agent, incoming, moment, popOf } from "./calls.ts";
import { type Listener, listen } from "./listener.ts";

/** What the floor is told is what the database says: counted here once more, row by row. */

let ahead = 0;
let own: TestDatabase;
let database: pg.Client;
let house: Running;
let boss: Visitor;
const people: Agent[] = [];
const open: Listener[] = [];

const over = {
	now: () => Date.now() + ahead,
	live: {
		popFor: async (saved: SavedCall) => popOf(saved),
		liveCallsOf: async () => ({ ringing: [], talking: [] }),
		times: { checkEvery: 50, floorEvery: 50 },
	},
};

beforeAll(async () => {
	own = await testDatabase();
	database = new pg.Client({ connectionString: own.url });
	await database.connect();
	house = await runServer({}, over, own.url);
	for (const [n, name] of ["Олена", "Petro", "Іра", "Nobody's late"].entries())
		people.push({ ...(await house.hire("agent", `10${n + 1}`, name)), name, extension: `10${n + 1}` });
	boss = await house.hire("supervisor", null, "Boss");
});
afterEach(() => {
	for (const listener of open.splice(0)) {
		expect(listener.problems).toEqual([]);
		listener.end();
	}
});
afterAll(async () => {
	await house.end();
	await database.end();
	await own.drop();
});
const wall = async (server = house): Promise<Listener> => {
	const listener = await listen(server.base, boss.cookie);
	open.push(listener);
	listener.say({ type: "watch", floor: true });
	await listener.heard("floor");
	return listener;
};
/** The figures from now on: what was under way may be of before. */
async function figures(floor: Listener, fits: (figures: FloorFigures) => boolean = () => true): Promise<FloorFigures> {
	const known = new Set(floor.of("floor.figures"));
	await floor.heard("floor.figures", (message) => !known.has(message));
	for (const message of floor.of("floor.figures")) known.add(message);
	return (await floor.heard("floor.figures", (message) => !known.has(message) && fits(message.figures))).figures;
}

interface Debt {
	readonly id: string;
	readonly kind: "call" | "missed";
	readonly contact_id: string | null;
	readonly number: string | null;
	readonly assignee_id: string | null;
	readonly opened_at: Date;
	readonly due_at: Date;
	readonly escalated_to: string | null;
}
const clientOf = ({ contact_id, number, id }: Debt) => contact_id ?? number ?? id;
const oldest = (moments: readonly Date[]) =>
	moments.length === 0 ? null : new Date(Math.min(...moments.map(Number))).toISOString();

/** The same figures, made of every open row by hand. */
async function counted() {
	const { rows } = await database.query<Debt>("select * from obligations where settled_at is null");
	const [calls, missed] = (["call", "missed"] as const).map((kind) => rows.filter((row) => row.kind === kind));
	const clients = (of: readonly Debt[]) => ({
		open: new Set(of.map(clientOf)).size,
		oldest: oldest(of.map((debt) => debt.opened_at)),
	});
	// A client is overdue once, with whoever owes it first.
	const first = Map.groupBy(
		(missed ?? []).toSorted((a, b) => Number(a.due_at) - Number(b.due_at)),
		clientOf,
	);
	const late = Map.groupBy(
		[...(calls ?? []), ...[...first.values()].flatMap(([one]) => one ?? [])].filter(
			({ due_at: due }) => due.getTime() < Date.now(),
		),
		({ assignee_id: id }) => id,
	);
	const overdue = [...late].map(([id, debts]) => ({
		user: people.flatMap((one) => (one.id === id ? { id, name: one.name } : []))[0] ?? null,
		calls: debts.filter(({ kind }) => kind === "call").length,
		missed: debts.filter(({ kind }) => kind === "missed").length,
		oldest: oldest(debts.map((debt) => debt.due_at)),
	}));
	return {
		missed: clients(missed ?? []),
		escalated: clients((missed ?? []).filter(({ escalated_to: to }) => to === "supervisor")),
		unprocessed: { open: calls?.length ?? 0, oldest: oldest((calls ?? []).map((debt) => debt.opened_at)) },
		overdue: overdue.sort((a, b) => b.calls + b.missed - a.calls - a.missed || Number(a.oldest) - Number(b.oldest)),
	};
}
const told = ({ missed, escalated, unprocessed, overdue }: FloorFigures) => ({
	missed,
	escalated,
	unprocessed,
	overdue,
});

/** Debts of the last days: of everybody or nobody, of few clients or many, late or not. */
async function owe(kind: Debt["kind"], count: number, chance: () => number): Promise<void> {
	const rows = Array.from({ length: count }, () => {
		const assignee = chance() < 0.2 ? undefined : people[Math.floor(chance() * 4)];
		// The fourth of them has new ones only. Nothing becomes overdue while the test counts.
		const hours = chance() * (assignee === people[3] ? 20 : 72);
		const opened = Date.now() - (hours > 24 && hours < 30 ? 20 : hours) * 3_600_000;
		const due = opened + 27 * 3_600_000;
		const supervisor = kind === "missed" && chance() < 0.2;
		return {
			...{ id: newId(), kind, call_id: newId(), call_started_at: new Date(opened), opened_at: new Date(opened) },
			...{ due_at: new Date(due), assignee_id: assignee?.id ?? null },
			number: chance() < 0.05 ? null : `+3805000${String(Math.floor(chance() * 400)).padStart(5, "0")}`,
			...{ escalated_to: supervisor ? "supervisor" : null, escalated_at: supervisor ? new Date(opened) : null },
		};
	});
	await database.query(
		`insert into obligations (id, kind, call_id, call_started_at, opened_at, due_at, assignee_id, number, escalated_to, escalated_at)
		select id, kind, call_id, call_started_at, opened_at, due_at, assignee_id, number, escalated_to, escalated_at
		from json_populate_recordset(null::obligations, $1)`,
		[JSON.stringify(rows)],
	);
}

test("what is owed, the oldest of it and what is overdue by person are what the rows say, and follow them", async () => {
	const chance = seeded(Number(process.env.SEED ?? 3));
	const floor = await wall();
	expect(told(await figures(floor))).toEqual(await counted());
	await owe("call", 700, chance);
	await owe("missed", 600, chance);
	const many = told(await figures(floor, ({ unprocessed }) => unprocessed.open > 0));
	expect(many).toEqual(await counted());
	expect(many.unprocessed.open).toBe(700);
	expect(many.missed.open).toBeGreaterThan(200);
	expect(many.missed.open).toBeLessThan(600);
	expect(many.overdue.map(({ user }) => user?.name ?? null).sort()).toEqual(["Petro", "Іра", "Олена", null].sort());
	// Somebody works through the oldest half of it; the oldest of what is left is another one.
	await database.query(
		`update obligations set settled_at = now(), settled_how = 'dismissed' where id in (
			select id from obligations order by opened_at limit 650)`,
	);
	const fewer = told(await figures(floor, ({ unprocessed }) => unprocessed.open < 700));
	expect(fewer).toEqual(await counted());
	expect(fewer.missed.oldest).not.toBe(many.missed.oldest);
	await database.query("update obligations set settled_at = now(), settled_how = 'dismissed' where settled_at is null");
	expect(told(await figures(floor, ({ unprocessed }) => unprocessed.open === 0))).toEqual({
		...{ missed: { open: 0, oldest: null }, escalated: { open: 0, oldest: null }, overdue: [] },
		unprocessed: { open: 0, oldest: null },
	});
});

test("a PBX stands with when it was counted last, and with what is wrong with its journal", async () => {
	const admin = await house.admin();
	const body = { name: "office", host: "127.0.0.1", port: 1, events: { username: "dzvin", secret: "a secret" } };
	const made = await house.call("POST", "/api/pbx", { cookie: admin, body });
	expect(made.status).toBe(201);
	const at = new Date(Date.now() - 5 * 3_600_000);
	const problem = say("journal.unreadable", { file: "/Master.csv", reason: "EACCES" });
	await database.query(
		`insert into observations (pbx_id, since_at, until_at, counted_at, families, calls, external, obligations,
			journal_problem, journal_said) values ($1, $2, $2, $2, 7, 7, 5, 5, $3, $4)`,
		[made.json.id, at, problem.message, JSON.stringify([problem.said])],
	);
	const floor = await wall();
	const { links } = await figures(floor, ({ links: [link] }) => link?.daily !== null);
	expect(links).toMatchObject([
		{
			...{ id: made.json.id, daily: { at: at.toISOString(), families: 7, missing: 0 } },
			...{ journalProblem: problem.message, journalSaid: [problem.said] },
		},
	]);
});

test("times to the screen are what the browsers said, survive a restart, and begin anew at the company's midnight", async () => {
	const [olena] = people;
	if (olena === undefined) throw new Error("Nobody works here");
	const screen = await listen(house.base, await house.signIn(await emailOf(olena.id)));
	open.push(screen);
	await screen.heard("snapshot");
	const floor = await wall();
	expect((await figures(floor)).paint).toEqual({ count: 0, p50: null, p95: null });
	for (let n = 0; n < 40; n += 1) {
		const call = incoming();
		// As late as it is: the last two of forty are beyond the 95th of a hundred.
		const receivedAt = over.now() - (n < 38 ? 100 * (n + 1) : 60_000);
		house.dzvin.bus.emit("call.saved", { ...moment(call, { ringing: [olena] }), receivedAt });
		const { seq } = await screen.heard("call.ringing", (message) => message.call.id === call.id);
		screen.say({ type: "painted", callId: call.id, seq });
		// Twice is once.
		screen.say({ type: "painted", callId: call.id, seq });
		await screen.settled();
		house.dzvin.bus.emit("call.saved", moment(call, { past: [olena], ended: true }));
	}
	const measured = house.log.flatMap((line) => {
		const { msg, seconds } = JSON.parse(line);
		return msg === "pop-up painted" ? [seconds * 1000] : [];
	});
	const { paint } = await figures(floor, (one) => one.paint.count >= 40);
	expect(measured).toHaveLength(40);
	const sorted = measured.toSorted((a, b) => a - b);
	const near = (value: number | null, at: number) =>
		expect(Math.abs(Number(value) / Number(sorted[at]) - 1)).toBeLessThan(0.03);
	expect(paint.count).toBe(40);
	near(paint.p50, 19);
	near(paint.p95, 37);
	const rows = await database.query(
		"select sum(count)::int as count, count(distinct day)::int as days from paint_times",
	);
	expect(rows.rows).toEqual([{ count: 40, days: 1 }]);

	for (const listener of open.splice(0)) listener.end();
	await house.end();
	house = await runServer({}, over, own.url);
	const again = await wall();
	expect((await figures(again)).paint).toEqual(paint);

	const { json } = await house.call("GET", "/api/settings", { cookie: await house.admin() });
	const clock = new Date(over.now()).toLocaleTimeString("en-GB", { timeZone: json.timeZone });
	const [hours = 0, minutes = 0] = clock.split(":").map(Number);
	ahead += ((24 - hours) * 60 - minutes + 1) * 60_000;
	onTestFinished(() => {
		ahead = 0;
	});
	expect((await figures(again, (one) => one.paint.count === 0)).paint).toEqual({ count: 0, p50: null, p95: null });
});

async function emailOf(id: string): Promise<string> {
	const { rows } = await database.query("select email from users where id = $1", [id]);
	return String(rows[0]?.email);
}
