import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { newId } from "../../db/id.ts";
import { createJournal, type Journal } from "../../server/calls/journal/journal.ts";
import { openSpill } from "../../server/calls/journal/spill.ts";
import { readEvents } from "../../server/calls/journal/store.ts";
import type { PbxEvent } from "../../server/pbx-event.ts";
import { type SmallDisk, smallDisk } from "../support/small-disk.ts";
import { type JournalRoad, openRoad, rememberingLog } from "./road.ts";
import { until } from "./servers.ts";

let house: JournalRoad;
let own: JournalRoad["own"];
let way: JournalRoad["way"];
let road: JournalRoad["road"];
let disk: SmallDisk;
let journal: Journal;
let pbxId: string;
const { said, log } = rememberingLog();
beforeAll(async () => {
	house = await openRoad();
	({ own, way, road } = house);
});
afterAll(() => house.close());
beforeEach(async () => {
	disk = smallDisk(200_000);
	pbxId = newId();
	said.length = 0;
	const spill = await openSpill(file(), () => {});
	journal = createJournal({ db: road.pools.journal, spill, log, now: Date.now });
});
afterEach(async () => {
	way.proxy.open();
	await journal.stop();
	disk.remove();
});

const file = () => join(disk.folder, "journal-spill");
const today = Date.parse("2026-11-22T12:00:00Z");
const some = (from: number, count: number): PbxEvent[] =>
	Array.from({ length: count }, (_, n) => ({
		...{ kind: "channel.renamed", at: today + from + n, seq: from + n },
		...{ channelId: String(from + n), name: `PJSIP/101-${from + n}` },
	}));
const stored = async (): Promise<PbxEvent[]> => {
	const events: PbxEvent[] = [];
	for await (const { event } of readEvents(own.database.pools.ui, pbxId, today - 1_000, today + 60_000))
		events.push(event);
	return events;
};
const refused = () => until("the disk refuses", () => journal.trouble().diskRefuses);

test("a disk that is full of events lets the database have them when it is back, though the disk stays as small", async () => {
	way.proxy.shut();
	journal.push(pbxId, some(1, 3_000), today);
	await refused();
	const { memory, spilled } = journal.waiting();
	expect(spilled).toBeGreaterThan(0);
	// More than one batch waits in memory: it can go nowhere before the file has gone.
	expect(memory).toBeGreaterThan(200);
	way.proxy.open();
	await journal.drained();
	expect(await stored()).toEqual(some(1, 3_000));
	expect(existsSync(file())).toBe(false);
	expect(journal.trouble()).toEqual({ diskRefuses: false, databaseFull: false, lost: 0 });
	expect(said).toEqual([
		"The database does not take events: they go into the spill file.",
		"The disk of this server does not take events.",
		"The spill file is drained: all events are in the database.",
	]);
});

test("what waited in memory while the disk was full goes on it as soon as there is room, and is whole after a kill", async () => {
	disk.fill(20_000);
	way.proxy.shut();
	journal.push(pbxId, some(1, 500), today);
	await refused();
	disk.free();
	await until("the disk takes it", () => journal.waiting().memory === 0);
	expect(journal.trouble().diskRefuses).toBe(false);
	expect(said).toContain("The disk of this server takes events again.");
	// As another run would find it.
	const found = await openSpill(file(), () => said.push("torn"));
	expect(found.size).toBe(500);
	expect((await found.peek(500)).map(({ event }) => event)).toEqual(some(1, 500));
	await found.close();
	expect(said).not.toContain("torn");
	way.proxy.open();
	await journal.drained();
	expect(await stored()).toEqual(some(1, 500));
});
