import { readFileSync } from "node:fs";
import type { Pool } from "pg";
import { expect } from "vitest";
import { rebuildCall } from "../../server/calls/journal/rebuild.ts";
import { fromJournal } from "../../server/calls/progress.ts";
import { rulesOf } from "../../server/calls/tracker-rules.ts";
import { assertHeld, type World } from "../faults/invariants.ts";
import { readPbxJournal } from "../faults/pbx-journal.ts";
import type { Calls } from "./calls.ts";

/** A time in which no server listened, epoch milliseconds. */
export interface Blind {
	readonly from: number;
	readonly to: number;
}

export interface Asked extends Partial<Pick<World, "faults" | "shown" | "tooMuch" | "differs">> {
	/** What began and ended then was sent to nobody: where the PBX keeps no journal, only that could know of it. */
	readonly blind?: readonly Blind[];
	/** So many calls are folded out of our journal again. */
	readonly mostRebuilt?: number;
}

/**
 * The oracle (assertHeld) of calls that were played: the list of what was sent, the PBX's own journal where it keeps one,
 * and the database agree; and our journal has every call that was seen, or that the PBX's told. Answers how many calls there were, and how many
 * of them came from the PBX's journal.
 */
export async function assertComplete(
	pool: Pool,
	pbxId: string,
	calls: Pick<Calls, "families" | "journal" | "over">,
	{ blind = [], mostRebuilt = 10, ...asked }: Asked = {},
): Promise<{ calls: number; recovered: number }> {
	await calls.over();
	const knows = calls.journal !== null;
	const contacts = [...calls.families].map(([family, { first, last, outcome }]) => ({
		linkedIds: new Set([family]),
		direction: "inbound" as const,
		// What nobody saw of a call without a journal is a guess.
		outcome: knows ? outcome : null,
		mayLack: !knows && blind.some(({ from, to }) => first >= from && last <= to),
	}));
	const unseen = contacts.filter(({ mayLack }) => mayLack).length;
	if (unseen > 0) console.log(`${unseen} calls were sent to nobody`);
	if (calls.journal !== null) {
		const told = readPbxJournal(readFileSync(calls.journal, "utf8")).contacts;
		expect(told.map(lineOf).sort()).toEqual(contacts.map(lineOf).sort());
	}
	// The PBX's journal is read once a minute.
	const within = knows ? 90_000 : 30_000;
	const held = await assertHeld({ pool, pbxId, contacts, readsJournal: knows, within, ...asked });
	const sent = contacts.filter(({ mayLack }) => !mayLack).flatMap(({ linkedIds }) => [...linkedIds]);
	const { rows: seen } = await pool.query<{ id: string; linked_id: string }>(
		`select id, linked_id from calls
		where pbx_id = $1 and (not recovered or progress >= ${fromJournal}) and linked_id = any($2)
		order by linked_id collate "C"`,
		[pbxId, sent],
	);
	const rules = rulesOf({ id: pbxId, extensionPattern: "^\\d{2,5}$" });
	// Each is folded out of the events of minutes: of many calls some have to do.
	const every = Math.ceil(seen.length / mostRebuilt);
	for (const { id, linked_id } of seen.filter((_, at) => at % every === 0)) {
		const rebuilt = await rebuildCall(pool, [rules], id);
		expect([linked_id, rebuilt?.call.family]).toEqual([linked_id, linked_id]);
	}
	return held;
}

const lineOf = ({ linkedIds, direction, outcome }: World["contacts"][number]) =>
	`${[...linkedIds].join("+")} ${direction} ${outcome}`;
