import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let db: TestDatabase;
beforeAll(async () => {
	db = await testDatabase();
});
afterAll(() => db.drop());

const nineToSix = { from: 540, to: 1080 };
const week = [nineToSix, nineToSix, nineToSix, nineToSix, nineToSix, null, null];

async function dueAt(opened: string, minutes: number, workingHours: unknown = week, timeZone = "Europe/Kyiv") {
	const { rows } = await db.database.pools.ui.query<{ due: Date }>("select due_at($1, $2, $3) as due", [
		opened,
		minutes,
		JSON.stringify({ workingHours, timeZone }),
	]);
	return rows[0]?.due.toISOString();
}

/** Kyiv is UTC+2 in winter, UTC+3 in summer. */
test.each([
	["within the day", "2026-11-16T08:00:00Z", 20, "2026-11-16T08:20:00.000Z"],
	["at the very end of the day", "2026-11-16T15:40:00Z", 20, "2026-11-16T16:00:00.000Z"],
	["over the night", "2026-11-16T15:50:00Z", 20, "2026-11-17T07:10:00.000Z"],
	["called in the night", "2026-11-16T22:30:00Z", 20, "2026-11-17T07:20:00.000Z"],
	["called before the office opens", "2026-11-16T04:00:00Z", 20, "2026-11-16T07:20:00.000Z"],
	["over the weekend", "2026-11-20T15:50:00Z", 20, "2026-11-23T07:10:00.000Z"],
	["called on Saturday", "2026-11-21T10:00:00Z", 120, "2026-11-23T09:00:00.000Z"],
	["called on Sunday night, already Monday in Kyiv", "2026-11-22T22:30:00Z", 1, "2026-11-23T07:01:00.000Z"],
	["longer than a day", "2026-11-16T08:00:00Z", 9 * 60 + 30, "2026-11-17T08:30:00.000Z"],
	["the longest setting", "2026-11-16T07:00:00Z", 10_080, "2026-12-10T13:00:00.000Z"],
	["over the clock going back (25 October)", "2026-10-23T14:50:00Z", 20, "2026-10-26T07:10:00.000Z"],
	["over the clock going forward (29 March)", "2026-03-27T15:50:00Z", 20, "2026-03-30T06:10:00.000Z"],
])("the deadline of a call %s", async (_name, opened, minutes, due) => {
	expect(await dueAt(opened, minutes)).toBe(due);
});

const always = Array.from({ length: 7 }, () => ({ from: 0, to: 1440 }));

test("a company that never closes counts real minutes through a change of the clock", async () => {
	// The night of 25 October has 25 hours, that of 29 March 23.
	expect(await dueAt("2026-10-24T20:00:00Z", 600, always)).toBe("2026-10-25T06:00:00.000Z");
	expect(await dueAt("2026-03-28T20:00:00Z", 600, always)).toBe("2026-03-29T06:00:00.000Z");
});

test("a working night in which the clock changes is an hour longer or shorter", async () => {
	const nights = always.map(() => ({ from: 0, to: 360 }));
	// 00:00 to 06:00 of 25 October in Kyiv is seven hours, of 29 March five.
	expect(await dueAt("2026-10-24T20:00:00Z", 420, nights)).toBe("2026-10-25T04:00:00.000Z");
	expect(await dueAt("2026-03-28T20:00:00Z", 300, nights)).toBe("2026-03-29T03:00:00.000Z");
	expect(await dueAt("2026-03-28T20:00:00Z", 301, nights)).toBe("2026-03-29T21:01:00.000Z");
});

test("a company that never opens counts the minutes of the calendar", async () => {
	expect(await dueAt("2026-11-21T10:00:00Z", 20, [null, null, null, null, null, null, null])).toBe(
		"2026-11-21T10:20:00.000Z",
	);
});

test("a company that opens one minute a week still has a deadline", async () => {
	const sunday = [null, null, null, null, null, null, { from: 720, to: 721 }];
	expect(await dueAt("2026-11-16T10:00:00Z", 2, sunday)).toBe("2026-11-29T10:01:00.000Z");
});

test("the deadline does not depend on the time zone of the database's session", async () => {
	const pool = db.database.pools.ui;
	const client = await pool.connect();
	try {
		for (const zone of ["UTC", "America/New_York", "Asia/Tokyo"]) {
			await client.query(`set timezone = '${zone}'`);
			const { rows } = await client.query<{ due: Date }>("select due_at('2026-03-28T20:00:00Z', 2000, $1) as due", [
				JSON.stringify({ workingHours: always, timeZone: "Europe/Kyiv" }),
			]);
			expect(rows[0]?.due.toISOString()).toBe("2026-03-30T05:20:00.000Z");
		}
	} finally {
		client.release(true);
	}
});

async function workingSeconds(since: string, until: string, workingHours: unknown = week) {
	const { rows } = await db.database.pools.ui.query<{ seconds: number }>(
		"select working_seconds($1, $2, $3) as seconds",
		[since, until, JSON.stringify({ workingHours, timeZone: "Europe/Kyiv" })],
	);
	return rows[0]?.seconds;
}

test.each([
	["within the day", "2026-11-16T08:00:00Z", "2026-11-16T08:20:30Z", 1230],
	["over the night", "2026-11-16T15:50:00Z", "2026-11-17T07:10:00Z", 1200],
	["over the weekend", "2026-11-20T15:50:00Z", "2026-11-23T07:10:00Z", 1200],
	["wholly in the night", "2026-11-16T17:00:00Z", "2026-11-17T05:00:00Z", 0],
	["backwards", "2026-11-16T09:00:00Z", "2026-11-16T08:00:00Z", 0],
	["over the clock going back (25 October)", "2026-10-23T14:50:00Z", "2026-10-26T07:10:00Z", 1200],
])("working time %s", async (_name, since, until, seconds) => {
	expect(await workingSeconds(since, until)).toBe(seconds);
});

test("working time is the reverse of the deadline, also where nothing is ever open", async () => {
	const never = [null, null, null, null, null, null, null];
	for (const hours of [week, always, never]) {
		for (const minutes of [1, 20, 600, 3000]) {
			const opened = "2026-03-27T13:00:00Z";
			expect(await workingSeconds(opened, (await dueAt(opened, minutes, hours)) ?? "", hours)).toBe(minutes * 60);
		}
	}
	const nights = always.map(() => ({ from: 0, to: 360 }));
	expect(await workingSeconds("2026-10-24T20:00:00Z", "2026-10-25T20:00:00Z", nights)).toBe(7 * 3600);
});
