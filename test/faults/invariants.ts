import type { Pool } from "pg";
import { expect } from "vitest";
import { type MadeFault, wrongWithBlindTimes } from "./made-faults.ts";
import type { Contact } from "./pbx-journal.ts";
import { wrongWithDebts } from "./wrong-with-debts.ts";

/** What is asked after every fault. */
export interface World {
	readonly pool: Pool;
	readonly pbxId: string;
	/** What there was on the PBX; `mayLack`: it was told to nobody, and need not be known. */
	readonly contacts: readonly (Contact & { readonly mayLack?: boolean })[];
	/** The server reads the PBX's own journal. */
	readonly readsJournal: boolean;
	/** Whatever was done that kept the server from seeing the PBX; left out: only none may still last. */
	readonly faults?: readonly MadeFault[];
	/** Ids of calls and obligations that were on somebody's screen. */
	readonly shown?: ReadonlySet<string>;
	/** What still waits in the server, or is more than it may take; in words. */
	readonly tooMuch?: () => Promise<readonly string[]>;
	/** Screens whose picture is not the server's; in words. */
	readonly differs?: () => Promise<readonly string[]>;
	/** Milliseconds that it may take until all is as it should be. */
	readonly within: number;
}

/** A call as the database has it. */
export interface CallRow {
	readonly id: string;
	readonly linkedId: string;
	readonly direction: string;
	readonly outcome: string;
	readonly live: boolean;
	readonly owed: number;
}

/** What is wrong with the calls; all empty: nothing is. */
export interface WrongCalls {
	readonly missing: readonly string[];
	readonly twice: readonly string[];
	readonly wrong: readonly string[];
	/** Calls of which the PBX knows nothing. */
	readonly invented: readonly string[];
}

/**
 * Complete: for every contact that the PBX knows exactly one call, over, with the PBX's own direction and outcome, and
 * exactly one obligation where the outside took part; no call that the PBX knows nothing of.
 */
export function wrongWithCalls(contacts: World["contacts"], rows: readonly CallRow[]): WrongCalls {
	const [missing, twice, wrong]: [string[], string[], string[]] = [[], [], []];
	const byLink = Map.groupBy(rows, ({ linkedId }) => linkedId);
	const claimed = new Set<string>();
	for (const { linkedIds, direction, outcome, mayLack } of contacts) {
		const name = [...linkedIds].join("+");
		const found = [...linkedIds].flatMap((link) => byLink.get(link) ?? []);
		for (const { id } of found) claimed.add(id);
		const [call] = found;
		if (call === undefined) {
			if (!mayLack) missing.push(name);
			continue;
		}
		if (found.length > 1) twice.push(name);
		const due = { direction, outcome: outcome ?? call.outcome, live: false, owed: direction === "internal" ? 0 : 1 };
		const is = { direction: call.direction, outcome: call.outcome, live: call.live, owed: call.owed };
		const [told, wanted] = [is, due].map((one) => JSON.stringify(one));
		if (told !== wanted) wrong.push(`${name} is ${told}, should be ${wanted}`);
	}
	const invented = rows.filter(({ id }) => !claimed.has(id)).map(({ linkedId }) => linkedId);
	return { missing, twice, wrong, invented };
}

/**
 * The one oracle of "nothing is missed", asked after every fault: complete, durable, owed, honest, bounded and converged
 * (reliability.md). Whatever made the calls, a phone bank, a replay or the PBX's own journal, is a list of contacts here.
 * Answers how many of them there were, and how many calls came from the PBX's journal.
 */
export async function assertHeld(world: World): Promise<{ calls: number; recovered: number }> {
	const end = Date.now() + world.within;
	let verdict = await judge(world);
	while (Object.values(verdict).some((wrong) => wrong.length > 0) && Date.now() < end) {
		await new Promise((done) => setTimeout(done, 200));
		verdict = await judge(world);
	}
	expect(verdict).toEqual(Object.fromEntries(Object.keys(verdict).map((kind) => [kind, []])));
	const { rows } = await world.pool.query<{ calls: number; recovered: number }>(
		`select count(*)::int as calls, count(*) filter (where recovered)::int as recovered from calls where pbx_id = $1`,
		[world.pbxId],
	);
	return rows[0] ?? { calls: 0, recovered: 0 };
}

async function judge(world: World) {
	const { pool, pbxId, contacts, readsJournal, faults, shown } = world;
	const { rows } = await pool.query<CallRow>(
		`select c.id, c.linked_id as "linkedId", c.direction, c.outcome, c.ended_at is null as live,
			(select count(*)::integer from obligations o where o.call_id = c.id) as owed
		from calls c where c.pbx_id = $1`,
		[pbxId],
	);
	return {
		...wrongWithCalls(contacts, rows),
		debts: await wrongWithDebts(pool),
		blind: await wrongWithBlindTimes(pool, pbxId, { readsJournal, faults }),
		gone: shown ? await goneOf(pool, shown) : [],
		tooMuch: (await world.tooMuch?.()) ?? [],
		differs: (await world.differs?.()) ?? [],
	};
}

/** Durable: of what was once shown, that which is there no more; a call that became part of another one is there. */
async function goneOf(pool: Pool, shown: ReadonlySet<string>): Promise<string[]> {
	const { rows } = await pool.query<{ id: string }>(
		`select id from unnest($1::uuid[]) as s(id) where not exists (select 1 from calls c where c.id = s.id)
			and not exists (select 1 from merged_calls m where m.call_id = s.id)
			and not exists (select 1 from obligations o where o.id = s.id)`,
		[[...shown]],
	);
	return rows.map(({ id }) => id);
}
