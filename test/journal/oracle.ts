import type { Pool } from "pg";
import { expect } from "vitest";
import { rebuildCall } from "../../server/calls/journal/rebuild.ts";
import { rulesOf } from "../../server/calls/tracker-rules.ts";
import type { Calls } from "./calls.ts";
import { until } from "./servers.ts";

const mostRebuilt = 10;

/** A time in which no server listened, epoch milliseconds. */
export interface Blind {
	readonly from: number;
	readonly to: number;
}

/**
 * Nothing is missed, nothing is twice: for every family of linked ids that the PBX sent exactly one call and exactly one
 * obligation, all of them over and with the right end; and our journal has every call that was seen. What began and ended
 * while no server lived (`blind`) was sent to nobody: where the PBX keeps no journal, only that could know of it. Answers
 * how many calls there were, and how many of them came from the PBX's journal.
 */
export async function assertComplete(
	pool: Pool,
	pbxId: string,
	calls: Pick<Calls, "families" | "journal" | "over">,
	blind: readonly Blind[] = [],
): Promise<{ calls: number; recovered: number }> {
	await calls.over();
	const unseen = ({ first, last }: { first: number; last: number }) =>
		calls.journal === null && blind.some(({ from, to }) => first >= from && last <= to);
	const sent = new Set([...calls.families].flatMap(([family, times]) => (unseen(times) ? [] : [family])));
	if (sent.size < calls.families.size) console.log(`${calls.families.size - sent.size} calls were sent to nobody`);
	const read = async () =>
		(
			await pool.query<Row>(
				`select id, linked_id, ended_at is null as live, outcome, recovered,
					(select count(*)::int from obligations o where o.call_id = c.id) as owed
				from calls c where pbx_id = $1 order by linked_id collate "C"`,
				[pbxId],
			)
		).rows;
	const knows = calls.journal !== null;
	const lineOf = (family: string, outcome: string | undefined, live: boolean, owed: number) =>
		// What nobody saw of a call without a journal is a guess.
		`${family}${knows ? ` ${outcome}` : ""}, live ${live}, owed ${owed}`;
	const dueOf = (family: string) => lineOf(family, calls.families.get(family)?.outcome, false, 1);
	const toldOf = ({ linked_id, outcome, live, owed }: Row) => lineOf(linked_id, outcome, live, owed);
	const settled = async () => {
		const rows = await read();
		const stored = new Set(rows.map(({ linked_id }) => linked_id));
		return [...sent].every((family) => stored.has(family)) && rows.every((row) => toldOf(row) === dueOf(row.linked_id));
	};
	// The PBX's journal is read once a minute.
	await until("every call is over", settled, knows ? 90_000 : 30_000).catch(() => {});
	const rows = await read();
	// A killed server may have stored the beginning of what it did not live to see end.
	const stored = new Set(rows.map(({ linked_id }) => linked_id));
	const families = [...new Set([...sent, ...[...calls.families.keys()].filter((family) => stored.has(family))])].sort();
	const told = new Set(rows.map(toldOf));
	const due = new Set(families.map(dueOf));
	expect({
		missing: [...due].filter((line) => !told.has(line)),
		wrong: [...told].filter((line) => !due.has(line)),
	}).toEqual({ missing: [], wrong: [] });
	expect(rows).toHaveLength(families.length);
	const { rows: obligations } = await pool.query("select count(*)::int as n from obligations");
	expect(obligations).toEqual([{ n: families.length }]);
	const rules = rulesOf({ id: pbxId, extensionPattern: "^\\d{2,5}$" });
	const seen = rows.filter(({ linked_id, recovered }) => sent.has(linked_id) && !recovered);
	// Each is folded out of the events of minutes: of many calls some have to do.
	const every = Math.ceil(seen.length / mostRebuilt);
	for (const { id, linked_id } of seen.filter((_, at) => at % every === 0)) {
		const rebuilt = await rebuildCall(pool, [rules], id);
		expect([linked_id, rebuilt?.call.family]).toEqual([linked_id, linked_id]);
	}
	return { calls: families.length, recovered: rows.filter(({ recovered }) => recovered).length };
}

interface Row {
	readonly id: string;
	readonly linked_id: string;
	readonly live: boolean;
	readonly outcome: string;
	readonly recovered: boolean;
	readonly owed: number;
}
