import { describe, expect, it } from "vitest";
import { Book, rules } from "../../test/calls/fold.ts";
import { answeredBy101, hangUp, Stage, type StageChannel } from "../../test/calls/stage.ts";
import type { PbxEvent } from "../pbx-event.ts";
import { emptyTracker, next, noteOver, remember, saidStored } from "./tracker.ts";

describe("after a gap", () => {
	it("a call that is not there any more has ended unseen, and is marked as recovered", () => {
		const stage = new Stage();
		answeredBy101(stage);
		stage.wait(60);
		stage.say({ kind: "snapshot", boot: "one", channels: [] });
		expect(stage.call()).toMatchObject({
			outcome: "answered",
			endedAt: 1_700_000_062_000,
			talkMs: 60_000,
			recovered: true,
			interrupted: false,
		});
	});

	it("a call that began while the list was drawn up is not ended by it", () => {
		const stage = new Stage();
		stage.wait(60);
		const client = stage.calls("PJSIP/trunk", "0442001001", "0501234567");
		stage.say({ kind: "snapshot", boot: "one", channels: [] });
		expect(stage.call().endedAt).toBeNull();
		hangUp(client);
		expect(stage.call()).toMatchObject({ outcome: "missed", recovered: false });
	});

	it("a call that was heard of just before the gap has ended in it when the list does not show it", () => {
		const stage = new Stage();
		stage.wait(60);
		answeredBy101(stage);
		stage.say({ kind: "gap", cause: "reconnect", missing: null });
		stage.wait(1);
		stage.say({ kind: "snapshot", boot: "one", channels: [] });
		expect(stage.call()).toMatchObject({ outcome: "answered", endedAt: 1_700_000_063_000, recovered: true });
	});

	it("that one server's link had, the list that another server asked for before does not end what began since", () => {
		const stage = new Stage();
		stage.wait(60);
		const client = stage.calls("PJSIP/trunk", "0442001001", "0501234567");
		stage.say({ kind: "gap", cause: "reconnect", missing: null, link: "one" });
		stage.say({ kind: "snapshot", boot: "one", channels: [], link: "other" });
		expect(stage.call().endedAt).toBeNull();
		hangUp(client);
		expect(stage.call()).toMatchObject({ outcome: "missed", recovered: false });
	});

	it("a link that is new knows of nothing that was before", () => {
		const stage = new Stage();
		stage.wait(60);
		answeredBy101(stage);
		stage.say({ kind: "booted", boot: "one", link: "new" });
		stage.say({ kind: "snapshot", boot: "one", channels: [], link: "new" });
		expect(stage.call()).toMatchObject({ outcome: "answered", recovered: true });
	});

	it("ends calls also when the PBX's clock is far ahead of ours", () => {
		const stage = new Stage();
		answeredBy101(stage);
		stage.wait(60);
		hangUp(stage.calls("PJSIP/trunk", "0442001001", "0671112233"));
		stage.wait(-3600);
		stage.say({ kind: "snapshot", boot: "one", channels: [] });
		expect(stage.play().facts.filter((call) => call.endedAt === null)).toEqual([]);
	});

	it("a call of which nothing was known is told as it stands", () => {
		const stage = new Stage();
		const client = stage.channel("PJSIP/trunk", "up", { exten: "0442001001", callerNumber: "0501234567" });
		const desk = stage.channel("PJSIP/101", "up", { family: client.now.family });
		stage.wait(30);
		const bridgeId = "known-to-nobody";
		const row = (one: StageChannel, application: string) => ({
			channel: one.now,
			application,
			data: "",
			bridgeId,
			seconds: 30,
		});
		stage.say({ kind: "snapshot", boot: "one", channels: [row(desk, "AppDial"), row(client, "Dial")] });
		expect(stage.call()).toMatchObject({
			direction: "inbound",
			outcome: "talking",
			did: "0442001001",
			legs: [{ extension: "101", result: null }],
		});
	});

	it("two clients whom a list shows in one parking lot stay two calls, and speak with nobody there", () => {
		const stage = new Stage();
		const clients = ["0501111111", "0502222222"].map((number) =>
			stage.channel("PJSIP/trunk", "up", { exten: "0442001001", callerNumber: number }),
		);
		stage.wait(30);
		// Parked by a key the client's channel stays in `Dial`: only the bridge tells that he waits.
		const row = { application: "Dial", data: "", bridgeId: "lot", waits: true, seconds: 30 };
		stage.say({ kind: "snapshot", boot: "one", channels: clients.map((one) => ({ ...row, channel: one.now })) });
		expect(stage.play().facts).toMatchObject([
			{ rawNumber: "0501111111", answeredAt: null },
			{ rawNumber: "0502222222", answeredAt: null },
		]);
	});

	it("what only a list showed, and a list behind a gap does not, is over", () => {
		const stage = new Stage();
		const client = stage.calls("PJSIP/trunk", "0442001001", "0501234567");
		stage.wait(1);
		const channels = [{ channel: client.now, application: "Dial", data: "", bridgeId: null, seconds: 1 }];
		stage.say({ kind: "snapshot", boot: "one", channels });
		stage.say({ kind: "gap", cause: "reconnect", missing: null });
		stage.wait(1);
		stage.say({ kind: "snapshot", boot: "one", channels: [] });
		expect(stage.call()).toMatchObject({ outcome: "missed", endedAt: expect.any(Number) });
	});
});

describe("after a restart of the server", () => {
	it("calls that a kill of the PBX ended are marked as interrupted, by what another server said of the boot", () => {
		const stage = new Stage();
		answeredBy101(stage);
		const said = saidStored(emptyTracker("one"), stage.now);
		const state = emptyTracker();
		const changes = [...stage.events, said, { kind: "booted" as const, at: stage.now + 5_000, boot: "two" }].flatMap(
			(event) => next(state, event, rules).changes,
		);
		expect(changes.at(-1)).toMatchObject({ call: { outcome: "answered", interrupted: true } });
	});

	it("a call stored as over goes when it turns out to be a part of the one that is told", () => {
		const stage = new Stage();
		const { client, desk } = answeredBy101(stage);
		hangUp(client, desk);
		const state = emptyTracker();
		const part = { family: desk.now.id, startedAt: 1_700_000_000_000 };
		noteOver(state, [part]);
		const family = client.now.family;
		// As a phone that picked up a ringing one: its linked id was its own at first.
		const own = { ...desk.now, family: desk.now.id };
		const changes = [{ kind: "channel.changed" as const, at: stage.now - 1, channel: own }, ...stage.events].flatMap(
			(event) => next(state, event, rules).changes,
		);
		expect(changes).toContainEqual({ kind: "superseded", ...part, into: family });
	});

	/** What the first run told last, and the tracker of the second. */
	function restarted(stage: Stage) {
		const book = new Book();
		const told = stage.play().facts;
		for (const call of told) book.calls.set(call.family, call);
		remember(book.state, told);
		return book;
	}
	const row = (one: StageChannel, application: string, bridgeId: string | null, seconds: number) => ({
		channel: one.now,
		application,
		data: "",
		bridgeId,
		seconds,
	});
	const play = (book: Book, events: readonly PbxEvent[]) => {
		for (const event of events) book.take(event);
		return book.facts;
	};

	it("a call that goes on keeps who answered it, and when", () => {
		const stage = new Stage();
		const { client, desk, bridge } = answeredBy101(stage);
		const book = restarted(stage);
		const later = stage.events.length;
		stage.wait(60);
		const channels = [row(client, "Dial", bridge.id, 62), row(desk, "AppDial", bridge.id, 62)];
		stage.say({ kind: "snapshot", boot: "one", channels });
		stage.wait(60);
		hangUp(client, desk);
		expect(play(book, stage.events.slice(later))).toMatchObject([
			{
				outcome: "answered",
				answeredAt: 1_700_000_002_000,
				endedAt: 1_700_000_122_000,
				talkMs: 120_000,
				ringMs: 2000,
				did: "0442001001",
				legs: [{ extension: "101", answeredAt: 1_700_000_002_000, leftAt: 1_700_000_122_000, result: "answered" }],
			},
		]);
	});

	it("a call that is over is ended, and was missed when nobody had answered", () => {
		const stage = new Stage();
		stage.dials(stage.calls("PJSIP/trunk", "0442001001", "0501234567"), "PJSIP/101").rings();
		const book = restarted(stage);
		const later = stage.events.length;
		stage.wait(60);
		stage.say({ kind: "snapshot", boot: "one", channels: [] });
		expect(play(book, stage.events.slice(later))).toMatchObject([
			{
				outcome: "missed",
				endedAt: 1_700_000_060_000,
				recovered: true,
				legs: [{ extension: "101", leftAt: 1_700_000_060_000, result: "no-answer" }],
			},
		]);
		expect(book.state.families.byLink.size).toBe(1);
		stage.wait(600);
		hangUp(stage.calls("PJSIP/trunk", "0442001001", "0671112233"));
		expect(play(book, stage.events.slice(later + 1))).toHaveLength(2);
		expect(book.state.families.byLink.size).toBe(1);
	});

	it("a phone that was ringing and is answered now is one leg", () => {
		const stage = new Stage();
		const client = stage.calls("PJSIP/trunk", "0442001001", "0501234567");
		const desk = stage.dials(client, "PJSIP/101").rings();
		const book = restarted(stage);
		const later = stage.events.length;
		stage.wait(5);
		const channels = [row(client, "Dial", null, 5), row(desk, "AppDial", null, 5)];
		stage.say({ kind: "snapshot", boot: "one", channels });
		expect(play(book, stage.events.slice(later))).toMatchObject([{ outcome: "ringing", legs: [{ result: null }] }]);
		stage.wait(1);
		desk.answers();
		stage.connects(desk, client);
		stage.wait(10);
		hangUp(client, desk);
		expect(play(book, stage.events.slice(later + 1))).toMatchObject([
			{
				outcome: "answered",
				talkMs: 10_000,
				legs: [{ extension: "101", rangAt: 1_700_000_000_000, result: "answered" }],
			},
		]);
	});

	it("a consultation that was remembered goes into its call when the call itself was seen", () => {
		const stage = new Stage();
		const { client, desk, bridge } = answeredBy101(stage);
		stage.wait(5);
		const second = stage.calls("PJSIP/101", "102", "101");
		const colleague = stage.dials(second, "PJSIP/102").rings();
		const told = stage.play().facts;
		const consultation = told.filter((call) => call.direction === "internal");
		expect(consultation).toHaveLength(1);
		const book = new Book();
		for (const call of told) book.calls.set(call.family, call);
		for (const event of stage.events) {
			const isOfConsultation = "channel" in event && event.channel?.family === second.now.family;
			const isDial = "to" in event && event.to.family === second.now.family;
			if (!isOfConsultation && !isDial) book.take(event);
		}
		remember(book.state, consultation);
		const later = stage.events.length;
		stage.wait(5);
		colleague.answers();
		client.leaves(bridge);
		colleague.becomes({ family: client.now.family });
		second.becomes({ family: client.now.family });
		stage.connects(client, colleague);
		hangUp(desk, second);
		stage.wait(10);
		hangUp(client, colleague);
		const facts = play(book, stage.events.slice(later));
		expect(facts).toMatchObject([{ family: client.now.family, direction: "inbound", outcome: "answered" }]);
		expect(facts[0]?.endedAt).toBe(stage.now);
	});

	it("a call of which only the first channel was seen again, and is gone, has ended as it was remembered", () => {
		const stage = new Stage();
		const desk = stage.dials(null, "PJSIP/101", { callerNumber: "0501234567" }).rings();
		const told = stage.play().facts;
		expect(told).toMatchObject([{ endedAt: null }]);
		const book = new Book();
		for (const event of stage.events.slice(0, 1)) book.take(event);
		expect(book.facts).toEqual([]);
		remember(book.state, told);
		const later = stage.events.length;
		stage.wait(60);
		stage.say({ kind: "snapshot", boot: "one", channels: [] });
		expect(play(book, stage.events.slice(later))).toMatchObject([
			{ family: desk.now.family, endedAt: stage.now, recovered: true },
		]);
	});
});
