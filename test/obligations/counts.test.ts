import { expect, test } from "vitest";
import { newId } from "../../db/id.ts";
import { countsOfPeople } from "../../server/obligations/counts.ts";
import { listObligations } from "../../server/obligations/list.ts";
import { ObligationListQuery } from "../../server/protocol/obligation.ts";
import { openCompany } from "../records/company.ts";

test("the figures of the tabs are the lengths of the lists, whoever has what and whatever went to the team", async () => {
	const company = await openCompany();
	try {
		const pool = company.database.pools.ui;
		const people = [
			await company.person("Олена", "agent", "101"),
			await company.person("Петро", "agent", "102"),
			await company.person("Марія", "supervisor", null),
		];
		const contacts = await Promise.all([1, 2, 3, 4].map((n) => company.contact(`Клієнт ${n}`, [])));
		// Every mixture of client, assignee, step and deadline comes about: the periods share no factor.
		for (let round = 0; round < 6; round++) {
			await company.rows("delete from obligations");
			for (let n = 0; n < 40; n++) {
				const at = n + round * 1_009;
				const missed = at % 5 !== 0;
				const contactId = at % 7 < 4 ? contacts[at % 7] : null;
				const number = at % 7 === 6 ? null : `+38050000000${at % 11}`;
				const step = missed && at % 3 === 0 ? (at % 2 === 0 ? "team" : "supervisor") : null;
				const assignee = [null, people[0]?.id, people[1]?.id][((at * 7) % 13) % 3];
				await company.rows(
					`insert into obligations (id, kind, call_id, call_started_at, contact_id, number, assignee_id, opened_at, due_at,
						escalated_to, escalated_at)
					values ($1, $2, $1, now(), $3, $4, $5, now(), now() + make_interval(mins => $6), $7,
						case when $7::text is not null then now() end)`,
					[newId(), missed ? "missed" : "call", contactId, number, assignee, ((at * 31) % 41) - 20, step],
				);
			}
			const counts = await countsOfPeople(pool, people);
			for (const person of people) {
				const length = async (query: Record<string, string>) =>
					(await listObligations(pool, person, ObligationListQuery.parse({ limit: "98", ...query }))).ids.length;
				expect(counts.get(person.id)).toEqual({
					mine: await length({ kind: "call", assignee: "me" }),
					team: await length({ kind: "call" }),
					missed: await length({ kind: "missed" }),
					overdue: await length({ overdue: "true" }),
					escalated: await length({ escalated: person.role === "agent" ? "team" : "supervisor" }),
				});
			}
		}
	} finally {
		await company.drop();
	}
});
