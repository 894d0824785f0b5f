import {
	appendFileSync,
	copyFileSync,
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
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { HistoryFile } from "../../server/pbx-access.ts";
import { type Company, openCompany } from "../records/company.ts";
import { addToSqlite, cdrOfCalls, csvOf, rowsOfCalls, writeSqlite } from "./golden.ts";
import { type WatchedPbx, watch } from "./watched.ts";

const minute = 60_000;

let company: Company;
let folder: string;
let file: string;
let pbx: WatchedPbx;
beforeEach(async () => {
	company = await openCompany();
	folder = mkdtempSync(join(tmpdir(), "dzvin-torn-"));
	file = join(folder, "Master.csv");
});
afterEach(async () => {
	await pbx?.stop();
	await company?.drop();
	rmSync(folder, { recursive: true, force: true });
});

const stored = async () => (await company.rows("select count(*)::integer as n from calls"))[0]?.n;
const torn = ["journal.torn", "mend.journal-torn"];

/** A journal of files of text, and what it holds of so many calls. */
const texts = [
	["cel-csv", (count: number, from: number) => csvOf(rowsOfCalls(count, from, 3000))],
	["cdr-csv", (count: number, from: number) => cdrOfCalls(count, from, 3000)],
] as const;

describe.each(texts)("a journal in %s", (kind, textOf) => {
	const write = (count: number) => appendFileSync(file, textOf(count, pbx.now() + minute));
	/** Five calls are known; then the PBX is not seen for an hour. */
	beforeEach(async () => {
		writeFileSync(file, "");
		pbx = await watch(company, { kind, path: file });
		pbx.away();
		write(5);
		pbx.pass(10);
		await pbx.back();
		const first = await pbx.read(true);
		expect(first).toMatchObject({ journal: { problem: null }, daily: { families: 5, missing: 0, proven: true } });
		expect(first.windows).toMatchObject([{ recovered: 5, reconciledAt: expect.any(String), torn: false }]);
		pbx.away();
	});

	/** Everything of the hour was found. */
	async function whole(count: number) {
		pbx.pass(10);
		await pbx.back();
		const seen = await pbx.read(true);
		expect(pbx.codes(seen)).toEqual([]);
		expect(seen.windows[0]).toMatchObject({ recovered: count, reconciledAt: expect.any(String), torn: false });
		expect(await stored()).toBe(5 + count);
		expect(seen.daily).toMatchObject({ families: 5 + count, calls: 5 + count, missing: 0, proven: true });
	}
	/** Some of the hour is gone, and that is said. */
	async function notProven(count: number) {
		pbx.pass(10);
		await pbx.back();
		const seen = await pbx.read(true);
		expect(pbx.codes(seen)).toEqual(torn);
		expect(seen.journal?.problem).toContain("is not in the journal");
		expect(seen.windows[0]).toMatchObject({ recovered: count, reconciledAt: null, torn: true });
		expect(seen.windows.at(-1)).toMatchObject({ reconciledAt: expect.any(String), torn: false });
		expect(seen.daily).toMatchObject({ proven: false });
		// It stays so, however often the journal is read.
		const again = await pbx.read(true);
		expect(pbx.codes(again)).toEqual(torn);
		expect(again.windows[0]).toMatchObject({ reconciledAt: null, torn: true });
		expect(again.daily).toMatchObject({ proven: false });
		return again;
	}

	test("that is rotated by the date is read over all its files", async () => {
		write(12);
		renameSync(file, `${file}-20261115`);
		pbx.pass(2);
		write(8);
		renameSync(file, `${file}-20261116`);
		pbx.pass(2);
		write(5);
		await whole(25);
	});

	test("that is rotated by numbers, several times, is read over all its files", async () => {
		for (const count of [6, 7, 8, 4]) {
			for (const n of [3, 2, 1]) if (has(`${file}.${n}`)) renameSync(`${file}.${n}`, `${file}.${n + 1}`);
			if (readFileSync(file).length > 0) renameSync(file, `${file}.1`);
			writeFileSync(file, "");
			write(count);
			pbx.pass(2);
		}
		await whole(25);
	});

	test("that is rotated and compressed is read over all its files", async () => {
		write(12);
		writeFileSync(`${file}.2.gz`, gzipSync(readFileSync(file)));
		writeFileSync(file, "");
		pbx.pass(2);
		write(8);
		renameSync(file, `${file}.1`);
		pbx.pass(2);
		write(5);
		await whole(25);
	});

	test("that was taken away is said not to reach back, and heals when it comes back", async () => {
		write(20);
		renameSync(file, join(folder, "elsewhere.bz2"));
		pbx.pass(2);
		write(5);
		await notProven(5);
		renameSync(join(folder, "elsewhere.bz2"), `${file}.1`);
		const healed = await pbx.read(true);
		expect(pbx.codes(healed)).toEqual([]);
		expect(healed.windows[0]).toMatchObject({ recovered: 25, reconciledAt: expect.any(String), torn: false });
		expect(healed.daily).toMatchObject({ families: 30, missing: 0, proven: true });
	});

	test("that was copied away and emptied is said not to reach back", async () => {
		write(20);
		truncateSync(file);
		pbx.pass(2);
		write(5);
		await notProven(5);
	});

	test("that was emptied is said, also while the PBX writes nothing, and when it writes on", async () => {
		write(20);
		truncateSync(file);
		pbx.pass(10);
		await pbx.back();
		const empty = await pbx.read(true);
		expect(pbx.codes(empty)).toEqual(["journal.emptied", "mend.journal-restored"]);
		expect(empty.windows[0]).toMatchObject({ reconciledAt: null, torn: true });
		expect(empty.daily).toMatchObject({ proven: false });
		pbx.away();
		write(5);
		await notProven(5);
	});

	test("whose old copy the PBX wrote on before it was read is said not to reach back", async () => {
		copyFileSync(file, join(folder, "old"));
		pbx.pass(2);
		write(2);
		await pbx.back();
		expect((await pbx.read()).windows[0]).toMatchObject({ torn: false });
		pbx.away();
		write(20);
		copyFileSync(join(folder, "old"), file);
		pbx.pass(2);
		write(5);
		pbx.pass(10);
		await pbx.back();
		const seen = await pbx.read(true);
		expect(pbx.codes(seen)).toEqual(torn);
		expect(seen.windows[0]).toMatchObject({ recovered: 5, reconciledAt: null, torn: true });
		expect(seen.daily).toMatchObject({ proven: false });
	});

	test("that has a hole is proven again a day later, but the blind time of the hole is not", async () => {
		write(20);
		truncateSync(file);
		pbx.pass(2);
		write(5);
		await notProven(5);
		pbx.pass(24 * 60);
		write(1);
		pbx.pass(10);
		const later = await pbx.read(true);
		expect(pbx.codes(later)).toEqual([]);
		expect(later.daily).toMatchObject({ proven: true });
		expect(later.windows[0]).toMatchObject({ reconciledAt: null, torn: true });
	});

	test("in place of which another is named begins anew", async () => {
		const other: HistoryFile = { kind, path: join(folder, "Other.csv") };
		writeFileSync(other.path, textOf(5, pbx.now() + minute));
		pbx.pass(10);
		await pbx.back();
		pbx.names(other);
		const seen = await pbx.read(true);
		expect(pbx.codes(seen)).toEqual([]);
		expect(seen.windows[0]).toMatchObject({ recovered: 5, reconciledAt: expect.any(String) });
	});
});

test("calls in CDR that nobody saw, though the PBX was seen, are counted as unmatched", async () => {
	writeFileSync(file, "");
	pbx = await watch(company, { kind: "cdr-csv", path: file });
	appendFileSync(file, cdrOfCalls(3, pbx.now() + minute, 3000));
	pbx.pass(10);
	const seen = await pbx.read(true);
	expect(seen.daily).toMatchObject({ families: 0, missing: 0, unmatched: 3, refused: 0 });
	expect(await stored()).toBe(0);
	// Of a blind time they are calls.
	pbx.away();
	appendFileSync(file, cdrOfCalls(2, pbx.now() + minute, 3000));
	pbx.pass(10);
	await pbx.back();
	expect((await pbx.read(true)).daily).toMatchObject({ families: 2, calls: 2, missing: 0, unmatched: 3 });
});

describe("a journal in SQLite", () => {
	beforeEach(async () => {
		file = join(folder, "master.db");
		writeSqlite(file, []);
		pbx = await watch(company, { kind: "cel-sqlite", path: file });
		pbx.away();
		write(5);
		pbx.pass(10);
		await pbx.back();
		expect((await pbx.read(true)).daily).toMatchObject({ families: 5, missing: 0, proven: true });
		pbx.away();
	});
	const write = (count: number) => addToSqlite(file, rowsOfCalls(count, pbx.now() + minute, 3000));
	async function afterwards() {
		pbx.pass(10);
		await pbx.back();
		return await pbx.read(true);
	}

	test("of which old rows are cleared away is whole", async () => {
		write(20);
		const db = new DatabaseSync(file);
		db.exec("delete from cel where AcctId < 60");
		db.close();
		const seen = await afterwards();
		expect(pbx.codes(seen)).toEqual([]);
		expect(seen.windows[0]).toMatchObject({ recovered: 20, reconciledAt: expect.any(String), torn: false });
		expect(seen.daily).toMatchObject({ missing: 0, proven: true });
	});

	test("that was begun anew is said not to reach back", async () => {
		write(20);
		rmSync(file);
		writeSqlite(file, []);
		pbx.pass(2);
		write(5);
		const seen = await afterwards();
		expect(pbx.codes(seen)).toEqual(torn);
		expect(seen.windows[0]).toMatchObject({ recovered: 5, reconciledAt: null, torn: true });
		expect(seen.daily).toMatchObject({ proven: false });
	});

	test("whose old copy the PBX wrote on is said not to reach back, and heals when the newer one comes back", async () => {
		copyFileSync(file, join(folder, "old"));
		write(2);
		pbx.pass(2);
		await pbx.back();
		expect(pbx.codes(await pbx.read())).toEqual([]);
		pbx.away();
		write(20);
		copyFileSync(file, join(folder, "newer"));
		copyFileSync(join(folder, "old"), file);
		pbx.pass(2);
		expect(pbx.codes(await afterwards())).toEqual(["journal.older", "mend.journal-restored"]);
		pbx.away();
		write(5);
		const seen = await afterwards();
		expect(pbx.codes(seen)).toEqual(torn);
		expect(seen.windows[0]).toMatchObject({ reconciledAt: null, torn: true });
		expect(await stored()).toBe(12);
	});
});

const has = (path: string) => {
	try {
		return readFileSync(path).length >= 0;
	} catch {
		return false;
	}
};
