import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { newId } from "../../db/id.ts";
import type { Person } from "../../server/http.ts";
import { owedFigures } from "../../server/obligations/figures.ts";
import { type Company, openCompany } from "../records/company.ts";

let company: Company;
let olena: Person;
let petro: Person;
const robots = 1_201;

beforeAll(async () => {
	company = await openCompany();
	olena = await company.person("Олена", "agent", "101");
	petro = await company.person("Петро", "agent", "102");
});
afterAll(() => company.drop());
beforeEach(() => company.rows("delete from obligations"));

interface Debts {
	readonly kind: "call" | "missed";
	readonly numbers: readonly string[];
	/** Due so many minutes ago for the first, a second less for each next. */
	readonly overdue: number;
	readonly assignee?: Person;
	readonly supervisor?: boolean;
}
async function owe({ kind, numbers, overdue, assignee, supervisor = false }: Debts): Promise<void> {
	await company.rows(
		`insert into obligations (id, call_id, call_started_at, kind, number, assignee_id, opened_at, due_at, escalated_at, escalated_to)
		select id, id, now(), $3, number, $4, at - interval '20 minutes', at, case when $6 then at end,
			case when $6 then 'supervisor' end
		from unnest($1::uuid[], $2::text[]) with ordinality as given(id, number, n)
		cross join lateral (select now() - make_interval(mins => $5) + make_interval(secs => n) as at) due`,
		[numbers.map(() => newId()), numbers, kind, assignee?.id ?? null, overdue, supervisor],
	);
}
const clients = (count: number, from = 0) =>
	Array.from({ length: count }, (_, n) => `+38050${String(from + n).padStart(7, "0")}`);
const robot = Array(robots).fill("+380999999999");
const figures = () => owedFigures(company.database.pools.ui, new Date(Date.now() - 3_600_000));

test("a machine that calls a thousand times is one client, and hides none of those who wait behind it", async () => {
	await owe({ kind: "missed", numbers: robot, overdue: 300, supervisor: true });
	await owe({ kind: "missed", numbers: clients(50), overdue: 30, supervisor: true });
	const { missed, escalated, overdue } = await figures();
	expect(missed.open).toBe(51);
	expect(escalated.open).toBe(51);
	expect(overdue).toMatchObject([{ user: null, calls: 0, missed: 51 }]);
	// The one who waits longest, to the second.
	const rows = await company.rows("select min(opened_at) as oldest, min(due_at) as due from obligations");
	expect([{ oldest: new Date(missed.oldest ?? ""), due: new Date(overdue[0]?.oldest ?? "") }]).toEqual(rows);
});

test("what a machine makes one person late with hides nothing of what others are late with", async () => {
	await owe({ kind: "missed", numbers: robot, overdue: 300, assignee: olena });
	await owe({ kind: "call", numbers: clients(5), overdue: 200, assignee: olena });
	await owe({ kind: "call", numbers: clients(2, 9_000), overdue: 40, assignee: petro });
	await owe({ kind: "missed", numbers: clients(3, 8_000), overdue: 35, assignee: petro });
	// Nobody's; Petro owes one of these clients a call, too.
	await owe({ kind: "missed", numbers: clients(2, 8_002), overdue: 30 });
	await owe({ kind: "missed", numbers: clients(4, 7_000), overdue: -60, assignee: petro });
	const { overdue, missed, unprocessed } = await figures();
	expect(overdue.map(({ user, calls, missed: late }) => [user?.name ?? null, calls, late])).toEqual([
		["Олена", 5, 1],
		["Петро", 2, 3],
		[null, 0, 1],
	]);
	expect(missed.open).toBe(1 + 4 + 4);
	expect(unprocessed.open).toBe(7);
});

test("withheld numbers are a client each, and no figure counts beyond a thousand", async () => {
	await company.rows(
		`insert into obligations (id, call_id, call_started_at, kind, opened_at, due_at)
		select id, id, now(), 'missed', now(), now() - interval '1 minute' from unnest($1::uuid[]) id`,
		[robot.map(() => newId())],
	);
	const { missed, overdue } = await figures();
	expect(missed.open).toBe(1_000);
	expect(overdue).toMatchObject([{ user: null, missed: 1_000 }]);
});
