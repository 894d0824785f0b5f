import { describe, expect, test } from "vitest";
import type { ServerMessage } from "../../../server/protocol/live.ts";
import { call, contact, iso, leg, obligation, olena, petro, pop } from "./fixtures.ts";
import {
	type Context,
	continues,
	emptyPicture,
	expire,
	farewell,
	fold,
	hashOfPicture,
	type Picture,
} from "./picture.ts";

const now = Date.now();
const context: Context = { me: olena.id, now, wrapUps: [] };
const counts = { mine: 1, team: 1, missed: 0, overdue: 0, escalated: 0 };
const at = iso(now);
const ivanenko = contact(1);
const ring = call(1);
type Snapshot = Extract<ServerMessage, { type: "snapshot" }>;
const snapshot = (part: Partial<Snapshot> = {}): Snapshot => ({
	type: "snapshot",
	seq: 10,
	at,
	ringing: [],
	talking: [],
	obligations: [],
	counts,
	agents: [],
	queues: [],
	pbxs: [],
	unseen: [],
	...part,
});
const play = (messages: readonly ServerMessage[], from: Picture = emptyPicture, under = context) =>
	messages.reduce((picture, message) => fold(picture, message, under), from);
const ringing = (seq = 11): ServerMessage => ({ type: "call.ringing", seq, at, ...pop(ring, [ivanenko], olena.id) });
const talking = (by: { id: string; name: string }, seq = 12): ServerMessage => ({
	type: "call.talking",
	seq,
	at,
	call: { ...ring, outcome: "talking", answeredAt: at },
	by,
	pop: null,
});
const ended = (elsewhere: boolean, seq = 13): ServerMessage => ({
	type: "call.ended",
	seq,
	at,
	call: { ...ring, outcome: "answered", answeredAt: at, endedAt: at },
	elsewhere,
	by: elsewhere ? petro : null,
});
const phases = (picture: Picture) => picture.cards.map((card) => card.phase.kind);

describe("the life of a pop-up", () => {
	test("it rings, is spoken in, and becomes the wrap-up form", () => {
		expect(phases(play([snapshot(), ringing()]))).toEqual(["ringing"]);
		expect(phases(play([snapshot(), ringing(), talking(olena)]))).toEqual(["talking"]);
		expect(phases(play([snapshot(), ringing(), talking(olena), ended(false)]))).toEqual(["wrap-up"]);
	});

	test("a colleague answers: it says so by name and is gone before two seconds are over", () => {
		const picture = play([snapshot(), ringing(), talking(petro)]);
		expect(picture.cards[0]?.phase).toEqual({ kind: "elsewhere", by: petro.name, until: now + farewell });
		expect(expire(picture, now + farewell - 1).cards).toHaveLength(1);
		expect(expire(picture, now + farewell).cards).toHaveLength(0);
		expect(farewell).toBeLessThan(2000);
	});

	test("the phone stops while the call goes on elsewhere", () => {
		expect(phases(play([snapshot(), ringing(), ended(true, 12)]))).toEqual(["elsewhere"]);
	});

	test("our phone stops before the PBX says who answered: the name follows", () => {
		const answered = { ...ring, outcome: "talking" as const, answeredAt: at };
		const early: ServerMessage = { type: "call.ended", seq: 12, at, call: ring, elsewhere: false, by: null };
		const changed: ServerMessage = {
			type: "call.changed",
			seq: 13,
			at,
			call: { ...answered, legs: [leg({ user: petro, extension: "102", answeredAt: at })] },
			match: { state: "unknown", candidates: [] },
		};
		const before = play([snapshot(), ringing(), early]);
		expect(before.cards[0]?.phase).toMatchObject({ kind: "elsewhere", by: null });
		const later = { ...context, now: now + 900 };
		const named = play([changed], before, later);
		expect(named.cards[0]?.phase).toEqual({ kind: "elsewhere", by: petro.name, until: now + farewell });
	});

	test("the caller gives up", () => {
		expect(phases(play([snapshot(), ringing(), ended(false, 12)]))).toEqual(["gone"]);
	});

	test("the same call rings twice: one card", () => {
		expect(phases(play([snapshot(), ringing(11), ringing(12)]))).toEqual(["ringing"]);
	});

	test("a settled obligation closes its wrap-up form", () => {
		const settled: ServerMessage = { type: "obligation.settled", seq: 14, at, id: "o", callId: ring.id, counts };
		expect(phases(play([snapshot(), ringing(), talking(olena), ended(false), settled]))).toEqual([]);
	});

	test("a choice among candidates names the contact and its owner", () => {
		const two = pop(ring, [ivanenko, contact(2, { name: "Іваненко Петро" })], olena.id);
		const chosen: ServerMessage = {
			type: "call.changed",
			seq: 12,
			at,
			call: { ...ring, contact: { id: ivanenko.id, name: ivanenko.name } },
			match: pop(ring, [ivanenko], olena.id).match,
		};
		const picture = play([snapshot(), { type: "call.ringing", seq: 11, at, ...two }, chosen]);
		expect(picture.cards[0]?.pop.contact?.name).toBe(ivanenko.name);
		expect(picture.cards[0]?.pop.owner).toMatchObject({ id: petro.id, you: false });
	});
});

describe("what was missed", () => {
	test("a jump in the numbers does not continue the picture", () => {
		const picture = play([snapshot()]);
		expect(continues(picture, ringing(11))).toBe(true);
		expect(continues(picture, ringing(12))).toBe(false);
		expect(continues(emptyPicture, ringing(1))).toBe(false);
		expect(continues(picture, snapshot({ seq: 3 }))).toBe(true);
	});

	test("a message that was seen already changes nothing", () => {
		const picture = play([snapshot(), ringing(), talking(olena)]);
		expect(fold(picture, ringing(11), context)).toBe(picture);
	});

	test("after a lost connection no stale card stays", () => {
		const before = play([snapshot(), ringing()]);
		expect(phases(play([snapshot({ seq: 50 })], before))).toEqual([]);
	});

	test("a restarted server counts from the beginning", () => {
		const picture = play([snapshot({ seq: 500 }), snapshot({ seq: 1 }), ringing(2)]);
		expect(phases(picture)).toEqual(["ringing"]);
	});

	test("a call that ended while we were away still wants its wrap-up", () => {
		const owed = obligation(1, { call: { ...ring, outcome: "answered", endedAt: at }, assignee: olena });
		const before = play([snapshot(), ringing(), talking(olena)]);
		expect(phases(play([snapshot({ seq: 50, obligations: [owed] })], before))).toEqual(["wrap-up"]);
		expect(phases(play([snapshot({ seq: 50 })], before))).toEqual([]);
	});

	test("a form that was open before a reload opens again, one that was closed does not", () => {
		const owed = obligation(1, { call: { ...ring, outcome: "answered", endedAt: at }, assignee: olena });
		const message = snapshot({ obligations: [owed] });
		expect(phases(play([message], emptyPicture, { ...context, wrapUps: [ring.id] }))).toEqual(["wrap-up"]);
		expect(phases(play([message]))).toEqual([]);
	});
});

test("only what is mine stands in my list, the figures are the server's", () => {
	const opened = (assignee: typeof olena | null, n: number): ServerMessage => ({
		type: "obligation.opened",
		seq: 10 + n,
		at,
		obligation: obligation(n, { call: ring, assignee }),
		counts: { ...counts, mine: n },
	});
	const picture = play([snapshot(), opened(olena, 1), opened(petro, 2), opened(null, 3)]);
	expect(picture.obligations).toHaveLength(1);
	expect(picture.counts.mine).toBe(3);
});

test("a client who calls a hundred times in vain is one entry, and the picture stays the server's", () => {
	const opened = (n: number, number: string): ServerMessage => ({
		type: "obligation.opened",
		seq: 10 + n,
		at,
		obligation: obligation(n, { call: ring, kind: "missed", assignee: olena, contact: null, number }),
		counts,
	});
	const hundred = Array.from({ length: 100 }, (_, n) => opened(n + 1, "+380501110001"));
	const picture = play([snapshot(), ...hundred, opened(101, "+380501110002")]);
	expect(picture.obligations.map(({ number }) => number)).toEqual(["+380501110001", "+380501110002"]);
	const servers = play([snapshot(), opened(1, "+380501110001"), opened(101, "+380501110002")]);
	const viewer = { id: olena.id, leads: false };
	expect(hashOfPicture(picture, viewer)).toBe(hashOfPicture(servers, viewer));
});
