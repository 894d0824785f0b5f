import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { newId } from "../../db/id.ts";
import type { Obligation } from "../../server/protocol/obligation.ts";
import { type Running, runServer, type Visitor } from "../access/running.ts";
import { incoming } from "./calls.ts";
import { type Listener, listen } from "./listener.ts";

let house: Running;
let reads: string[] = [];
let olena: Visitor;
let petro: Visitor;
let boss: Visitor;
beforeAll(async () => {
	house = await runServer(
		{},
		{
			live: {
				times: { gatherCounts: 5 },
				async counts(person) {
					reads.push(person.id);
					return { mine: reads.length, team: 0, missed: 0, overdue: 0, escalated: 0 };
				},
			},
		},
	);
	olena = await house.hire("agent", "101");
	petro = await house.hire("agent", "102");
	boss = await house.hire("supervisor");
});
afterAll(() => house.end());

const desk = async (person: Visitor): Promise<Listener> => {
	const listener = await listen(house.base, person.cookie);
	onTestFinished(listener.end);
	await listener.heard("snapshot");
	reads = [];
	return listener;
};
const at = "2026-11-22T10:00:00.000Z";
function owed(assignee: Visitor | null, ended = true): Obligation {
	return {
		id: newId(),
		kind: "missed",
		call: incoming({ endedAt: ended ? at : null, outcome: ended ? "missed" : "ringing" }),
		contact: null,
		number: "+380501234567",
		assignee: assignee === null ? null : { id: assignee.id, name: "Somebody" },
		claimedBy: null,
		claimedAt: null,
		claimedUntil: null,
		attempts: 0,
		times: 1,
		openedAt: at,
		dueAt: at,
		overdue: false,
		leftSeconds: 1200,
		escalatedTo: null,
		escalatedAt: null,
		settledAt: null,
		settledBy: null,
		settledHow: null,
		settledChannel: null,
		settledComment: null,
		settledDirection: null,
		reachedSeconds: null,
	};
}
const opened = (obligation: Obligation) => house.dzvin.bus.emit("obligation.opened", { obligation });

test("what one person owes is told to that person and to supervisors, what nobody has to everybody", async () => {
	const [own, other, lead] = [await desk(olena), await desk(petro), await desk(boss)];
	const hers = owed(olena);
	const nobodys = owed(null);
	opened(hers);
	opened(nobodys);
	for (const screen of [own, lead]) await screen.heard("obligation.opened", (m) => m.obligation.id === hers.id);
	for (const screen of [own, other, lead])
		await screen.heard("obligation.opened", (m) => m.obligation.id === nobodys.id);
	expect(other.of("obligation.opened").map((m) => m.obligation.id)).toEqual([nobodys.id]);
});

test("a call that is still ringing is nobody's to process yet", async () => {
	const screen = await desk(olena);
	const running = owed(null, false);
	const over = owed(null);
	opened(running);
	opened(over);
	await screen.heard("obligation.opened", (m) => m.obligation.id === over.id);
	expect(screen.of("obligation.opened").map((m) => m.obligation.id)).toEqual([over.id]);
});

test("a burst of changes costs one reading of figures a person, not one a change", async () => {
	const screen = await desk(olena);
	const many = Array.from({ length: 50 }, () => owed(olena));
	for (const obligation of many) opened(obligation);
	const last = many.at(-1);
	await screen.heard("obligation.opened", (m) => m.obligation.id === last?.id);
	expect(screen.of("obligation.opened")).toHaveLength(50);
	expect(reads.filter((id) => id === olena.id)).toHaveLength(1);
});

test("what is settled leaves the lists of those who had it", async () => {
	const screen = await desk(olena);
	const id = newId();
	house.dzvin.bus.emit("obligation.settled", { id, callId: newId(), assigneeId: olena.id, escalated: false });
	expect(await screen.heard("obligation.settled")).toMatchObject({ id, counts: { team: 0 } });
});
