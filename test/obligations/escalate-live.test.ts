import { readFile } from "node:fs/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type LoopbackPbx, startLoopbackPbx } from "../../server/asterisk/loopback/loopback-pbx.ts";
import { ObligationPage } from "../../server/protocol/obligation.ts";
import { type Running, runServer, type Visitor } from "../access/running.ts";
import { until } from "../journal/servers.ts";
import { type Listener, listen } from "../live/listener.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

const secret = "a secret of the loopback";
let own: TestDatabase;
let pbx: LoopbackPbx;
let first: Running;
let second: Running | null = null;
const screens: Listener[] = [];
beforeEach(async () => {
	own = await testDatabase();
	pbx = await startLoopbackPbx({ accounts: { events: secret } });
	first = await runServer({}, {}, own.url);
});
afterEach(async () => {
	for (const screen of screens.splice(0)) screen.end();
	await second?.end();
	second = null;
	await first.end();
	await pbx.stop();
	await own.drop();
});

const rows = async (text: string, values: unknown[] = []) => (await own.database.pools.ui.query(text, values)).rows;
const come = () => rows("update obligations set escalates_at = now() - interval '1 second'");

/** A client of Olena's gives up while her phone rings. */
async function missed(): Promise<{ id: string; olena: Visitor; petro: Visitor; boss: Visitor }> {
	const olena = await first.hire("agent", "101", "Олена");
	const petro = await first.hire("agent", "102", "Петро");
	const boss = await first.hire("supervisor");
	const cookie = await first.admin();
	await first.call("POST", "/api/contacts", {
		cookie,
		body: { name: "Шевченко", ownerId: olena.id, numbers: [{ raw: "0501110001" }, { raw: "0501110002" }] },
	});
	await first.call("POST", "/api/pbx", {
		cookie,
		body: { name: "Office", host: "127.0.0.1", port: pbx.port, events: { username: "events", secret } },
	});
	await until("the server listens", () => pbx.sessions >= 1);
	const trace = await readFile(new URL("../traces/direct-given-up.ami", import.meta.url));
	await pbx.play(trace, {
		speed: Number.POSITIVE_INFINITY,
		rewrite: (packet) => packet.replaceAll(/050111\d{4}/g, "0501110001"),
	});
	const owed = await until("it is owed", async () => {
		const [row] = await rows("select id, assignee_id from obligations where kind = 'missed'");
		return row;
	});
	expect(owed.assignee_id).toBe(olena.id);
	return { id: String(owed.id), olena, petro, boss };
}
async function sit(server: Running, who: Visitor): Promise<Listener> {
	const screen = await listen(server.base, who.cookie);
	screens.push(screen);
	await screen.heard("snapshot");
	return screen;
}
const heard = (screen: Listener, to: "team" | "supervisor") =>
	screen.heard("obligation.opened", ({ obligation }) => obligation.escalatedTo === to);

test("two servers: it goes further once, and the people of both hear of it as it happens", async () => {
	const { id, olena, petro, boss } = await missed();
	second = await runServer({}, {}, own.url);
	const colleague = await sit(first, petro);
	const owner = await sit(first, olena);
	const away = await sit(second, petro);
	const lead = await sit(second, boss);
	expect(colleague.of("obligation.opened")).toEqual([]);
	await come();
	for (const screen of [colleague, owner, away, lead]) {
		expect((await heard(screen, "team")).obligation).toMatchObject({ id, assignee: { name: "Олена" } });
	}
	expect((await heard(colleague, "team")).counts).toMatchObject({ missed: 1, escalated: 1 });
	await come();
	for (const screen of [lead, colleague]) await heard(screen, "supervisor");
	const told = (screen: Listener) =>
		new Set(screen.of("obligation.opened").map(({ obligation }) => obligation.escalatedAt));
	expect(told(lead).size).toBe(2);
	const audited = await rows(
		"select detail ->> 'to' as to from audit where action = 'obligation.escalate' order by id",
	);
	expect(audited).toEqual([{ to: "team" }, { to: "supervisor" }]);
	// Who did not owe it saw it, so that it goes from that screen too.
	await first.call("POST", `/api/obligations/${id}/dismiss`, { cookie: olena.cookie, body: { comment: "Спам" } });
	await colleague.heard("obligation.settled", (message) => message.id === id);
}, 60_000);

test("what came due while no server ran goes further when one is back, from the team to the supervisor", async () => {
	const { id, petro, boss } = await missed();
	await first.end();
	await rows("update obligations set escalates_at = now() - interval '1 year'");
	first = await runServer({}, {}, own.url);
	const { items } = await until("it came to the supervisor", async () => {
		const { json } = await first.call("GET", "/api/obligations?escalated=supervisor", { cookie: boss.cookie });
		const page = ObligationPage.parse(json);
		return page.items.length > 0 ? page : null;
	});
	expect(items).toMatchObject([{ id, escalatedTo: "supervisor", leftSeconds: expect.any(Number) }]);
	const { json } = await first.call("GET", "/api/obligations?kind=missed", { cookie: petro.cookie });
	expect(ObligationPage.parse(json).items.map((one) => one.id)).toEqual([id]);
}, 60_000);
