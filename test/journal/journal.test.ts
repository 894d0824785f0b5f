import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { newId } from "../../db/id.ts";
import { keepJournal } from "../../db/migrate.ts";
import type { Runner } from "../../db/runner.ts";
import { createJournal, type Journal } from "../../server/calls/journal/journal.ts";
import { openSpill } from "../../server/calls/journal/spill.ts";
import { readEvents } from "../../server/calls/journal/store.ts";
import type { PbxEvent } from "../../server/pbx-event.ts";
import { type JournalRoad, openRoad, rememberingLog } from "./road.ts";

let house: JournalRoad;
let own: JournalRoad["own"];
let way: JournalRoad["way"];
let road: JournalRoad["road"];
let folder: string;
let journal: Journal;
let pbxId: string;
const { said, log } = rememberingLog();
beforeAll(async () => {
	house = await openRoad();
	({ own, way, road } = house);
});
afterAll(() => house.close());
beforeEach(async () => {
	folder = mkdtempSync(join(tmpdir(), "dzvin-journal-"));
	pbxId = newId();
	said.length = 0;
	journal = await open();
});
afterEach(async () => {
	await journal.stop();
	rmSync(folder, { recursive: true, force: true });
});

const file = () => join(folder, "journal-spill");
const open = async () =>
	createJournal({ db: road.pools.journal, spill: await openSpill(file(), () => {}), log, now: Date.now });
const today = Date.parse("2026-11-22T12:00:00Z");
const renamed = (seq: number, name = `PJSIP/101-${seq}`): PbxEvent => ({
	...{ kind: "channel.renamed", at: today + seq, seq },
	...{ channelId: String(seq), name },
});
const stored = async (): Promise<PbxEvent[]> => {
	const events: PbxEvent[] = [];
	for await (const { event } of readEvents(own.database.pools.ui, pbxId, today - 1_000, today + 60_000))
		events.push(event);
	return events;
};
const some = (from: number, count: number) => Array.from({ length: count }, (_, n) => renamed(from + n));

test("events are in the database when the system is idle, in their order, once however often they come", async () => {
	const boot: PbxEvent = { kind: "booted", at: today, boot: "monday" };
	journal.push(pbxId, [boot, ...some(1, 700)], today);
	journal.push(pbxId, some(300, 500), today + 1);
	await journal.drained();
	expect(await stored()).toEqual([{ ...boot, nextAt: today + 1 }, ...some(1, 799)]);
	expect(journal.waiting()).toEqual({ memory: 0, spilled: 0, bytes: 0 });
	expect(said).toEqual([]);
});

test("an idle system writes at once, and what comes while a commit is under way goes in batches of two hundred", async () => {
	const sizes: number[] = [];
	const { journal: pool } = road.pools;
	const counting: Runner = {
		query(asked) {
			const [ids] = asked.values ?? [];
			if (Array.isArray(ids)) sizes.push(ids.length);
			return pool.query(asked);
		},
	};
	const counted = createJournal({ db: counting, spill: await openSpill(`${file()}-2`, () => {}), log, now: Date.now });
	counted.push(pbxId, some(1, 1), today);
	// No timer has run yet.
	expect(sizes).toEqual([1]);
	for (let from = 2; from <= 700; from += 3) counted.push(pbxId, some(from, 3), today);
	await counted.drained();
	expect(await stored()).toEqual(some(1, 700));
	await counted.stop();
	// All of them came within the first commit. One that took too long goes by our own disk, in batches as well.
	expect(Math.max(...sizes)).toBe(200);
	expect(sizes.length).toBeLessThanOrEqual(8);
});

test("a new link whose boot is not known yet is never taken for the boot before", async () => {
	journal.push(pbxId, [{ kind: "booted", at: today, boot: "monday" }, renamed(5, "PJSIP/101-1")], today);
	journal.newLink(pbxId);
	journal.push(pbxId, [renamed(5, "PJSIP/102-1")], today + 1);
	await journal.drained();
	expect((await stored()).slice(1)).toEqual([renamed(5, "PJSIP/101-1"), renamed(5, "PJSIP/102-1")]);
});

test("what a caller puts on the wire is stored as text, whatever it looks like", async () => {
	const names = ["a\u0000b", "a\\u0000b", "a\ud800b", "a\\ud800b", "Їжак 🦔", "\u2028", '"}]', "\\", "\\\\u0000"];
	journal.push(
		pbxId,
		names.map((name, n) => renamed(n, name)),
		today,
	);
	await journal.drained();
	const kept = (await stored()).map((event) => Reflect.get(event, "name"));
	expect(kept).toEqual(["ab", "a\\u0000b", "a\ufffdb", "a\\ud800b", "Їжак 🦔", "\u2028", '"}]', "\\", "\\\\u0000"]);
	expect(said).toEqual([]);
});

test("while the database is away events go to our own disk, and into the database in their order afterwards", async () => {
	journal.push(pbxId, some(1, 10), today);
	await journal.drained();
	way.proxy.shut();
	for (let n = 0; n < 20; n++) {
		journal.push(pbxId, some(100 + n * 50, 50), today + 1 + n);
		await journal.idle();
	}
	expect(journal.waiting()).toMatchObject({ memory: 0, spilled: 1_000 });
	way.proxy.open();
	journal.push(pbxId, some(5_000, 10), today + 100);
	await journal.drained();
	expect(await stored()).toEqual([...some(1, 10), ...some(100, 1_000), ...some(5_000, 10)]);
	expect(existsSync(file())).toBe(false);
	expect(said).toEqual([
		"The database does not take events: they go into the spill file.",
		"The spill file is drained: all events are in the database.",
	]);
});

test("a journal that is stopped while the database is away leaves everything on the disk for the next", async () => {
	way.proxy.shut();
	journal.push(pbxId, some(1, 500), today);
	await journal.stop();
	way.proxy.open();
	expect(await stored()).toEqual([]);
	journal = await open();
	await journal.drained();
	expect(await stored()).toEqual(some(1, 500));
	expect(said).toContain("Events of an earlier run wait in the spill file.");
});

test("a database that hangs holds up nothing: what waits behind it goes to our own disk", async () => {
	const locker = await own.database.pools.ui.connect();
	try {
		await locker.query("begin");
		await locker.query("lock table pbx_events in access exclusive mode");
		journal.push(pbxId, some(1, 10), today);
		await journal.idle();
		journal.push(pbxId, some(11, 10), today + 1);
		await journal.idle();
		expect(journal.waiting()).toMatchObject({ memory: 0, spilled: 20 });
		await locker.query("rollback");
	} finally {
		locker.release();
	}
	await journal.drained();
	expect(await stored()).toEqual(some(1, 20));
});

test("what comes faster than the database takes it does not fill the memory: it goes to our own disk, and is all stored", async () => {
	journal.push(pbxId, some(1, 20_000), today);
	await journal.idle();
	expect(journal.waiting().spilled).toBeGreaterThan(9_000);
	await journal.drained();
	expect(await stored()).toEqual(some(1, 20_000));
	expect(said).toEqual([
		"The database is slower than the events: they go into the spill file.",
		"The spill file is drained: all events are in the database.",
	]);
});

test("of large messages neither many are written at once nor many wait in memory", async () => {
	const pool = road.pools.journal;
	const written: number[] = [];
	const db: Runner = {
		query(config) {
			if (config.name === "journal-insert") written.push(String(config.values?.[5]).length);
			return pool.query(config);
		},
	};
	const spill = await openSpill(file(), () => {});
	journal = createJournal({ db, spill, log, now: Date.now });
	const large = Array.from({ length: 60 }, (_, n) => renamed(n, `PJSIP/${"x".repeat(500_000)}-${n}`));
	journal.push(pbxId, large, today);
	await journal.drained();
	expect(await stored()).toEqual(large);
	expect(said).toEqual([
		"The database is slower than the events: they go into the spill file.",
		"The spill file is drained: all events are in the database.",
	]);
	expect(Math.max(...written)).toBeLessThan(5_000_000);
});

test("days come with the calendar and go whole when their time is over", async () => {
	const pool = own.database.pools.ui;
	const days = async () =>
		(
			await pool.query<{ name: string }>(
				`select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
				where i.inhparent = 'pbx_events'::regclass order by 1`,
			)
		).rows.map(({ name }) => name);
	const insert = "insert into pbx_events (day, pbx_id, key, arrival, at, event) values ($1, $2, $3, 0, now(), '{}')";
	for (const day of ["2031-01-01", "2031-02-01", "2031-02-10"]) await pool.query(insert, [day, pbxId, day]);
	await keepJournal(pool, new Date("2031-02-01T12:00:00Z"), null);
	expect(await days()).toEqual(expect.arrayContaining(["pbx_events_2031_01_31", "pbx_events_2031_02_08"]));
	await keepJournal(pool, new Date("2031-02-10T12:00:00Z"), 5);
	const left = (await days()).filter((name) => name.startsWith("pbx_events_20"));
	expect([left[0], left.at(-1)]).toEqual(["pbx_events_2031_02_05", "pbx_events_2031_02_17"]);
	const { rows } = await pool.query("select key, tableoid::regclass::text as part from pbx_events where pbx_id = $1", [
		pbxId,
	]);
	expect(rows).toEqual([{ key: "2031-02-10", part: "pbx_events_2031_02_10" }]);
});
