import { readFileSync } from "node:fs";
import Fastify from "fastify";
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from "fastify-type-provider-zod";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { journalOf } from "../../server/asterisk/history/history.ts";
import { createReconciler } from "../../server/calls/reconcile/reconcile.ts";
import { createObserver, type Observer } from "../../server/observed/observe.ts";
import { registerObservedRoutes } from "../../server/observed/routes.ts";
import { createWindows } from "../../server/observed/windows.ts";
import type { HistoryDatabase } from "../../server/pbx-access.ts";
import type { Journal } from "../../server/pbx-journal.ts";
import { Observed } from "../../server/protocol/observed.ts";
import { until } from "../end-to-end/until.ts";
import { type FaultProxy, faultProxy } from "../faults/proxy.ts";
import { type Company, monday, openCompany } from "../records/company.ts";
import { type DatabaseServer, databaseServers } from "./database-servers.ts";
import { rowsOfCalls, tableValues } from "./golden.ts";
import { wholeJournalOf } from "./whole.ts";

const strangersCertificate = readFileSync(new URL("../asterisk/tls/cert.pem", import.meta.url), "utf8");
/** Enough for several pieces of a reading, and for more than one hand-over. */
const calls = 450;
const minute = 60_000;

describe.each(databaseServers)("a journal in %s", (_, start) => {
	let server: DatabaseServer;
	let proxy: FaultProxy;
	let history: HistoryDatabase;
	beforeAll(async () => {
		server = await start();
		proxy = await faultProxy({ host: server.history.host, port: server.history.port });
		history = { ...server.history, port: proxy.port };
	}, 180_000);
	afterAll(async () => {
		await proxy?.close();
		await server?.close();
	});
	beforeEach(() => server.run(history.kind === "mysql" ? "truncate table cel" : "truncate table cel restart identity"));

	const write = async (count: number, from: number) =>
		await server.insert(rowsOfCalls(count, from, 3000).map((row) => tableValues(row, 0)));

	describe("that fails while it is read", () => {
		let company: Company;
		let observer: Observer;
		let time = monday;
		/** What happens behind each part of the calls that was compared. */
		let afterPart: () => void;
		let parts = 0;
		/** From then on the journal is read, when a test lets a minute pass. */
		let ready = false;
		beforeEach(async () => {
			company = await openCompany();
			time = monday;
			parts = 0;
			ready = false;
			afterPart = () => {};
			const windows = createWindows(company.database.pools.ingest);
			const reconcile = createReconciler({
				pool: company.database.pools.ingest,
				recorder: company.recorder,
				now: () => time,
				log: { error() {} },
			});
			observer = createObserver({
				leads: () => true,
				windows,
				async reconcile(input) {
					const found = await reconcile(input);
					parts++;
					afterPart();
					return found;
				},
				log: { info() {}, warn() {} },
				now: () => time,
			});
			const journal: Journal = {
				name: "the journal",
				async read(since, take, known) {
					if (!ready) throw new Error("what happens before is still being set up");
					return await journalOf(history).read(since, take, known);
				},
			};
			observer.set([{ id: company.pbxId, extensionPattern: "^\\d{3}$", journal }]);
			observer.start();
			// Heard, and then for a long time not: everything in the journal is of that time.
			observer.onState(company.pbxId, "connected", time);
			observer.onEvents(company.pbxId, [{ kind: "snapshot", at: time, boot: "one", channels: [] }], time);
			observer.onState(company.pbxId, "away", time);
			await observer.idle();
			await write(calls, monday + minute);
			time = monday + 60 * minute;
			observer.onState(company.pbxId, "connected", time);
			await observer.idle();
		});
		afterEach(async () => {
			proxy.open();
			await observer?.stop();
			await company?.drop();
		});

		/** The page "What we saw" after the journal was read once more. */
		async function afterReading(): Promise<Observed> {
			const read = async () => (await page()).journal;
			const before = JSON.stringify(await read());
			ready = true;
			time += 61_000;
			await until("it is read", async () => (JSON.stringify(await read()) === before ? null : true), 30_000);
			await observer.idle();
			return await page();
		}
		async function page(): Promise<Observed> {
			const app = Fastify().withTypeProvider<ZodTypeProvider>();
			app.setValidatorCompiler(validatorCompiler);
			app.setSerializerCompiler(serializerCompiler);
			const { kind, host, username } = history;
			const pbx = { id: company.pbxId, name: "Office", history: { kind, host, username, tls: false } };
			registerObservedRoutes(app, { windows: createWindows(company.database.pools.ui), pbx: async () => pbx });
			const answer = await app.inject({ url: `/api/pbx/${company.pbxId}/observed` });
			await app.close();
			return Observed.parse(answer.json());
		}
		const codes = ({ journal }: Observed) => journal?.said?.map(({ code }) => code);
		const stored = async () =>
			(
				await company.rows(
					"select count(*)::integer as n, count(*) filter (where recovered)::integer as recovered from calls",
				)
			)[0];
		const whole = { n: calls, recovered: calls };
		/** All is well again, nothing is missing, and the window says how much was found. */
		async function healed(found = calls): Promise<void> {
			const seen = await afterReading();
			expect(seen.journal).toMatchObject({ problem: null, said: null });
			expect(await stored()).toEqual({ n: found, recovered: found });
			expect(seen.windows).toMatchObject([{ recovered: found, reconciledAt: expect.any(String) }]);
			await company.rows("update observations set counted_at = null");
			expect((await afterReading()).daily).toMatchObject({ families: found, calls: found, missing: 0 });
		}

		test("goes away in mid-read: what was read counts, the rest is read afterwards", async () => {
			afterPart = () => proxy.shut();
			const cut = await afterReading();
			// The cut came between two parts: one was compared, others were not.
			expect(parts).toBe(1);
			const { n } = (await stored()) as { n: number };
			expect(n).toBeGreaterThan(0);
			expect(n).toBeLessThan(calls);
			expect(codes(cut)).toEqual(["journal.cut", "mend.journal-wait"]);
			expect(cut.journal?.problem).toContain("broke while it was read");
			expect(cut.windows).toMatchObject([{ reconciledAt: null, recovered: n }]);
			afterPart = () => {};
			expect(codes(await afterReading())).toEqual(["journal.no-link", "mend.journal-listen"]);
			proxy.open();
			await healed();
		});

		test("is slow: its time is over before it is forgotten, and it is read again", async () => {
			await server.run(
				history.kind === "mysql" ? "lock tables cel write" : "begin; lock table cel in access exclusive mode",
			);
			try {
				expect(codes(await afterReading())).toEqual(["journal.late", "mend.journal-late"]);
				expect(await stored()).toEqual({ n: 0, recovered: 0 });
			} finally {
				await server.run(history.kind === "mysql" ? "unlock tables" : "rollback");
			}
			await healed();
		});

		test("may not be read any more: the line that mends it is said, and it mends it", async () => {
			const name = history.kind === "mysql" ? "asteriskcdrdb.cel" : "cel";
			const reader = history.kind === "mysql" ? "'dzvin'@'%'" : "dzvin";
			await server.run(`revoke select on ${name} from ${reader}`);
			try {
				const denied = await afterReading();
				expect(codes(denied)).toEqual(["journal.denied", "mend.paste"]);
				expect(denied.journal?.problem).toContain("GRANT SELECT ON");
			} finally {
				await server.run(`grant select on ${name} to ${reader}`);
			}
			await healed();
		});

		test("is an older copy, and numbers its rows anew: that is said, and what comes later is found", async () => {
			expect((await afterReading()).journal?.problem).toBeNull();
			await server.run("delete from cel where id > 3000");
			await server.run(
				history.kind === "mysql"
					? "alter table cel auto_increment = 3001"
					: "alter sequence cel_id_seq restart with 3001",
			);
			const older = await afterReading();
			expect(codes(older)).toEqual(["journal.older", "mend.journal-restored"]);
			expect(older.journal?.problem).toContain("an old copy was put in its place");
			expect(await stored()).toEqual(whole);

			// Blind once more; the PBX writes on behind the copy, under numbers that were there before.
			observer.onState(company.pbxId, "away", time);
			await write(7, time + minute);
			time += 10 * minute;
			observer.onState(company.pbxId, "connected", time);
			const seen = await afterReading();
			// What it wrote behind the older copy before that was seen is not known.
			expect(codes(seen)).toEqual(["journal.torn", "mend.journal-torn"]);
			expect(seen.windows).toMatchObject([
				{ recovered: 7, reconciledAt: null, torn: true },
				{ recovered: calls, reconciledAt: expect.any(String), torn: false },
			]);
			expect(await stored()).toEqual({ n: calls + 7, recovered: calls + 7 });
		});
	});

	describe("over TLS", () => {
		const read = (patch: Partial<HistoryDatabase>) => wholeJournalOf({ ...history, ...patch }).read(0);
		const problem = async (patch: Partial<HistoryDatabase>) =>
			await read(patch).then(
				() => null,
				(error: { sentence?: { said: { code: string } } }) => error.sentence?.said.code ?? String(error),
			);

		test("is read where the authority is the right one, and refused where it is another, or the name is", async () => {
			await write(3, monday);
			expect((await read({ tls: { ca: server.ca } })).families).toHaveLength(3);
			expect(await problem({ tls: { ca: strangersCertificate } })).toBe("journal.certificate");
			// Those that this machine trusts do not know it.
			expect(await problem({ tls: {} })).toBe("journal.certificate");
			// The certificate is made for 127.0.0.1 alone.
			expect(await problem({ tls: { ca: server.ca }, host: "localhost" })).toBe("journal.certificate");
			expect((await read({ tls: { ca: server.ca } })).families).toHaveLength(3);
		});

		test("says which side wants it and which one has none", async () => {
			if (history.kind === "mysql") {
				await server.run("set global require_secure_transport = on");
				try {
					expect(await problem({})).toBe("journal.wants-tls");
					expect(await problem({ tls: { ca: server.ca } })).toBeNull();
				} finally {
					await server.run("set global require_secure_transport = off");
				}
			} else {
				await server.run("alter system set ssl = off");
				await server.run("select pg_reload_conf()");
				try {
					await until("it offers no TLS", async () =>
						(await problem({ tls: { ca: server.ca } })) === "journal.no-tls" ? true : null,
					);
				} finally {
					await server.run("alter system reset ssl");
					await server.run("select pg_reload_conf()");
				}
				await server.run("create temporary table hba as select pg_read_file('pg_hba.conf') as lines");
				await server.run(
					"copy (values ('host all lab all scram-sha-256'), ('hostssl all dzvin all scram-sha-256')) to '/tmp/cluster/pg_hba.conf'",
				);
				await server.run("select pg_reload_conf()");
				try {
					await until("it wants TLS", async () => ((await problem({})) === "journal.wants-tls" ? true : null));
					expect(await problem({ tls: { ca: server.ca } })).toBeNull();
				} finally {
					await server.run("copy (select string_to_table(lines, E'\\n') from hba) to '/tmp/cluster/pg_hba.conf'");
					await server.run("select pg_reload_conf()");
				}
			}
		});
	});
});
