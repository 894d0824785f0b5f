import {
	appendFileSync,
	chmodSync,
	mkdtempSync,
	readFileSync,
	renameSync,
	rmSync,
	truncateSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { celRowsOf } from "../../server/asterisk/history/cel-csv.ts";
import type { RawCelRow } from "../../server/asterisk/history/cel-row.ts";
import { journalOf } from "../../server/asterisk/history/history.ts";
import { readBack, type Tail } from "../../server/asterisk/history/read-back.ts";
import type { JournalFamily } from "../../server/pbx-journal.ts";
import { rowsOfCalls, wholeJournal, writeSqlite } from "./golden.ts";
import { type WholeReading, wholeJournalOf } from "./whole.ts";

const everything = wholeJournal();
const { rows } = celRowsOf(everything);
const timeOf = (index: number) => Date.parse(`${rows[index]?.time.replace(" ", "T")}Z`);
const linksOf = ({ families }: WholeReading) => families.flatMap(({ links }) => links).sort();

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "dzvin-journal-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const csv = (text: string) => {
	const path = join(folder, "Master.csv");
	writeFileSync(path, text);
	return wholeJournalOf({ kind: "cel-csv", path });
};
const sqlite = () => {
	const path = join(folder, "master.db");
	writeSqlite(path, rows);
	return { path, journal: wholeJournalOf({ kind: "cel-sqlite", path }) };
};

test("the same journal in SQLite and in CSV is the same", async () => {
	const [one, other] = [await csv(everything).read(0), await sqlite().journal.read(0)];
	expect(linksOf(one)).toEqual(linksOf(other));
	expect(one.newest).toBe(other.newest);
	expect(one.families.map(({ events }) => events.length)).toEqual(other.families.map(({ events }) => events.length));
	expect(one.strange).toBe(0);
});

test("only contacts of which something was written since then are read, and those whole", async () => {
	const since = timeOf(Math.floor(rows.length / 2));
	for (const journal of [csv(everything), sqlite().journal]) {
		const all = await journal.read(0);
		const some = await journal.read(since);
		const expected = all.families.filter(({ lastAt }) => lastAt >= since);
		expect(some.families.length).toBeGreaterThan(5);
		expect(some.families.length).toBeLessThan(all.families.length);
		expect(linksOf(some)).toEqual(linksOf({ ...all, families: expected }));
		expect(some.families.map(({ events }) => events.length)).toEqual(expected.map(({ events }) => events.length));
	}
});

test("a PBX that writes local time, or seconds since the epoch, tells the same moments", async () => {
	const utc = await csv(everything).read(0);
	const shifted = everything.replaceAll(/"(2026-\d\d-\d\d) (\d\d):/g, (_, day, hour) => `"${day} ${Number(hour) + 2}:`);
	const epoch = everything.replaceAll(
		/"(2026-\d\d-\d\d) (\d\d:\d\d:\d\d\.\d{3})"/g,
		(_, day, time) => `"${Date.parse(`${day}T${time}Z`) / 1000}"`,
	);
	for (const text of [shifted, epoch]) {
		const { families, newest } = await csv(text).read(0);
		expect(newest).toBe(utc.newest);
		expect(families.map(({ lastAt }) => lastAt)).toEqual(utc.families.map(({ lastAt }) => lastAt));
	}
});

describe("piece by piece", () => {
	/** The rows as a journal that gives so many at a time. */
	const inPieces = (all: readonly RawCelRow[], size: number): Tail<number> => ({
		async piece(before) {
			const end = before ?? all.length;
			const from = Math.max(0, end - size);
			return { rows: all.slice(from, end), strange: 0, next: from === 0 ? null : from };
		},
	});
	const told = async (all: readonly RawCelRow[], size: number, since = 0) => {
		const parts: JournalFamily[][] = [];
		await readBack(inPieces(all, size), { since, known: [], take: async (some) => void parts.push([...some]) });
		const families = parts
			.flat()
			.map(({ links, events, open, lastAt }) => ({ links, events: events.length, open, lastAt }));
		return { parts, families: families.sort((a, b) => (String(a.links) < String(b.links) ? -1 : 1)) };
	};

	test("the same contacts come out, however small the pieces are", async () => {
		const since = timeOf(Math.floor(rows.length / 2));
		for (const from of [0, since]) {
			const whole = await told(rows, rows.length, from);
			expect(whole.families.length).toBeGreaterThan(5);
			for (const size of [7, 50, 333]) expect((await told(rows, size, from)).families).toEqual(whole.families);
		}
	});

	test("contacts are handed over while older ones are still to be read", async () => {
		const { parts } = await told(rowsOfCalls(1000, timeOf(0), 2000), 500);
		expect(parts.length).toBeGreaterThan(3);
		expect(parts.flat()).toHaveLength(1000);
		expect(Math.max(...parts.map(({ length }) => length))).toBeLessThan(400);
		// The newest first.
		expect(parts[0]?.[0]?.lastAt).toBeGreaterThan(parts.at(-1)?.[0]?.lastAt ?? 0);
	});

	test("a channel whose beginning was never written is waited for as long as a call may last, and holds nobody up", async () => {
		const day = rowsOfCalls(2000, timeOf(0), 43_200);
		const [, torn] = day.slice(-15);
		if (!torn) throw new Error("no rows");
		const lost = { ...torn, id: "1795000000.99", family: "1795000000.99", channel: "PJSIP/lost-00000099" };
		const asked: number[] = [];
		const tail = inPieces([...day, lost], 100);
		let found = 0;
		const counting: Tail<number> = {
			async piece(before) {
				asked.push(before ?? 0);
				return await tail.piece(before);
			},
		};
		const last = Date.parse(`${day.at(-1)?.time.replace(" ", "T")}Z`);
		await readBack(counting, {
			...{ since: last - 3_600_000, known: [] },
			async take(some) {
				found += some.length;
			},
		});
		expect(found).toBeGreaterThan(80);
		// Twelve hours are a thousand calls, of 15 rows each.
		expect(asked.length).toBeGreaterThan(140);
		expect(asked.length).toBeLessThan(180);
	});

	test("what goes wrong with those who take it is no problem of the journal", async () => {
		const path = join(folder, "Master.csv");
		writeFileSync(path, everything);
		const ours = new Error("our own database is away");
		await expect(
			journalOf({ kind: "cel-csv", path }).read(0, async () => {
				throw ours;
			}),
		).rejects.toBe(ours);
	});
});

describe("a CSV journal", () => {
	test("that was rotated in the midst of a call is read over both files", async () => {
		const whole = linksOf(await csv(everything).read(0));
		const cut = everything.indexOf('\n"BRIDGE_ENTER"', everything.length / 2) + 1;
		const path = join(folder, "Master.csv");
		writeFileSync(`${path}.1`, everything.slice(0, cut));
		writeFileSync(path, everything.slice(cut));
		const journal = wholeJournalOf({ kind: "cel-csv", path });
		expect(linksOf(await journal.read(0))).toEqual(whole);
		// Asterisk begins the new file with the next event only.
		renameSync(path, `${path}.1`);
		expect(linksOf(await journal.read(0)).length).toBeGreaterThan(1);
	});

	test("whose last record is being written is read up to there", async () => {
		const journal = csv(everything.slice(0, -150));
		const { strange, families } = await journal.read(0);
		expect(strange).toBe(0);
		expect(families.length).toBeGreaterThan(50);
	});

	test("that was emptied has nothing to tell, and goes on", async () => {
		const journal = csv(everything);
		const path = join(folder, "Master.csv");
		truncateSync(path);
		expect(await journal.read(0)).toEqual({ families: [], newest: null, strange: 0, last: null, holes: [] });
		appendFileSync(path, everything.slice(everything.lastIndexOf('\n"CHAN_START"') + 1));
		expect((await journal.read(0)).newest).not.toBeNull();
	});

	test("is not fooled by a caller's name that looks like records", async () => {
		const forged =
			'x\n"CHAN_END","2026-11-22 11:24:06.326","","","","","","","","PJSIP/101-00000001","","","","","1795346646.0","1795346646.0","","","",""\n';
		const text = everything.replaceAll("IVANENKO", forged.replaceAll('"', '""'));
		const plain = await csv(everything).read(0);
		const hostile = await csv(text).read(0);
		expect(hostile.strange).toBe(0);
		expect(linksOf(hostile)).toEqual(linksOf(plain));
		expect(hostile.families.map(({ events }) => events.length)).toEqual(
			plain.families.map(({ events }) => events.length),
		);
	});

	test("without quotes around a name with a comma says how many records are strange", async () => {
		const [first = ""] = everything.split("\n");
		const { strange } = await csv(`${first.replaceAll('"', "").split(",").slice(0, 9).join(",")}\n${everything}`).read(
			0,
		);
		expect(strange).toBe(1);
	});

	test("that is not there, or may not be read, is said with the line to mend it", async () => {
		const missing = wholeJournalOf({ kind: "cel-csv", path: join(folder, "nowhere.csv") });
		await expect(missing.read(0)).rejects.toMatchObject({ name: "JournalProblem", code: "missing" });
		const folderAsFile = wholeJournalOf({ kind: "cel-csv", path: folder });
		await expect(folderAsFile.read(0)).rejects.toMatchObject({ name: "JournalProblem" });
	});
});

describe("a SQLite journal", () => {
	test("that the PBX has locked is said, and is read when it is free", async () => {
		const { path, journal } = sqlite();
		const writer = new DatabaseSync(path);
		writer.exec("begin exclusive");
		await expect(journal.read(0)).rejects.toMatchObject({ name: "JournalProblem", code: "locked" });
		writer.exec("rollback");
		writer.close();
		expect((await journal.read(0)).families.length).toBeGreaterThan(50);
	});

	test("is left as it was, and the PBX can write in between", async () => {
		const { path, journal } = sqlite();
		const before = readFileSync(path);
		await journal.read(0);
		expect(readFileSync(path).equals(before)).toBe(true);
		chmodSync(path, 0o444);
		await expect(journal.read(0)).resolves.toMatchObject({ strange: 0 });
	});

	test("that is none is said", async () => {
		const path = join(folder, "master.db");
		writeFileSync(path, "this is no database, it only looks long enough to be one. ".repeat(20));
		await expect(wholeJournalOf({ kind: "cel-sqlite", path }).read(0)).rejects.toMatchObject({
			name: "JournalProblem",
		});
		const { path: other } = { path: join(folder, "none.db") };
		await expect(wholeJournalOf({ kind: "cel-sqlite", path: other }).read(0)).rejects.toMatchObject({
			code: "missing",
		});
	});
});
