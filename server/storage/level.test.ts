import { expect, test } from "vitest";
import { roomOf } from "./level.ts";

const calm = { diskRefuses: false, databaseFull: false };
const gigabytes = 1e9;

test.each([
	[0.79, { state: "enough" }],
	[0.8, { state: "fills", where: "server", alarm: 0.8 }],
	[0.94, { state: "fills", where: "server", alarm: 0.9 }],
	[0.99, { state: "fills", where: "server", alarm: 0.95 }],
])("a disk of which %d is used", (used, room) => {
	expect(roomOf({ used, free: gigabytes }, calm)).toEqual(room);
});

test("a disk with no room for one piece of the database's log is full; a small one that is hardly used is not", () => {
	expect(roomOf({ used: 0.97, free: 1_000_000 }, calm)).toEqual({ state: "full", where: "server" });
	expect(roomOf({ used: 0.1, free: 20_000_000 }, calm)).toEqual({ state: "enough" });
});

test("what was refused counts, whatever the disk says of its room", () => {
	expect(roomOf(null, { ...calm, diskRefuses: true })).toEqual({ state: "full", where: "server" });
	expect(roomOf({ used: 0.1, free: gigabytes }, { ...calm, databaseFull: true })).toEqual({
		state: "full",
		where: "database",
	});
});
