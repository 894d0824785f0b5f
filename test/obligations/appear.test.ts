import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type LoopbackPbx, startLoopbackPbx } from "../../server/asterisk/loopback/loopback-pbx.ts";
import { type Obligation, ObligationPage } from "../../server/protocol/obligation.ts";
import { type Running, runServer, type Visitor } from "../access/running.ts";
import { until } from "../journal/servers.ts";

/** What real calls sounded like, played to the whole server: each is in the list of whom it concerns, and in no other. */
const secret = "a secret of the loopback";
let house: Running;
let pbx: LoopbackPbx;
let olena: Visitor;
let petro: Visitor;
let boss: Visitor;

/** Nobody spoke: everybody's to call back. The number and the way are those of the recorded call. */
const missed = [
	["number-withheld-not-answered", null],
	["direct-phone-not-registered", "+380501110020"],
	["menu-given-up", "+380501130003"],
	["out-of-hours", "+380501130005"],
	["voicemail", "+380501130006"],
	["queue-given-up-while-all-pause", "+380501120007"],
	["direct-busy", "+380501110005"],
	["direct-rejected", "+380501110006"],
] as const;
/** Somebody spoke or dialled: that person's to process. */
const spoken = [
	["number-withheld", null],
	["outbound-failed", "+380501160005"],
	["outbound-no-answer", "+380501160002"],
] as const;

beforeAll(async () => {
	house = await runServer();
	pbx = await startLoopbackPbx({ accounts: { events: secret } });
	olena = await house.hire("agent", "101", "Олена");
	petro = await house.hire("agent", "102", "Петро");
	boss = await house.hire("supervisor");
	const body = { name: "Office", host: "127.0.0.1", port: pbx.port, events: { username: "events", secret } };
	expect((await house.call("POST", "/api/pbx", { cookie: await house.admin(), body })).status).toBe(201);
	await until("the server listens", () => pbx.sessions === 1);
	for (const [trace] of [...missed, ...spoken, ["internal-not-answered"], ["number-withheld-not-answered"]]) {
		const bytes = await readFile(new URL(`../traces/${trace}.ami`, import.meta.url));
		await pbx.play(bytes, { speed: Number.POSITIVE_INFINITY });
	}
	const calls = missed.length + spoken.length + 2;
	await until("all are stored and over", async () => {
		const { json } = await house.call("GET", "/api/calls?limit=100", { cookie: boss.cookie });
		return (
			json.items.length === calls && json.items.every(({ endedAt }: { endedAt: string | null }) => endedAt !== null)
		);
	});
}, 60_000);
afterAll(async () => {
	await pbx?.stop();
	await house?.end();
});

async function listed(who: Visitor, query: string): Promise<Obligation[]> {
	const { json } = await house.call("GET", `/api/obligations?limit=100&${query}`, { cookie: who.cookie });
	return ObligationPage.parse(json).items;
}
const numbers = (items: readonly Obligation[]) => items.map(({ number }) => number ?? "withheld").sort();

test("whoever reached nobody is to be called back: number withheld, dead phone, menu, out of hours, voicemail, busy", async () => {
	// Nothing says that two callers without a number are one client.
	const all = [...missed.map(([, number]) => number), null].map((number) => number ?? "withheld").sort();
	for (const who of [olena, petro, boss]) {
		const items = await listed(who, "kind=missed");
		expect(numbers(items)).toEqual(all);
		for (const { assignee, call, times } of items) {
			expect({ assignee, outcome: call.outcome, times }).toEqual({ assignee: null, outcome: "missed", times: 1 });
		}
	}
});

test("whoever spoke or dialled has it to process, and no colleague", async () => {
	const all = spoken.map(([, number]) => number ?? "withheld").sort();
	expect(numbers(await listed(boss, "kind=call"))).toEqual(all);
	const hers = await listed(olena, "kind=call&assignee=me");
	const his = await listed(petro, "kind=call&assignee=me");
	expect(numbers([...hers, ...his])).toEqual(all);
	for (const [who, items] of [
		[olena, hers],
		[petro, his],
	] as const) {
		for (const { call } of items) expect(call.legs.map(({ user }) => user?.id)).toContain(who.id);
	}
});

test("what is owed equals the external calls, one for one; colleagues among themselves owe nothing", async () => {
	const { rows } = await house.dzvin.database.pools.ui.query(
		`select c.direction, count(*)::int as calls, count(o.id)::int as owed from calls c
		left join obligations o on o.call_id = c.id and o.settled_at is null group by 1 order by 1`,
	);
	expect(rows).toEqual([
		{ direction: "inbound", calls: missed.length + 2, owed: missed.length + 2 },
		{ direction: "internal", calls: 1, owed: 0 },
		{ direction: "outbound", calls: 2, owed: 2 },
	]);
});
