import { describe, expect, it } from "vitest";
import { Book, rules } from "../../test/calls/fold.ts";
import { answeredBy101, hangUp, Stage } from "../../test/calls/stage.ts";
import type { PbxEvent } from "../pbx-event.ts";
import type { CallChange } from "./call-change.ts";
import { emptyTracker, next } from "./tracker.ts";

const changesOf = (events: readonly PbxEvent[]): CallChange[] => {
	const state = emptyTracker();
	return events.flatMap((event) => next(state, event, rules).changes);
};

describe("a call as a whole", () => {
	it("is told as ringing, talking and answered, with its times in whole milliseconds", () => {
		const stage = new Stage();
		const { client, desk } = answeredBy101(stage);
		stage.wait(60);
		hangUp(client, desk);
		const outcomes = changesOf(stage.events).map((change) => change.kind === "changed" && change.call.outcome);
		expect([...new Set(outcomes)]).toEqual(["ringing", "talking", "answered"]);
		expect(stage.call()).toMatchObject({
			startedAt: 1_700_000_000_000,
			answeredAt: 1_700_000_002_000,
			endedAt: 1_700_000_062_000,
			ringMs: 2000,
			talkMs: 60_000,
			legs: [{ index: 0, extension: "101", outside: false, result: "answered" }],
		});
	});

	it("changes nothing when late events come after it is forgotten", () => {
		const stage = new Stage();
		const { client, desk } = answeredBy101(stage);
		hangUp(client, desk);
		const book = stage.play();
		const told = book.facts;
		const later = new Stage();
		later.wait(600);
		const other = later.calls("PJSIP/trunk", "0442001002", "0671112233", {
			id: "1700000600.90",
			family: "1700000600.90",
		});
		other.ends();
		for (const event of [...later.events, ...stage.events]) book.take(event);
		expect(book.facts.filter(({ family }) => family === told[0]?.family)).toEqual(told);
		expect(book.facts).toHaveLength(2);
	});

	it("leaves the tracker's memory when it is over, so that memory is bounded by what is live", () => {
		const book = new Book();
		for (let call = 0; call < 200; call++) {
			const stage = new Stage();
			stage.wait(call * 60);
			const { client, desk } = answeredBy101(stage);
			hangUp(client, desk);
			for (const event of stage.events) book.take(event);
		}
		expect(book.state.families.byChannel.size).toBeLessThan(10);
		expect(book.state.families.byBridge.size).toBeLessThan(5);
	});

	it("that joins an older one is replaced by it", () => {
		const stage = new Stage();
		const { client, desk, bridge } = answeredBy101(stage);
		stage.wait(5);
		const second = stage.calls("PJSIP/101", "102", "101");
		const colleague = stage.dials(second, "PJSIP/102").rings();
		stage.wait(1);
		colleague.answers();
		const consultation = stage.connects(colleague, second);
		stage.wait(3);
		stage.say({
			kind: "transfer.attended",
			result: "success",
			first: desk.now,
			second: second.now,
			transferee: client.now,
			target: colleague.now,
			destination: "bridge",
		});
		client.leaves(bridge).enters(consultation);
		hangUp(desk, second);
		stage.wait(10);
		hangUp(client, colleague);
		const gone = changesOf(stage.events).filter((change) => change.kind === "superseded");
		expect(gone).toEqual([
			{ kind: "superseded", family: second.now.family, startedAt: 1_700_000_007_000, into: client.now.family },
		]);
		const call = stage.call();
		expect(call.legs).toMatchObject([
			{ extension: "101", result: "transferred" },
			{ extension: "102", result: "answered" },
		]);
		expect(call.talkMs).toBe(9000 + 10_000);
	});

	it("keeps the key of its oldest part also when the younger part is larger", () => {
		const stage = new Stage();
		const old = stage.calls("PJSIP/101", "180", "101");
		stage.wait(5);
		const { client, desk, bridge } = answeredBy101(stage);
		old.becomes({ state: "up" }).enters(bridge);
		hangUp(client, desk, old);
		expect(stage.call().family).toBe(old.now.family);
		expect(stage.call()).toMatchObject({ direction: "inbound", rawNumber: "0501234567" });
	});

	it("keeps its start, a part of its key, also when its linked id tells no time and an earlier event comes late", () => {
		const stage = new Stage();
		stage.wait(1.5);
		stage.calls("PJSIP/trunk", "0442001001", "0501234567", { id: "chosen", family: "chosen" });
		const book = stage.play();
		const [event] = stage.events;
		if (event) book.take({ ...event, at: event.at - 1000 });
		expect(book.facts).toMatchObject([{ family: "chosen", startedAt: 1_700_000_001_000 }]);
	});

	it("has two clients in one parking lot as two calls", () => {
		const stage = new Stage();
		const lot = stage.bridge("parking", "holding_bridge");
		const one = stage.calls("PJSIP/trunk", "0442001001", "0501111111");
		const two = stage.calls("PJSIP/trunk", "0442001001", "0502222222");
		one.enters(lot);
		two.enters(lot);
		stage.wait(5);
		hangUp(one, two);
		expect(stage.play().facts.map((call) => call.outcome)).toEqual(["missed", "missed"]);
	});
});
