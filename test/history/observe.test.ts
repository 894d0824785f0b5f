import { afterEach, beforeEach, expect, test } from "vitest";
import type { Lost } from "../../server/observed/lost.ts";
import { createObserver, type ObserverDeps, type ReconcileInput } from "../../server/observed/observe.ts";
import { createWindows, type Windows } from "../../server/observed/windows.ts";
import type { PbxEvent } from "../../server/pbx-event.ts";
import { type Journal, JournalProblem, type JournalReading } from "../../server/pbx-journal.ts";
import { say } from "../../server/protocol/sentences.ts";
import { until } from "../end-to-end/until.ts";
import { type Company, monday, openCompany } from "../records/company.ts";

let company: Company;
let windows: Windows;
let time = monday;
let leading = true;
let asked: ReconcileInput[] = [];
let answer: () => Promise<JournalReading>;
/** What was told of lost events, in its order. */
let lost: (Lost | null)[] = [];
const observers: ReturnType<typeof createObserver>[] = [];
const nothing: JournalReading = { newest: null, strange: 0, last: null, holes: [] };

beforeEach(async () => {
	company = await openCompany();
	windows = createWindows(company.database.pools.ingest);
	time = monday;
	leading = true;
	[asked, lost] = [[], []];
	answer = async () => nothing;
});
afterEach(async () => {
	for (const observer of observers.splice(0)) await observer.stop();
	await company?.drop();
});

function observe(found: Partial<Awaited<ReturnType<ObserverDeps["reconcile"]>>> = {}) {
	const journal: Journal = {
		name: "a journal",
		async read(_since, take) {
			const reading = await answer();
			await take([]);
			return reading;
		},
	};
	const observer = createObserver({
		leads: () => leading,
		windows,
		async reconcile(input) {
			asked.push(input);
			return {
				...{ recovered: [], families: 0, calls: 0, external: 0, obligations: 0, unmatched: 0, refused: 0 },
				...found,
			};
		},
		log: { info() {}, warn() {} },
		onLost: (pbxId) => lost.push(observer.lostOf(pbxId)),
		now: () => time,
	});
	observers.push(observer);
	observer.set([{ id: company.pbxId, extensionPattern: "^\\d{3}$", journal }]);
	observer.start();
	return observer;
}
const list = () => windows.list(company.pbxId);
const seconds = (count: number) => {
	time += count * 1000;
};
const heard = (event: PbxEvent) => [company.pbxId, [event], time] as const;
const picture = (): PbxEvent => ({ kind: "snapshot", at: time, boot: "one", channels: [] });
/** The server looks at its clock four times a second; the time that it sees is ours. */
const rounds = (count: number) => until(`${count} rounds`, () => (asked.length >= count ? true : null), 5_000);

test("a lost link is a window from what was heard last until the PBX is back, and calls of that time are counted to it", async () => {
	const observer = observe({ recovered: [{ from: monday + 12_000, to: monday + 20_000 }] });
	observer.onState(company.pbxId, "connected", time);
	observer.onEvents(...heard(picture()));
	seconds(10);
	observer.onEvents(...heard({ kind: "booted", at: time, boot: "one" }));
	seconds(3);
	observer.onState(company.pbxId, "away", time);
	observer.onState(company.pbxId, "connecting", time);
	await observer.idle();
	expect(await list()).toMatchObject([{ cause: "link-lost", from: new Date(monday + 10_000).toISOString(), to: null }]);
	seconds(30);
	observer.onState(company.pbxId, "connected", time);
	seconds(6);
	await rounds(1);
	await observer.idle();
	expect(await list()).toMatchObject([
		{ to: new Date(monday + 43_000).toISOString(), recovered: 1, reconciledAt: new Date(time).toISOString() },
	]);
});

test("a window is looked up in the PBX's journal within 5 s of its end, although what was heard live needs 3 s to be stored", async () => {
	const observer = observe();
	observer.onState(company.pbxId, "connected", time);
	seconds(10);
	observer.onState(company.pbxId, "away", time);
	seconds(30);
	observer.onState(company.pbxId, "connected", time);
	observer.onEvents(...heard(picture()));
	await observer.idle();
	const over = time;
	seconds(1);
	await rounds(1);
	await observer.idle();
	expect(await list()).toMatchObject([{ to: new Date(over).toISOString(), reconciledAt: null }]);
	seconds(3);
	await rounds(2);
	await observer.idle();
	expect(await list()).toMatchObject([{ reconciledAt: new Date(over + 4_000).toISOString() }]);
});

test("lost events are a window of their own, also while the link stays", async () => {
	const observer = observe();
	observer.onState(company.pbxId, "connected", time);
	observer.onEvents(...heard(picture()));
	seconds(2);
	observer.onEvents(...heard({ kind: "gap", at: time, cause: "sequence", missing: 7 }));
	await observer.idle();
	expect(await list()).toMatchObject([
		// That numbers are missing is certain only seconds later.
		{ cause: "events-lost", from: new Date(monday - 3000).toISOString(), to: new Date(monday + 2000).toISOString() },
	]);
});

test("events that were lost while our reader stalled are looked for when the PBX sent them, not when we read on", async () => {
	const observer = observe();
	observer.onState(company.pbxId, "connected", time);
	seconds(10);
	observer.onEvents(...heard(picture()));
	// Both waited in the socket: what was between them was sent nine seconds ago.
	const asSent = (at: number): PbxEvent => ({ kind: "channel.renamed", at, channelId: "1.1", name: "PJSIP/101-1" });
	const gap: PbxEvent = { kind: "gap", at: time, cause: "sequence", missing: 700 };
	observer.onEvents(company.pbxId, [asSent(monday + 1000), gap, asSent(monday + 9000)], time);
	await observer.idle();
	expect(await list()).toMatchObject([
		{ from: new Date(monday - 2000).toISOString(), to: new Date(monday + 10_000).toISOString() },
	]);
});

test("a server that was down finds out since when, also when it was killed", async () => {
	const first = observe();
	first.onState(company.pbxId, "connected", time);
	await first.idle();
	seconds(6);
	await until("the heart beats", async () => {
		const seen = await windows.observation(company.pbxId);
		return seen?.until.getTime() === time ? true : null;
	});
	// Killed: nothing more is written.
	seconds(120);
	const second = observe();
	await second.idle();
	expect(await list()).toMatchObject([
		{ cause: "server-stopped", from: new Date(monday + 6000).toISOString(), to: null },
	]);
	second.onState(company.pbxId, "connected", time);
	await second.idle();
	expect(await list()).toMatchObject([{ to: new Date(time).toISOString() }]);
});

test("a PBX whose clock is slow is asked by its own clock", async () => {
	const observer = observe();
	const slow = 3_600_000;
	observer.onState(company.pbxId, "connected", time);
	const channel = {
		...{ id: "1.1", family: "1.1", name: "PJSIP/101-1", technology: "PJSIP", endpoint: "101", state: "ring" as const },
		...{ callerNumber: "", callerName: "", connectedNumber: "", connectedName: "", exten: "", context: "" },
		...{ application: "", accountCode: "", variables: {} },
	};
	observer.onEvents(...heard({ kind: "channel.created", at: time - slow, channel }));
	observer.onEvents(...heard(picture()));
	seconds(61);
	await rounds(1);
	expect(asked[0]?.live).toEqual({ at: monday - slow, channels: new Set(["1.1"]) });
	expect(asked[0]?.settledBefore).toBe(time - slow - 3000);
});

test("a journal that cannot be read, or is older than it was, is said", async () => {
	const observer = observe();
	observer.onState(company.pbxId, "connected", time);
	await observer.idle();
	const problem = async () => (await windows.observation(company.pbxId))?.journalProblem ?? null;
	const round = async () => {
		seconds(61);
		await until("a round", async () => ((await windows.observation(company.pbxId)) ? true : null));
	};
	answer = async () => ({ ...nothing, newest: monday });
	seconds(61);
	await rounds(1);
	await observer.idle();
	expect(await problem()).toBeNull();
	answer = async () => ({ ...nothing, newest: monday - 3_600_000 });
	seconds(61);
	await rounds(2);
	await observer.idle();
	expect(await problem()).toContain("an old copy was put in its place");
	answer = async () => {
		throw new JournalProblem("locked", say("journal.locked", { file: "master.db" }), say("mend.journal-log"));
	};
	await round();
	await until("it is said", async () =>
		(await problem()) === "master.db is locked by a writer; it is read again soon. See the server's log." ? true : null,
	);
});

test("a server that stands by notes nothing; when it takes over, the time in which nobody wrote is a window", async () => {
	const first = observe();
	first.onState(company.pbxId, "connected", time);
	await first.stop();
	leading = false;
	const second = observe();
	seconds(2);
	second.onState(company.pbxId, "connected", time);
	second.onEvents(...heard(picture()));
	await second.idle();
	expect(await list()).toEqual([]);
	seconds(3);
	leading = true;
	second.lead(company.pbxId);
	await second.idle();
	expect(await list()).toMatchObject([
		{ cause: "server-stopped", from: new Date(monday).toISOString(), to: new Date(time).toISOString() },
	]);
});

test("a server that lost its token changes nothing of what was seen", async () => {
	const { pbxId, database } = company;
	await company.rows(`insert into pbx_writers (pbx_id, token, holder) values ('${pbxId}', 7, 'this one')`);
	let token = 7;
	const fenced = createWindows(database.pools.ingest, () => token);
	await fenced.seen(pbxId, monday);
	await fenced.open(pbxId, monday, "link-lost");
	const whole = { mark: "row journal", tear: null, holeUntil: null, healed: null };
	const everything = async () => [
		await company.rows("select * from observations"),
		await company.rows("select * from blind_windows order by id"),
	];
	const before = await everything();
	const [[seen], [window]] = before as [Record<string, unknown>[], Record<string, unknown>[]];
	expect([seen?.until_at, window?.to_at]).toEqual([new Date(monday), null]);
	const counts = { families: 1, calls: 1, external: 1, obligations: 1, unmatched: 1, refused: 1 };
	const complaint = [say("mend.journal-log")];
	const write = async () => {
		const at = monday + 60_000;
		await fenced.seen(pbxId, at);
		await fenced.note(pbxId, monday + 1000, monday + 2000, "events-lost");
		await fenced.recovered(pbxId, [String(window?.id)]);
		await fenced.failed(pbxId, complaint);
		await fenced.counted(pbxId, at, counts);
		await fenced.close(pbxId, monday + 3000);
		await fenced.reconciled(pbxId, { at, until: at, newest: at, complaint, whole, other: false });
		await fenced.open(pbxId, at, "server-stopped");
	};
	// Another server counts the token up.
	await company.rows("update pbx_writers set token = 8");
	await write();
	expect(await everything()).toEqual(before);
	// The one who has it writes all of that.
	token = 8;
	await write();
	expect(await company.rows("select families, journal_mark, journal_problem from observations")).toEqual([
		{ families: 1, journal_mark: "row journal", journal_problem: "See the server's log." },
	]);
	expect(await company.rows("select cause, recovered, reconciled_at is not null as looked from blind_windows")).toEqual(
		expect.arrayContaining([
			{ cause: "link-lost", recovered: 1, looked: true },
			{ cause: "events-lost", recovered: 0, looked: true },
			{ cause: "server-stopped", recovered: 0, looked: false },
		]),
	);
});

test("lost events are told at once, that the journal was read for them when it was, and no more a minute later", async () => {
	const observer = observe();
	observer.onState(company.pbxId, "connected", time);
	observer.onEvents(...heard(picture()));
	seconds(2);
	const first = time;
	observer.onEvents(...heard({ kind: "gap", at: time, cause: "sequence", missing: 7 }));
	observer.onEvents(...heard({ kind: "gap", at: time, cause: "quarantine", missing: null }));
	expect(lost.at(-1)).toEqual({ at: first, until: first, events: 8, state: "reading", settledAt: null });
	// The first reading comes before everything of that time is stored and written: it proves nothing yet.
	seconds(1);
	await rounds(1);
	await observer.idle();
	expect(lost.at(-1)?.state).toBe("reading");
	seconds(6);
	await until("it is read", () => (lost.at(-1)?.state === "read" ? true : null), 5_000);
	seconds(61);
	await until("it is over", () => (lost.at(-1) === null ? true : null), 5_000);
	expect(observer.lostOf(company.pbxId)).toBeNull();
});

test("a journal that cannot be read leaves lost events open, and a reconnection is no loss of them", async () => {
	answer = async () => {
		throw new JournalProblem("locked", say("journal.locked", { file: "Master.db" }), say("mend.journal-log"));
	};
	const observer = observe();
	observer.onState(company.pbxId, "connected", time);
	observer.onEvents(...heard({ kind: "gap", at: time, cause: "reconnect", missing: null }));
	expect(lost).toEqual([]);
	observer.onEvents(...heard({ kind: "gap", at: time, cause: "sequence", missing: 1 }));
	seconds(70);
	await until(
		"it was tried",
		async () => ((await windows.observation(company.pbxId))?.journalProblem ? true : null),
		5_000,
	);
	await observer.idle();
	expect(observer.lostOf(company.pbxId)).toMatchObject({ state: "reading", events: 1 });
});
