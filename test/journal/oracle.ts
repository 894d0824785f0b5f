import type { Pool } from "pg";
import { expect } from "vitest";
import { rebuildCall } from "../../server/calls/journal/rebuild.ts";
import { rulesOf } from "../../server/calls/tracker-rules.ts";
import { type Calls, until } from "./servers.ts";

/** A time in which no server listened, epoch milliseconds. */
export interface Blind {
	readonly from: number;
	readonly to: number;
}

/**
 * Nothing is missed, nothing is twice: for every family of linked ids that the PBX sent exactly one call and exactly one
 * obligation, all of them over; and the journal has every call. What began and ended while no server lived (`blind`) was
 * sent to nobody: of that only the PBX's own journal can know. Answers how many calls there were.
 */
export async function assertComplete(
	pool: Pool,
	pbxId: string,
	calls: Calls,
	blind: readonly Blind[] = [],
): Promise<number> {
	await calls.over();
	const unseen = ({ first, last }: { first: number; last: number }) =>
		blind.some(({ from, to }) => first >= from && last <= to);
	const sent = [...calls.families].flatMap(([family, times]) => (unseen(times) ? [] : [family]));
	if (sent.length < calls.families.size) console.log(`${calls.families.size - sent.length} calls were sent to nobody`);
	const read = async () =>
		(
			await pool.query<{ id: string; linked_id: string; live: boolean; owed: number }>(
				`select id, linked_id, ended_at is null as live,
					(select count(*)::int from obligations o where o.call_id = c.id) as owed
				from calls c where pbx_id = $1 order by linked_id collate "C"`,
				[pbxId],
			)
		).rows;
	const settled = async () => {
		const rows = await read();
		return sent.every((family) => rows.some((row) => row.linked_id === family)) && rows.every(({ live }) => !live);
	};
	await until("every call is over", settled, 30_000).catch(() => {});
	const rows = await read();
	// A killed server may have stored the beginning of what it did not live to see end.
	const stored = new Set(rows.map(({ linked_id }) => linked_id));
	const families = [...new Set([...sent, ...[...calls.families.keys()].filter((family) => stored.has(family))])].sort();
	expect(rows.map(({ linked_id, live, owed }) => ({ linked_id, live, owed }))).toEqual(
		families.map((linked_id) => ({ linked_id, live: false, owed: 1 })),
	);
	const { rows: obligations } = await pool.query("select count(*)::int as n from obligations");
	expect(obligations).toEqual([{ n: families.length }]);
	const rules = rulesOf({ id: pbxId, extensionPattern: "^\\d{2,5}$" });
	for (const { id, linked_id } of rows) {
		if (!sent.includes(linked_id)) continue;
		const rebuilt = await rebuildCall(pool, [rules], id);
		expect([linked_id, rebuilt?.call.family]).toEqual([linked_id, linked_id]);
	}
	return families.length;
}
