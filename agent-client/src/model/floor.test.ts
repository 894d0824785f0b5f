import { expect, test } from "vitest";
import type { FloorFigures } from "../../../server/protocol/floor.ts";
import type { ServerMessage } from "../../../server/protocol/live.ts";
import { call, iso, leg, olena, petro } from "./fixtures.ts";
import { foldFloor, onCall, proofOf, queuesOf } from "./floor.ts";

const at = iso(Date.now());
const figures: FloorFigures = {
	...{
		missed: { open: 0, oldest: null },
		escalated: { open: 0, oldest: null },
		reached: { count: 0, median: null },
		unprocessed: { open: 0, oldest: null },
		overdue: [],
		links: [],
	},
	...{ unseen: { count: 0, items: [] }, paint: { count: 0, p50: null, p95: null } },
};
const [older, newer] = [call(1, { startedAt: iso(1_000) }), call(2, { startedAt: iso(2_000) })];
const first: ServerMessage = { type: "floor", seq: 1, at, calls: [newer, older], figures };

test("the floor begins with its whole picture, the oldest call first, and forgets calls that are over", () => {
	const floor = foldFloor(null, first, 5);
	expect(floor?.calls.map(({ id }) => id)).toEqual([older.id, newer.id]);
	const later = foldFloor(floor, { type: "floor.calls", seq: 2, at, calls: [call(3)], gone: [older.id] }, 9);
	expect(later?.calls.map(({ id }) => id)).toEqual([newer.id, call(3).id]);
	expect(later?.heardAt).toBe(9);
});

test("a change before the first picture shows nothing, and what is not about the floor does not make it fresh", () => {
	expect(foldFloor(null, { type: "floor.calls", seq: 1, at, calls: [older], gone: [] }, 1)).toBeNull();
	const floor = foldFloor(null, first, 5);
	expect(foldFloor(floor, { type: "pong", last: 4 }, 9)).toBe(floor);
});

test("the longest wait of a queue is that of the call that came first; who is answered waits no more", () => {
	const talking = call(4, { startedAt: iso(500), outcome: "talking" });
	const views = queuesOf([{ pbx: "Office", queue: "Продажі", waiting: 2 }], [talking, newer, older]);
	expect(views).toEqual([{ pbx: "Office", queue: "Продажі", waiting: 2, longest: older.startedAt }]);
});

test("a queue of which the PBX said nothing yet is known by its calls", () => {
	expect(queuesOf([], [older])).toMatchObject([{ queue: "Продажі", waiting: 1 }]);
	expect(queuesOf([{ pbx: "Office", queue: "Сервіс", waiting: 0 }], [])).toMatchObject([{ waiting: 0, longest: null }]);
});

test("who speaks is named, and while nobody does, all whose phones ring", () => {
	const ringing = [leg(), leg({ user: petro, extension: "102" })];
	expect(onCall(call(1, { legs: ringing }))).toEqual([`${olena.name} · 101`, `${petro.name} · 102`]);
	const answered = [leg({ leftAt: at }), leg({ user: petro, extension: "102", answeredAt: at })];
	expect(onCall(call(1, { legs: answered }))).toEqual([`${petro.name} · 102`]);
});

test("nothing missing is green only while it was counted within two hours and the PBX's journal can be read", () => {
	const now = Date.now();
	const hours = (count: number, missing = 0) => ({
		...{ families: 3, calls: 3 - missing, external: 2, obligations: 2, missing },
		at: iso(now - count * 3_600_000),
	});
	expect(proofOf({ daily: null, journalProblem: null }, now)).toBeNull();
	expect(proofOf({ daily: hours(1.9), journalProblem: null }, now)).toMatchObject({ tone: "good", isOld: false });
	expect(proofOf({ daily: hours(1.9) }, now)?.tone).toBe("good");
	expect(proofOf({ daily: hours(2.1), journalProblem: null }, now)).toMatchObject({ tone: "warn", isOld: true });
	expect(proofOf({ daily: hours(1), journalProblem: "It is locked." }, now)).toMatchObject({
		tone: "warn",
		isOld: false,
	});
	expect(proofOf({ daily: hours(9, 1), journalProblem: "It is locked." }, now)?.tone).toBe("bad");
	// A hole in the journal itself: nothing is proven, however new the count.
	expect(proofOf({ daily: { ...hours(0.1), proven: false } }, now)?.tone).toBe("bad");
});
