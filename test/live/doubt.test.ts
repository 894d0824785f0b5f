import { expect, onTestFinished, test } from "vitest";
import { newId } from "../../db/id.ts";
import type { Call } from "../../server/protocol/call.ts";
import { runServer } from "../access/running.ts";
import { hashAt, openBrowser } from "./browser.ts";
import { incoming, moment, popOf } from "./calls.ts";

/** With the product's own times: each picture has its turn of comparing once in five minutes. */
async function company(fails: () => boolean) {
	let now: ReturnType<typeof moment> | null = null;
	const owed = { mine: 0, team: 0, missed: 0, overdue: 0, escalated: 0 };
	const pops = (part: "ringing" | "talking", userId: string) => (now?.[part].includes(userId) ? [popOf(now)] : []);
	const refused = () => {
		if (fails()) throw new Error("The database is away");
	};
	const house = await runServer(
		{},
		{
			live: {
				popFor: async (saved) => popOf(saved),
				async popOfCall() {
					refused();
					return now && popOf(now);
				},
				liveCallsOf: async (userId) => ({ ringing: pops("ringing", userId), talking: pops("talking", userId) }),
				async counts() {
					refused();
					return owed;
				},
			},
		},
	);
	onTestFinished(house.end);
	const olena = { ...(await house.hire("agent", "101", "Олена")), name: "Олена", extension: "101" };
	const browser = openBrowser({ base: house.base, cookie: olena.cookie, me: olena.id });
	onTestFinished(browser.end);
	const until = async (fits: () => boolean | Promise<boolean>) => {
		while (!(await fits())) await new Promise((done) => setTimeout(done, 20));
	};
	await until(browser.isOpen);
	const isSame = async () => browser.hash() === (await hashAt(house.base, olena.cookie, browser));
	const rings = async (call: Call) => {
		now = moment(call, { ringing: [olena] });
		house.dzvin.bus.emit("call.saved", now);
		await until(() => browser.live.ringing.value.length === 1);
	};
	const becomes = (call: Call) => {
		now = moment(call, { ringing: [olena] });
		house.dzvin.bus.emit("call.contact", { callId: call.id });
	};
	return { house, olena, browser, until, isSame, rings, becomes };
}

test("what could not be read while the database was away is found and mended within three seconds of its return", async () => {
	let away = false;
	const { browser, until, isSame, rings, becomes } = await company(() => away);
	const call = incoming();
	await rings(call);
	expect(await isSame()).toBe(true);
	away = true;
	const contact = { id: newId(), name: "Client" };
	becomes({ ...call, contact });
	await new Promise((done) => setTimeout(done, 1_500));
	expect(browser.live.ringing.value[0]?.pop.call.contact).toBeNull();
	away = false;
	const healed = performance.now();
	await until(() => browser.live.ringing.value[0]?.pop.call.contact?.id === contact.id);
	expect(performance.now() - healed).toBeLessThan(3_000);
	expect(await isSame()).toBe(true);
});

test("news of what is owed, whose figures could not be read, come when they can", async () => {
	let away = false;
	const { house, olena, browser, until } = await company(() => away);
	away = true;
	const at = new Date().toISOString();
	const obligation = {
		...{ id: newId(), kind: "call" as const, call: incoming({ endedAt: at, outcome: "answered" }), contact: null },
		...{ number: "+380501234567", assignee: { id: olena.id, name: "Олена" }, claimedBy: null, claimedAt: null },
		...{ attempts: 0, times: 1, openedAt: at, dueAt: at, overdue: false, leftSeconds: 1200, settledAt: null },
		...{ settledBy: null, settledHow: null, settledDirection: null, reachedSeconds: null, claimedUntil: null },
		...{ settledChannel: null, settledComment: null },
		...{ escalatedTo: null, escalatedAt: null },
	} as const;
	house.dzvin.bus.emit("obligation.opened", { obligation });
	await new Promise((done) => setTimeout(done, 1_000));
	expect(browser.live.obligations.value).toEqual([]);
	away = false;
	const healed = performance.now();
	await until(() => browser.live.obligations.value.length === 1);
	expect(performance.now() - healed).toBeLessThan(3_000);
});
