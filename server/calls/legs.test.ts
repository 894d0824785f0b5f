import { describe, expect, it } from "vitest";
import { answeredBy101, hangUp, Stage } from "../../test/calls/stage.ts";

describe("the people in a call", () => {
	it("ring three times in a queue and are one leg, with the last ring's time and result", () => {
		const stage = new Stage();
		const client = stage.calls("PJSIP/trunk", "0442001200", "0501234567");
		for (const last of [false, false, true]) {
			const desk = stage.dials(client, "PJSIP/101").rings();
			stage.wait(10);
			if (last) {
				desk.answers();
				stage.connects(desk, client);
				stage.wait(30);
				hangUp(client);
			} else desk.result("no-answer").result("cancel");
			desk.ends(0);
			stage.wait(1);
		}
		const call = stage.call();
		expect(call.legs).toMatchObject([{ extension: "101", rangAt: 1_700_000_022_000, result: "answered" }]);
		expect(call).toMatchObject({ ringMs: 30_000, talkMs: 30_000 });
	});

	it("whose phone is busy are not rung while the busy channel still lives", () => {
		const stage = new Stage();
		const client = stage.calls("PJSIP/trunk", "0442001001", "0501234567");
		const desk = stage.dials(client, "PJSIP/101");
		desk.result("busy");
		expect(stage.call().legs).toMatchObject([{ extension: "101", answeredAt: null, result: "busy" }]);
		expect(stage.call().legs[0]?.leftAt).not.toBeNull();
		desk.ends(17);
		expect(stage.call().legs).toMatchObject([{ extension: "101", answeredAt: null, result: "busy" }]);
	});

	it("who are rung for hours are the same legs, and cost no more than those who are rung for minutes", () => {
		const stage = new Stage();
		const client = stage.calls("PJSIP/trunk", "0442001200", "0501234567");
		const rounds = 400;
		for (let round = 0; round < rounds; round++) {
			const [near, far] = stage.local(client, "102@queue-member");
			const desks = [stage.dials(client, "PJSIP/101"), stage.dials(far, "PJSIP/102"), stage.dials(client, "PJSIP/103")];
			for (const desk of desks) desk.rings();
			stage.wait(10);
			if (round === rounds - 1) {
				desks[0]?.answers();
				stage.connects(client, ...desks.slice(0, 1));
				stage.wait(30);
			}
			for (const channel of [...desks, near, far]) channel.result("no-answer").ends();
			stage.wait(1);
		}
		hangUp(client);
		const book = stage.play();
		expect(book.facts).toMatchObject([
			{
				outcome: "answered",
				talkMs: 30_000,
				legs: [
					{ extension: "101", result: "answered" },
					{ extension: "102", result: "no-answer" },
					{ extension: "103", result: "no-answer" },
				],
			},
		]);
		expect(book.state.families.byChannel.size).toBeLessThan(200);
		for (const event of stage.events.slice(0, 1000)) book.take(event);
		expect(book.facts).toHaveLength(1);
		expect(book.facts[0]?.legs).toHaveLength(3);
		expect(Math.round((book.facts[0]?.ringMs ?? 0) / 1000)).toBe(rounds * 10);
	});

	it("who parked a client and get them back are rung as somebody new", () => {
		const stage = new Stage();
		const { client, desk, bridge } = answeredBy101(stage);
		stage.wait(10);
		client.leaves(bridge).enters(stage.bridge("parking", "holding_bridge"));
		desk.ends();
		stage.wait(45);
		stage.dials(client, "PJSIP/101").rings();
		const [first, again] = stage.call().legs;
		expect(first).toMatchObject({ index: 0, result: "answered" });
		expect(again).toMatchObject({ index: 1, extension: "101", answeredAt: null, result: null });
	});

	it("are found by a pick-up that renames channels, as Asterisk before 12 tells it", () => {
		const stage = new Stage();
		const client = stage.calls("SIP/trunk", "0442001001", "0501234567");
		const desk = stage.dials(client, "SIP/101").rings();
		stage.wait(3);
		const colleague = stage.calls("SIP/102", "*8", "102");
		const [ringing, picking] = [desk.now.name, colleague.now.name];
		stage.say({ kind: "pickup", by: colleague.now, target: desk.now });
		colleague.renamed(`${picking}<MASQ>`);
		desk.renamed(picking);
		colleague.renamed(`${ringing}<ZOMBIE>`).ends();
		desk.answers();
		stage.connects(desk, client);
		stage.wait(20);
		hangUp(client, desk);
		expect(stage.call()).toMatchObject({
			outcome: "answered",
			talkMs: 20_000,
			legs: [
				{ extension: "101", answeredAt: null, result: "elsewhere" },
				{ extension: "102", result: "answered" },
			],
		});
	});

	it("do not count as speaking with the client while they ask a colleague", () => {
		const stage = new Stage();
		const { client, desk, bridge } = answeredBy101(stage);
		stage.wait(10);
		desk.leaves(bridge);
		const [near, far] = stage.local(desk, "102@internal");
		const colleague = stage.dials(far, "PJSIP/102").rings();
		colleague.answers();
		stage.connects(far, colleague);
		const consultation = stage.connects(near, desk);
		stage.wait(20);
		desk.leaves(consultation);
		hangUp(near, far, colleague);
		desk.enters(bridge);
		stage.wait(5);
		hangUp(client, desk);
		expect(stage.call()).toMatchObject({
			talkMs: 15_000,
			legs: [
				{ extension: "101", result: "answered" },
				{ extension: "102", result: "answered" },
			],
		});
	});

	it("are not those whose phone is switched off", () => {
		const stage = new Stage();
		const client = stage.calls("PJSIP/trunk", "0442001001", "0501234567");
		stage.dials(client, "PJSIP/101").result("unavailable").ends(20);
		hangUp(client);
		expect(stage.call()).toMatchObject({ outcome: "missed", legs: [] });
	});

	it("are not the machine that plays music while a client waits", () => {
		const stage = new Stage();
		const client = stage.calls("PJSIP/trunk", "0442001800", "0501234567");
		stage.connects(
			client.becomes({ state: "up" }),
			stage.channel("CBAnn/180", "up", { family: client.now.family }).born(),
		);
		stage.wait(60);
		hangUp(client);
		expect(stage.call()).toMatchObject({ outcome: "missed", answeredAt: null, talkMs: 0, legs: [] });
	});
});
