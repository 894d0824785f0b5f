import { describe, expect, it } from "vitest";
import { answeredBy101, hangUp, Stage, type StageChannel } from "../../test/calls/stage.ts";

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
});
