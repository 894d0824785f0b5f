import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import type { LoopbackPbx } from "../../server/asterisk/loopback/loopback-pbx.ts";
import { Disposition } from "../../server/protocol/disposition.ts";
import { ObligationPage, SeveralResults } from "../../server/protocol/obligation.ts";
import { Calls } from "../journal/calls.ts";
import { admin, furnish, password, type Server, Servers, screenOf, startPbx, until } from "../journal/servers.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

/** Over HTTP and WebSocket, on a server of its own: whatever somebody does, the call stays owed. */
let own: TestDatabase;
let pbx: LoopbackPbx;
let servers: Servers;
let server: Server;
let boss: string;
let olena: string;
let petro: string;

beforeEach(async () => {
	own = await testDatabase();
	pbx = await startPbx();
	servers = new Servers(own.url);
	server = await servers.start("one");
	await furnish(server, pbx);
	boss = await server.signIn(admin);
	const second = { name: "Петро", email: "petro@example.com", password, role: "agent", extension: "102" };
	expect((await server.ask(boss, "POST", "/api/users", second)).status).toBe(201);
	olena = await server.signIn("olena@example.com");
	petro = await server.signIn("petro@example.com");
	await until("the server listens", () => pbx.sessions === 1);
});
afterEach(async () => {
	await assertOwedIsUnprocessed();
	await servers.end();
	await pbx.stop();
	await own.drop();
});

/** Open obligations are exactly the unprocessed calls: one for every external call, settled by a person's word or a talk. */
async function assertOwedIsUnprocessed(): Promise<void> {
	const { rows } = await own.database.pools.ui.query(`
select c.id, count(o.id)::int as owed, bool_and(o.settled_at is null) as open, bool_or(o.settled_how = 'disposition') as said,
	exists (select 1 from dispositions d where d.call_id = c.id) as disposed
from calls c left join obligations o on o.call_id = c.id where c.direction <> 'internal' group by c.id`);
	for (const row of rows) {
		expect(row).toMatchObject({ owed: 1, open: !row.disposed });
		expect(row.said ?? false).toBe(row.disposed);
	}
}
async function callOver(): Promise<string> {
	const over = async () =>
		(await own.database.pools.ui.query<{ id: string }>("select id from calls where ended_at is not null")).rows;
	const before = new Set((await over()).map(({ id }) => id));
	new Calls(pbx, "direct-answered").begin(8);
	return until("the call is over", async () => (await over()).find(({ id }) => !before.has(id))?.id);
}
const owedTo = async (cookie: string, query = "kind=call&assignee=me") =>
	ObligationPage.parse((await server.ask(cookie, "GET", `/api/obligations?${query}`)).json).items;
const said = { status: "not_client", comment: "Помилився номером" };
const dispose = (cookie: string, callId: string, body: unknown = said) =>
	server.ask(cookie, "POST", `/api/calls/${callId}/disposition`, body);

test("closing the tab, reloading, another device, logging out and in as somebody else leave it owed to who spoke", async () => {
	const tab = await screenOf(server, olena);
	const callId = await callOver();
	await until("the tab hears of it", () => tab.messages.some(({ type }) => type === "obligation.opened"));
	tab.close();
	const again = await screenOf(server, olena);
	const shown = again.messages.find(({ type }) => type === "snapshot");
	expect(shown?.type === "snapshot" && shown.obligations.map(({ call }) => call.id)).toEqual([callId]);
	again.close();
	const device = await server.signIn("olena@example.com");
	expect(await owedTo(device)).toHaveLength(1);
	expect((await server.ask(olena, "DELETE", "/api/session", {})).status).toBeLessThan(300);
	expect((await dispose(olena, callId)).status).toBe(401);
	// The same browser, a colleague: it is not hers to close.
	expect(await owedTo(petro)).toEqual([]);
	expect((await dispose(petro, callId)).status).toBe(403);
	expect(await owedTo(device)).toHaveLength(1);
	expect((await dispose(device, callId)).status).toBe(200);
	expect(await owedTo(device)).toEqual([]);
}, 60_000);

test("no comment that says nothing closes it, and a comment once given cannot be cleared", async () => {
	const callId = await callOver();
	for (const comment of ["", "   ", "\n\t", "\u200b\u2060", "\u3164", "\0", null, undefined]) {
		expect((await dispose(olena, callId, { status: "in_work", comment })).status).toBe(400);
	}
	expect((await dispose(olena, callId, { ...said, settledAt: "2026-01-01T00:00:00Z" })).status).toBe(400);
	expect(await owedTo(olena)).toHaveLength(1);
	expect((await dispose(olena, callId)).status).toBe(200);
	expect((await dispose(olena, callId, { ...said, comment: " " })).status).toBe(400);
	for (const method of ["PATCH", "PUT", "DELETE"]) {
		expect((await server.ask(olena, method, `/api/calls/${callId}/disposition`, { comment: "" })).status).toBe(404);
	}
	const { rows } = await own.database.pools.ui.query("select comment from dispositions");
	expect(rows).toEqual([{ comment: said.comment }]);
}, 60_000);

test("a word said twice, at the same moment too, settles once and stays twice in the history", async () => {
	const callId = await callOver();
	const answers = await Promise.all([dispose(olena, callId), dispose(olena, callId)]);
	expect(answers.map(({ status }) => status)).toEqual([200, 200]);
	const { rows } = await own.database.pools.ui.query("select settled_at, count(*) over () from obligations");
	expect(rows).toHaveLength(1);
	const { rows: history } = await own.database.pools.ui.query("select 1 from dispositions");
	expect(history).toHaveLength(2);
}, 60_000);

test("two calls at once are two debts, and a call handed over is owed once, by who had it last", async () => {
	const calls = new Calls(pbx, "direct-answered");
	calls.begin(1);
	calls.begin(1);
	await until("both are owed", async () => (await owedTo(olena)).length === 2);
	await calls.over();
	new Calls(pbx, "blind-transfer-answered").begin(4);
	const [handed] = await until("it is owed to the colleague", async () => {
		const found = await owedTo(petro);
		return found[0]?.call.endedAt ? found : null;
	});
	expect(handed?.call.legs.map(({ result }) => result)).toEqual(["transferred", "answered"]);
	expect(await owedTo(olena)).toHaveLength(2);
}, 60_000);

test("who leaves the company leaves the debt to the team", async () => {
	const callId = await callOver();
	const { items } = z
		.object({ items: z.array(z.object({ id: z.string(), email: z.string() })) })
		.parse((await server.ask(boss, "GET", "/api/users")).json);
	const id = items.find(({ email }) => email === "olena@example.com")?.id;
	const screen = await screenOf(server, petro);
	expect((await server.ask(boss, "PATCH", `/api/users/${id}`, { active: false })).status).toBe(200);
	await until("it is nobody's", async () => (await owedTo(boss, "assignee=nobody")).length === 1);
	await until("the team hears of it", () => screen.messages.some(({ type }) => type === "obligation.opened"));
	screen.close();
	expect((await dispose(olena, callId)).status).toBe(401);
	expect((await owedTo(petro, ""))[0]?.call.id).toBe(callId);
	expect((await dispose(petro, callId)).status).toBe(200);
}, 60_000);

/** How often this call was disposed of, when its debt was settled, and how many next contacts were planned for it. */
async function savedOf(callId: string) {
	const { rows } = await own.database.pools.ui.query<{ words: string[]; settled: Date | null; plans: number }>(
		`select o.settled_at as settled, array(select d.id::text from dispositions d where d.call_id = o.call_id) as words,
	(select count(*)::int from tasks t where t.call_id = o.call_id) as plans
from obligations o where o.call_id = $1`,
		[callId],
	);
	const [row] = rows;
	if (rows.length !== 1 || !row) throw new Error(`${rows.length} obligations`);
	return row;
}

test("a server killed in mid-save: an answered save is kept, any other may be sent again and closes the debt once", async () => {
	const seen = { answered: 0, unansweredButKept: 0, lost: 0 };
	const body = { status: "in_work", comment: "Передзвонити", nextContactAt: "2099-01-05T10:00:00Z" };
	// The last one is killed when the answer is there.
	for (const after of [0, 4, 16, 64, Number.POSITIVE_INFINITY]) {
		const callId = await callOver();
		const saving = dispose(olena, callId, body).catch(() => null);
		await (after === Number.POSITIVE_INFINITY ? saving : sleep(after));
		await server.kill();
		const answer = await saving;
		await assertOwedIsUnprocessed();
		const kept = await savedOf(callId);
		if (answer?.status === 200) {
			seen.answered++;
			const { id } = Disposition.parse(answer.json);
			expect(kept).toMatchObject({ words: [id], settled: expect.any(Date), plans: 1 });
		} else {
			expect(answer?.status ?? 503).toBeGreaterThanOrEqual(500);
			expect([0, 1]).toContain(kept.words.length);
			expect([kept.settled !== null, kept.plans]).toEqual([kept.words.length === 1, kept.words.length]);
			if (kept.settled) seen.unansweredButKept++;
			else seen.lost++;
		}
		server = await servers.start("one");
		olena = await server.signIn("olena@example.com");
		await until("the server listens", () => pbx.sessions === 1);
		expect(await owedTo(olena)).toHaveLength(kept.settled ? 0 : 1);
		if (answer?.status === 200) continue;
		// Whoever heard nothing cannot know: the same once more is taken, and changes nothing of what is closed.
		expect((await dispose(olena, callId, body)).status).toBe(200);
		const again = await savedOf(callId);
		expect(again).toMatchObject({ settled: kept.settled ?? expect.any(Date), plans: 1 });
		expect(again.words).toHaveLength(kept.words.length + 1);
		expect(await owedTo(olena)).toEqual([]);
	}
	console.log("killed saves", seen);
	expect(seen.answered).toBeGreaterThan(0);
}, 240_000);

test("several at once: one comment for all, each with its own result, none of a colleague's", async () => {
	const calls = new Calls(pbx, "direct-answered");
	for (let n = 0; n < 3; n++) calls.begin(8);
	const missed = new Calls(pbx, "direct-not-answered");
	await until("three are owed", async () => (await owedTo(olena)).length === 3);
	await calls.over();
	missed.begin(8);
	await missed.over();
	const all = await until("a missed one, too", async () => {
		const found = await owedTo(boss, "");
		return found.length === 4 && found.every(({ call }) => call.endedAt) ? found : null;
	});
	const ids = all.filter(({ kind }) => kind === "call").map(({ id }) => id);
	const lost = all.find(({ kind }) => kind === "missed")?.id ?? "";
	const several = async (cookie: string, body: unknown) => server.ask(cookie, "POST", "/api/obligations/process", body);
	const results = async (cookie: string, body: unknown) =>
		SeveralResults.parse((await several(cookie, body)).json).items.map(({ result }) => result);
	const stranger = "019aa000-0000-7000-8000-000000000000";

	expect((await several(olena, { ids, as: "not_client", comment: " \u200b" })).status).toBe(400);
	expect((await several(olena, { ids: Array(101).fill(ids[0]), as: "not_client", comment: "x" })).status).toBe(400);
	expect((await several(olena, { ids, as: "bought", comment: "x" })).status).toBe(400);
	expect(await results(petro, { ids, as: "not_client", comment: "Спам" })).toEqual(Array(3).fill("forbidden"));
	// An answered call is closed by its status only.
	expect(await results(olena, { ids: [ids[0], stranger], as: "dismissed", comment: "Спам" })).toEqual([
		"conflict",
		"not-found",
	]);
	expect(await results(olena, { ids: ids.slice(0, 1), as: "not_client", comment: "Спам" })).toEqual(["done"]);
	expect(await results(olena, { ids, as: "not_client", comment: "Спам" })).toEqual(["settled", "done", "done"]);
	const { rows } = await own.database.pools.ui.query("select status, comment from dispositions");
	expect(rows).toEqual(Array(3).fill({ status: "not_client", comment: "Спам" }));
	// Two people at once: one of them closed it.
	const both = await Promise.all(
		[olena, boss].map((who) => results(who, { ids: [lost], as: "not_client", comment: "Спам" })),
	);
	expect(both.flat().sort()).toEqual(["done", "settled"]);
}, 60_000);
