import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Pool } from "pg";
import { expect } from "vitest";
import { assertHeld, type World } from "../faults/invariants.ts";
import { readPbxJournal } from "../faults/pbx-journal.ts";
import type { Lab } from "../lab/lab.ts";

/**
 * The oracle (assertHeld) of the lab: the phone bank's own list of the calls that people outside made, the PBX's own
 * journal, and the database agree. `readsJournal`: the server reads that journal too. Answers what was counted.
 */
export async function assertInvariants(
	pool: Pool,
	pbxId: string,
	lab: Lab,
	more: Partial<Pick<World, "faults" | "shown" | "tooMuch" | "readsJournal" | "within">> = {},
) {
	// CSV: reading it cannot hold up the PBX, as reading its SQLite file could.
	const text = await readFile(join(lab.journalFolder, "cel-custom/Master.csv"), "utf8");
	const { contacts, arrivals } = readPbxJournal(text);
	const made = lab.phoneBank.fromOutside.map(({ from, to }) => `${from} calls ${to}`).sort();
	expect(arrivals).toEqual(made);
	await assertHeld({ pool, pbxId, contacts, readsJournal: false, within: 20_000, ...more });
	const external = contacts.filter(({ direction }) => direction !== "internal").length;
	return { made: made.length, families: contacts.length, external };
}
