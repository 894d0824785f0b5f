import { expect, test } from "vitest";
import { dutyOf, dutyState } from "./duty.ts";
import { call, iso, obligation, olena, petro } from "./fixtures.ts";

const now = Date.now();
const missed = (part = {}) => obligation(1, { kind: "missed", call: call(1, { outcome: "missed" }), ...part });
const agent = { id: olena.id, role: "agent" };

test("a call-back goes from new to claimed, tried and settled", () => {
	expect(dutyState(missed(), now)).toBe("new");
	expect(dutyState(missed({ claimedBy: olena }), now)).toBe("claimed");
	expect(dutyState(missed({ claimedBy: olena, attempts: 2 }), now)).toBe("tried");
	const settledAt = iso(now);
	const spoken = { settledAt, settledHow: "conversation" };
	expect(dutyState(missed({ ...spoken, settledDirection: "outbound" }), now)).toBe("reached");
	expect(dutyState(missed(spoken), now)).toBe("processed");
	expect(dutyState(missed({ ...spoken, settledDirection: "inbound", attempts: 1 }), now)).toBe("reached-us");
	expect(dutyState(missed({ settledAt, settledHow: "dismissed" }), now)).toBe("dismissed");
	expect(dutyState(missed({ settledAt, settledHow: "other-channel" }), now)).toBe("answered");
});

test("what a colleague has taken cannot be called or closed by an agent, a supervisor may take it back", () => {
	const held = missed({ claimedBy: petro });
	expect(dutyOf(held, agent, now)).toMatchObject({ canCall: false, canClaim: false, canDismiss: false, heldBy: petro });
	expect(dutyOf(held, { id: olena.id, role: "supervisor" }, now)).toMatchObject({ canRelease: true, canDismiss: true });
	expect(dutyOf(missed({ claimedBy: olena }), agent, now)).toMatchObject({ canCall: true, canRelease: true });
	expect(dutyOf(held, { id: olena.id, role: "supervisor" }, now)).toMatchObject({ canTakeOver: true, canClaim: false });
	expect(dutyOf(held, agent, now)).toMatchObject({ canTakeOver: false });
});

test("a claim that nobody acted upon falls by the clock, and anybody may take the client", () => {
	const held = missed({ claimedBy: petro, claimedUntil: iso(now + 1000) });
	expect(dutyOf(held, agent, now)).toMatchObject({ state: "claimed", canClaim: false, claim: petro });
	const late = { state: "new", canClaim: true, canCall: true, canTakeOver: false, canRelease: false, claim: null };
	expect(dutyOf(held, agent, now + 1000)).toMatchObject(late);
});

test("what is left is working time: the night between does not count, nor does it grow", () => {
	const overNight = missed({ leftSeconds: 600, dueAt: iso(now + 15 * 3_600_000) });
	expect(dutyOf(overNight, agent, now)).toMatchObject({ leftFor: 600_000 });
	const today = missed({ leftSeconds: 600, dueAt: iso(now + 600_000) });
	expect(dutyOf(today, agent, now + 60_000)).toMatchObject({ leftFor: 540_000 });
	expect(dutyOf(missed({ settledAt: iso(now), leftSeconds: null }), agent, now)).toMatchObject({ leftFor: null });
});

test("a withheld number cannot be called back, only closed with a reason", () => {
	expect(dutyOf(missed({ number: null }), agent, now)).toMatchObject({ canCall: false, canDismiss: true });
});

test("late is what the server calls late; by how much the clock says", () => {
	const late = missed({ overdue: true, dueAt: iso(now - 600_000) });
	expect(dutyOf(late, agent, now).overdueBy).toBe(600_000);
	expect(dutyOf(missed({ overdue: false, dueAt: iso(now + 60_000) }), agent, now)).toMatchObject({
		overdueBy: 0,
		leftFor: 60_000,
	});
});
