import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { celRowsOf } from "../../server/asterisk/history/cel-csv.ts";
import { examineJournal } from "../../server/asterisk/history/doctor.ts";
import type { HistoryDatabase, PbxAccess } from "../../server/pbx-access.ts";
import type { JournalFamily } from "../../server/pbx-journal.ts";
import { asExpected, traces } from "../calls/expected.ts";
import { fold } from "../calls/fold.ts";
import { type DatabaseServer, databaseServers } from "./database-servers.ts";
import { journals, journalText, tableValues } from "./golden.ts";
import { wholeJournalOf } from "./whole.ts";

const twoHours = 2 * 3_600_000;

describe.each(databaseServers)("CEL in %s", (_, start) => {
	let server: DatabaseServer;
	beforeAll(async () => {
		server = await start();
	}, 180_000);
	afterAll(() => server?.close());
	beforeEach(() => server.run("truncate table cel"));

	const read = (since = 0) => wholeJournalOf(server.history).read(since);
	const fill = async (names: readonly string[], zone = twoHours) => {
		for (const name of names) {
			const rows = celRowsOf(journalText(name)).rows.map((row) => tableValues(row, zone));
			await server.insert(rows);
		}
	};

	test("every recorded scenario comes out of the table as it was seen live", async () => {
		const live = new Map(traces().map((trace) => [trace.name, trace]));
		const names = journals();
		const different: string[] = [];
		for (const name of names) {
			const trace = live.get(name);
			if (!trace) throw new Error(`${name} stands alone`);
			await server.run("truncate table cel");
			await fill([name]);
			const { families, strange } = await read();
			expect(strange).toBe(0);
			const book = fold(families.flatMap(({ events }: JournalFamily) => events));
			const lasted = fold(trace.events).facts.map(({ talkMs }) => talkMs);
			// A talk of less than a second may begin and end in the same one.
			const told = book.facts.map((call, index) => ({
				...asExpected(book, call),
				...((lasted[index] ?? 0) < 1000 && { talked: trace.expected[index]?.talked ?? false }),
				callerName: undefined,
			}));
			const expected = trace.expected.map((call) => ({ ...call, recordings: 0, callerName: undefined }));
			// The journal knows more than a server that began to listen in mid-call.
			const known = name === "server-starts-while-queueing" ? [{ ...expected[0], did: "0442001200" }] : expected;
			try {
				expect(told).toEqual(known);
			} catch {
				different.push(name);
				console.log(name, JSON.stringify(told), JSON.stringify(known));
			}
		}
		console.log(`${server.history.kind}: ${names.length - different.length} of ${names.length} scenarios are equal`);
		expect(different).toEqual([]);
	}, 60_000);

	test("times are told in UTC, whatever zone the PBX writes", async () => {
		const [name = ""] = journals();
		await fill([name], 0);
		const utc = await read();
		await server.run("truncate table cel");
		await fill([name], -5 * 3_600_000);
		const far = await read();
		expect(far.newest).toBe(utc.newest);
	});

	describe("the doctor", () => {
		const check = async (patch: Partial<HistoryDatabase> = {}, now = Date.UTC(2026, 10, 22, 12)) =>
			(await examineJournal({ history: { ...server.history, ...patch } } as PbxAccess, now))[0];

		test("says how new the journal is, or that it is empty", async () => {
			expect(await check()).toMatchObject({ level: "warning", message: expect.stringContaining("empty") });
			await fill(journals());
			expect(await check()).toMatchObject({ level: "ok", code: "journal" });
			expect(await check({}, Date.UTC(2026, 10, 29))).toMatchObject({ level: "warning" });
		});

		test("gives the line that lets us read, when the login or the right is refused", async () => {
			const wrong = await check({ secret: "wrong" });
			expect(wrong).toMatchObject({ level: "error", mend: expect.stringContaining("GRANT SELECT ON") });
		});

		test("says that nobody listens, that there is no such database, no such table", async () => {
			expect(await check({ port: 1 })).toMatchObject({ message: expect.stringContaining("cannot be reached") });
			expect(await check({ table: "nowhere" })).toMatchObject({ level: "error" });
			expect(await check({ database: "nowhere" })).toMatchObject({ level: "error" });
			const cloud = await check({ host: "169.254.169.254" });
			expect(cloud).toMatchObject({ message: expect.stringContaining("no PBX's database can be at this address") });
		});

		test("says that the index is missing", async () => {
			await fill(journals().slice(0, 2));
			const drop =
				server.history.kind === "mysql"
					? "alter table cel modify id int not null, drop primary key"
					: "alter table cel drop constraint cel_pkey";
			await server.run(drop);
			try {
				const all = await examineJournal({ history: server.history } as PbxAccess, Date.UTC(2026, 10, 22, 12));
				expect(all.map(({ code }) => code)).toContain("journal-index");
			} finally {
				await server.run(
					server.history.kind === "mysql"
						? "alter table cel modify id int not null auto_increment primary key"
						: "alter table cel add primary key (id)",
				);
			}
		});

		test("says that the clock is ahead", async () => {
			await fill(journals());
			const all = await examineJournal({ history: server.history } as PbxAccess, Date.UTC(2026, 10, 22, 9));
			expect(all.map(({ code }) => code)).toContain("journal-time");
		});
	});
});
