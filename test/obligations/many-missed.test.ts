import { expect, test } from "vitest";
import { ended, monday, openCompany } from "../records/company.ts";

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
		const others = async (table: string, but: string) => {
			const [row] = await company.rows(
				`select string_agg(quote_ident(column_name), ', ') as names from information_schema.columns
				where table_name = $1 and is_generated = 'NEVER' and column_name <> all($2)`,
				[table, but.split(" ")],
			);
			return String(row?.names);
		};
		const ofCall = await others("calls", "id linked_id started_at ended_at");
		const ofDebt = await others("obligations", "id call_id call_started_at");
		// The same call again, each second one.
		await company.rows(
			`with again as (
				insert into calls (id, linked_id, started_at, ended_at, ${ofCall})
				select gen_random_uuid(), 'again-' || n, started_at + n * interval '1 second', ended_at + n * interval '1 second', ${ofCall}
				from calls, generate_series(1, $2::integer - 1) n where id = $1
				returning id, started_at
			)
			insert into obligations (id, call_id, call_started_at, ${ofDebt})
			select gen_random_uuid(), again.id, again.started_at, ${ofDebt}
			from again, (select ${ofDebt} from obligations where call_id = $1) debt`,
			[company.idOf(first), count],
		);
		await company.rows("analyze calls, obligations, legs");
		const open = () =>
			company.rows(
				`select count(*)::int as n, min(attempts) as least, max(attempts) as most, array_agg(distinct assignee_id) as who
				from obligations where kind = 'missed' and settled_at is null`,
			);
		// A statement that looks at each call for each debt takes longer than the database allows.
		await company.record(ended("missed", "102", { ...at(10.5), direction: "outbound" }));
		expect(await open()).toEqual([{ n: count, least: 0, most: 1, who: [petro.id] }]);
		await company.record(ended("missed", "101", at(count + 60)));
		expect(await open()).toMatchObject([{ n: count + 1 }]);
		await company.record(ended("answered", "102", at(count + 120)));
		expect(await open()).toMatchObject([{ n: 0 }]);
	} finally {
		await company.drop();
	}
}, 60_000);
