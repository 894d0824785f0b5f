import { expect, test } from "vitest";
import { countsOfPeople } from "../../server/obligations/counts.ts";
import { listObligations } from "../../server/obligations/list.ts";
import { ObligationListQuery } from "../../server/protocol/obligation.ts";
import { type Company, ended, monday, openCompany } from "../records/company.ts";
import { planOf, sentDuring } from "../support/plans.ts";

const number = "+380501234567";
const second = 1_000;
const count = 5_000;

test("a machine that called five thousand times for nothing is stored as quickly as it calls, and one talk settles all of it", async () => {
	const company = await openCompany({ conversationSeconds: 5, callBackWithinMinutes: 20, processWithinMinutes: 120 });
	try {
		await company.person("Олена", "agent", "101");
		const petro = await company.person("Петро", "agent", "102");
		const at = (seconds: number) => ({ startedAt: monday + seconds * second, rawNumber: number });
		await company.record(ended("answered", "102", at(-3600)));
		const first = ended("missed", "101", at(0));
		await company.record(first);
		await again(company, company.idOf(first), count);
		const open = () =>
			company.rows(
				`select count(*)::int as n, min(attempts) as least, max(attempts) as most, array_agg(distinct assignee_id) as who
				from obligations where kind = 'missed' and settled_at is null`,
			);
		// A statement that looks at each call for each debt takes longer than the database allows.
		company.told.length = 0;
		await company.record(ended("missed", "102", { ...at(10.5), direction: "outbound" }));
		expect(await open()).toEqual([{ n: count, least: 0, most: 1, who: [petro.id] }]);
		// The try is owed a word itself; of the client's missed calls people hear of the one that stands on the list.
		expect(opened(company)).toEqual([
			{ kind: "call", attempts: 0, times: 1 },
			{ kind: "missed", attempts: 1, times: 999 },
		]);
		company.told.length = 0;
		await company.record(ended("missed", "101", at(count + 60)));
		expect(opened(company)).toEqual([{ kind: "missed", attempts: 0, times: 999 }]);
		expect(await open()).toMatchObject([{ n: count + 1 }]);
		await company.record(ended("answered", "102", at(count + 120)));
		expect(await open()).toMatchObject([{ n: 0 }]);
		const settled = company.told.filter(({ kind }) => kind === "obligation.settled");
		expect(settled).toHaveLength(count + 1);
	} finally {
		await company.drop();
	}
}, 60_000);

test("lists and figures look at each missed call of one client a few times, not at all of them for each", async () => {
	const company = await openCompany();
	try {
		const agent = await company.person("Олена", "agent", "101");
		const lead = await company.person("Марія", "supervisor", null);
		const first = ended("missed", "101", { startedAt: monday, rawNumber: number });
		await company.record(first);
		const pool = company.database.pools.ui;
		const reads = [agent, lead].flatMap((person) => [
			() => countsOfPeople(pool, [person]),
			() => listObligations(pool, person, ObligationListQuery.parse({ limit: "50" })),
		]);
		const many = 1_000;
		await again(company, company.idOf(first), many);
		for (const read of reads) {
			for (const sent of await sentDuring(pool, read)) {
				expect((await planOf(pool, sent)).rows).toBeLessThan(20 * many);
			}
		}
	} finally {
		await company.drop();
	}
});

/** What people heard is owed since `told` was emptied. */
const opened = ({ told }: Company) =>
	told
		.flatMap(({ kind, event }) => {
			if (kind !== "obligation.opened" || !("obligation" in event)) return [];
			const { kind: of, attempts, times } = event.obligation;
			return [{ kind: of, attempts, times }];
		})
		.sort((a, b) => a.kind.localeCompare(b.kind));

/** The same call again and again, each second one, until there are so many; the newest lies first in its table. */
async function again(company: Company, callId: string, count: number): Promise<void> {
	const others = async (table: string, but: string) => {
		const [row] = await company.rows(
			`select string_agg(quote_ident(column_name), ', ') as names from information_schema.columns
			where table_name = $1 and is_generated = 'NEVER' and column_name <> all($2)`,
			[table, but.split(" ")],
		);
		return String(row?.names);
	};
	const ofCall = await others("calls", "id linked_id started_at ended_at");
	const ofDebt = await others("obligations", "id call_id call_started_at opened_at due_at");
	// A call's id begins with its time.
	await company.rows(
		`with moments as materialized (
			select n, started_at + n * interval '1 second' as at from calls, generate_series(1, $2::integer - 1) n where id = $1
		),
		made as (
			insert into calls (id, linked_id, started_at, ended_at, ${ofCall})
			select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '70008' || lpad(to_hex(n), 15, '0'))::uuid,
				'again-' || n, at, at + interval '11 seconds', ${ofCall}
			from moments, calls where id = $1
			returning id, started_at
		)
		insert into obligations (id, call_id, call_started_at, opened_at, due_at, ${ofDebt})
		select made.id, made.id, made.started_at, made.started_at, debt.due_at + (made.started_at - debt.opened_at), ${ofDebt}
		from made, obligations debt where debt.call_id = $1
		order by made.started_at desc`,
		[callId, count],
	);
	await company.rows("update obligations set attempts = attempts where call_id = $1", [callId]);
	await company.rows("analyze calls, obligations, legs");
}
