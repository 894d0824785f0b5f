import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Pool } from "pg";
import { expect } from "vitest";
import type { Lab } from "../lab/lab.ts";

/** All channels of one customer contact, as the PBX's own journal shows them. */
export interface JournalFamily {
	readonly linkedIds: ReadonlySet<string>;
	/** Somebody from outside took part, or was meant to. */
	readonly external: boolean;
}

/**
 * The oracle of "nothing is missed": the phone bank's own list of the calls that people outside made, and the PBX's own
 * journal, have the same calls; for every family of linked ids in the journal there is exactly one call, and exactly one
 * obligation where the outside took part; no call that the PBX knows nothing of. Answers what was counted.
 */
export async function assertInvariants(pool: Pool, pbxId: string, lab: Lab) {
	const journal = await readJournal(lab);
	const made = lab.phoneBank.fromOutside.map(({ from, to }) => `${from} calls ${to}`).sort();
	expect(journal.flatMap(arrivalOf).sort()).toEqual(made);
	const families = familiesOf(journal);
	const { rows } = await pool.query<{ linked_id: string; direction: string; live: boolean; owed: number }>(
		`select c.linked_id, c.direction, c.ended_at is null as live,
			(select count(*)::integer from obligations o where o.call_id = c.id) as owed
		from calls c where c.pbx_id = $1`,
		[pbxId],
	);
	const orphans = await pool.query<{ call_id: string }>(
		"select call_id from obligations o where not exists (select 1 from calls c where c.id = o.call_id)",
	);
	const missing: string[] = [];
	const twice: string[] = [];
	const wrong: string[] = [];
	const claimed = new Set<string>();
	for (const family of families) {
		const name = [...family.linkedIds].join("+");
		const calls = rows.filter((row) => family.linkedIds.has(row.linked_id));
		for (const { linked_id } of calls) claimed.add(linked_id);
		const [call] = calls;
		if (!call) missing.push(name);
		else if (calls.length > 1) twice.push(name);
		else if (call.owed !== (family.external ? 1 : 0)) wrong.push(`${name}: ${call.direction}, owed ${call.owed} times`);
		else if (call.live) wrong.push(`${name}: still live`);
	}
	const unknown = rows.filter((row) => !claimed.has(row.linked_id)).map((row) => row.linked_id);
	expect({ missing, twice, wrong, unknown, orphans: orphans.rows }).toEqual({
		missing: [],
		twice: [],
		wrong: [],
		unknown: [],
		orphans: [],
	});
	return { made: made.length, families: families.length, external: families.filter(({ external }) => external).length };
}

interface Entry {
	readonly event: string;
	readonly context: string;
	readonly channel: string;
	readonly uniqueId: string;
	readonly linkedId: string;
	readonly numbers: readonly string[];
	readonly extra: Readonly<Record<string, unknown>>;
}

/** The journal as CSV: reading it cannot hold up the PBX, as reading its SQLite file could. */
async function readJournal(lab: Lab): Promise<Entry[]> {
	const text = await readFile(join(lab.journalFolder, "cel-custom/Master.csv"), "utf8");
	return records(text).map((fields) => {
		const [event = "", , , number = "", , , dialled = "", exten = "", context = "", channel = ""] = fields;
		const [uniqueId = "", linkedId = "", , , , extra = ""] = fields.slice(14);
		return {
			event,
			context,
			channel,
			uniqueId,
			linkedId,
			numbers: [number, dialled, exten],
			extra: parsed(extra),
		};
	});
}

/** Records of quoted fields (RFC 4180). */
function records(text: string): string[][] {
	const all: string[][] = [];
	let fields: string[] = [];
	for (const [, quoted, end] of text.matchAll(/"((?:[^"]|"")*)"(,|\r?\n|$)/g)) {
		fields.push((quoted ?? "").replaceAll('""', '"'));
		if (end === ",") continue;
		all.push(fields);
		fields = [];
	}
	return all;
}

function parsed(extra: string): Readonly<Record<string, unknown>> {
	try {
		return JSON.parse(extra) ?? {};
	} catch {
		return {};
	}
}

/** Groups what shares a channel, a linked id, a conversation or a pick-up; waiting rooms tie nobody. */
function familiesOf(journal: readonly Entry[]): JournalFamily[] {
	const parent = new Map<string, string>();
	const root = (node: string): string => {
		const above = parent.get(node) ?? node;
		if (above === node) return node;
		const top = root(above);
		parent.set(node, top);
		return top;
	};
	const tie = (one: string, other: string) => parent.set(root(one), root(other));
	const channelIds = new Map(journal.map(({ channel, uniqueId }) => [channel, uniqueId]));
	for (const { event, uniqueId, linkedId, extra } of journal) {
		tie(`channel ${uniqueId}`, `link ${linkedId}`);
		if (event === "BRIDGE_ENTER" && extra.bridge_technology !== "holding_bridge") {
			tie(`channel ${uniqueId}`, `bridge ${extra.bridge_id}`);
		}
		for (const name of [extra.pickup_channel, extra.channel2_name, extra.transferee_channel_name]) {
			const other = typeof name === "string" ? channelIds.get(name) : undefined;
			if (other) tie(`channel ${uniqueId}`, `channel ${other}`);
		}
	}
	const groups = Map.groupBy(journal, ({ uniqueId }) => root(`channel ${uniqueId}`));
	return [...groups.values()].map((entries) => ({
		linkedIds: new Set(entries.map(({ linkedId }) => linkedId)),
		external: entries.some(({ channel, numbers }) => channel.startsWith("PJSIP/trunk-") || numbers.some(isOutside)),
	}));
}

/** Somebody outside called; what the PBX itself sends out begins without a number. */
function arrivalOf({ event, context, channel, numbers: [from, , to] }: Entry): string[] {
	const arrived =
		event === "CHAN_START" && context === "from-trunk" && channel.startsWith("PJSIP/trunk-") && to !== "s";
	return arrived ? [`${from} calls ${to}`] : [];
}

/** Click to call whose agent never picked up: the customer is only a number. */
function isOutside(number: string): boolean {
	return /^(\+|0)\d{8,}$/.test(number);
}
