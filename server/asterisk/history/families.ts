import { setImmediate as turn } from "node:timers/promises";
import type { JournalFamily } from "../../pbx-journal.ts";
import { celEvents } from "./cel.ts";
import type { CelRow } from "./cel-row.ts";

/** Rows of channels that share a linked id, a conversation, a pick-up or a transfer. */
export interface RowGroup {
	readonly rows: readonly CelRow[];
	/** Every channel's beginning is there. */
	readonly whole: boolean;
	readonly lastAt: number;
}

/** Rows worked on in one turn of the event loop: a day of a large company must not hold a pop-up up. */
const atOnce = 2000;

/** Sorts rows, in the order in which they were written, into customer contacts. People who only wait in one room are not tied. */
export async function groupsOf(rows: readonly CelRow[]): Promise<RowGroup[]> {
	const parents = new Map<string, string>();
	const root = (node: string): string => {
		let top = node;
		for (let above = parents.get(top); above !== undefined; above = parents.get(top)) top = above;
		for (let at = node; at !== top; ) {
			const above = parents.get(at) ?? top;
			parents.set(at, top);
			at = above;
		}
		return top;
	};
	const tie = (one: string, other: string) => {
		const [a, b] = [root(one), root(other)];
		if (a !== b) parents.set(a, b);
	};
	for (const [index, row] of rows.entries()) {
		if (index % atOnce === atOnce - 1) await turn();
		const channel = `channel ${row.id}`;
		tie(channel, `link ${row.family}`);
		const { bridge_id: bridge, bridge_technology: technology } = row.extra;
		if (bridge && technology !== "holding_bridge") tie(channel, `bridge ${bridge}`);
		for (const [key, id] of Object.entries(row.extra)) {
			if (key.endsWith("_uniqueid") && typeof id === "string" && id !== "") tie(channel, `channel ${id}`);
		}
	}
	const groups = new Map<string, { rows: CelRow[]; channels: Set<string>; started: Set<string>; lastAt: number }>();
	for (const [index, row] of rows.entries()) {
		if (index % atOnce === atOnce - 1) await turn();
		const top = root(`channel ${row.id}`);
		const group = groups.get(top) ?? { rows: [], channels: new Set(), started: new Set(), lastAt: row.at };
		groups.set(top, group);
		group.rows.push(row);
		group.channels.add(row.id);
		if (row.event === "CHAN_START") group.started.add(row.id);
		group.lastAt = Math.max(group.lastAt, row.at);
	}
	return [...groups.values()].map(({ channels, started, ...group }) => ({
		...group,
		whole: channels.size === started.size,
	}));
}

/** The contact in the words of the live road. */
export function familyOf({ rows, lastAt }: RowGroup): JournalFamily {
	const open = new Set<string>();
	for (const { event, id } of rows) {
		if (event === "CHAN_START") open.add(id);
		if (event === "CHAN_END" || event === "HANGUP") open.delete(id);
	}
	return {
		events: celEvents(rows),
		links: [...new Set(rows.map(({ family }) => family))],
		open: [...open],
		lastAt,
	};
}
