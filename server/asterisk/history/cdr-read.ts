import { setImmediate as turn } from "node:timers/promises";
import type { JournalFamily, JournalReading } from "../../pbx-journal.ts";
import { cdrEvents } from "./cdr.ts";
import { atUtc, bornAt, type CdrRow, cdrRowsOf } from "./cdr-row.ts";
import { createContinuity, markOf } from "./continuity.ts";
import { csvTail, type Place } from "./csv-file.ts";
import { type Asked, handedOver, longestCall } from "./read-back.ts";

/** Lines of one call are written when its parts end: this far (ms) behind they are looked for. */
const apart = 3_600_000;
/** Calls worked out in one turn of the event loop. */
const atOnce = 50;

/** A record begins here, and not inside quoted text: it is whole, and its times stand where they must. */
const isRecord = (text: string): boolean => cdrRowsOf(`${text}\n`).rows.length > 0;

/** CDR in the file of `cdr_csv`: every call of which a line was written at or after `since`. */
export async function readCdrCsv(path: string, { since, known, take }: Asked): Promise<JournalReading> {
	const tail = csvTail(path, cdrRowsOf, (text) => isRecord(text.slice(0, text.indexOf("\n"))));
	const continuity = createContinuity(known);
	const pieces: CdrRow[][] = [];
	let strange = 0;
	let cursor: Place | null = null;
	for (;;) {
		const piece = await tail.piece(cursor);
		pieces.unshift([...piece.rows]);
		strange += piece.strange;
		cursor = piece.next;
		const timed = atUtc(piece.rows);
		continuity.see(timed.map(({ end }, index) => ({ at: end, mark: () => markOfLine(piece.rows[index]) })));
		const far = (timed[0]?.end ?? since) < since - (continuity.isMet() ? apart : longestCall);
		if (cursor === null || far) break;
		await turn();
	}
	const lines = atUtc(pieces.flat());
	const from = cursor === null ? 0 : (lines[0]?.end ?? 0);
	const newest = lines.reduce<number | null>((latest, { end }) => Math.max(latest ?? end, end), null);
	let families: JournalFamily[] = [];
	for (const [index, group] of groupsOf(lines).entries()) {
		if (index % atOnce === atOnce - 1) await turn();
		const lastAt = Math.max(...group.map(({ end }) => end));
		const first = group.map(({ id }) => id).reduce(earlier);
		// What began before the first line that was read may have more lines.
		if (lastAt < since || bornAt(first) < from) continue;
		families.push({
			events: cdrEvents(group, first),
			links: [...new Set([first, ...group.map(({ id }) => id), ...group.map(({ family }) => family)])].filter(Boolean),
			open: [],
			lastAt,
			poor: true,
		});
		if (families.length < handedOver) continue;
		await take(families);
		families = [];
	}
	if (families.length > 0) await take(families);
	return { newest, strange, ...continuity.told() };
}

/** Its times as they stand there: of which zone they are may be judged otherwise another time. */
const markOfLine = (row: CdrRow | undefined): string =>
	row === undefined ? "" : markOf(row.start, row.end, row.id, row.called, row.disposition);

/** Of two ids of one PBX the one that was made first. */
function earlier(one: string, other: string): string {
	const [a, b] = [bornAt(one), bornAt(other)];
	if (a !== b) return a < b ? one : other;
	const count = (id: string) => Number(id.split(".").at(-1));
	return count(one) <= count(other) ? one : other;
}

/** Lines of one call: the same channel, linked id, or one that another line called. Names of channels come again after a restart. */
function groupsOf(rows: readonly CdrRow[]): CdrRow[][] {
	const parents = new Map<string, string>();
	const root = (node: string): string => {
		let top = node;
		for (let above = parents.get(top); above !== undefined; above = parents.get(top)) top = above;
		return top;
	};
	const tie = (one: string, other: string) => {
		const [a, b] = [root(one), root(other)];
		if (a !== b) parents.set(a, b);
	};
	const named = new Map<string, { id: string; from: number; to: number }>();
	for (const { id, family, channel, called, start, end } of rows) {
		if (family !== "") tie(`id ${id}`, `id ${family}`);
		for (const name of [channel, called]) {
			if (name === "") continue;
			const base = name.replace(/;[12]$/, "");
			const known = named.get(base);
			const near = known !== undefined && start <= known.to + 1000 && end >= known.from - 1000;
			if (near) tie(`id ${id}`, `id ${known.id}`);
			const span = near ? { from: Math.min(known.from, start), to: Math.max(known.to, end) } : { from: start, to: end };
			named.set(base, { id, ...span });
		}
	}
	return [...Map.groupBy(rows, ({ id }) => root(`id ${id}`)).values()];
}
