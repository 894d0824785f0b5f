import { describe, expect, it } from "vitest";
import { answeredBy101, Stage } from "../../test/calls/stage.ts";
import { call, leg, olena, petro } from "../../test/support/client-fixtures.ts";
import { ringingUsers, talkingUsers } from "./on-the-phone.ts";

describe("whose phone rings", () => {
	it("is not that of a person who dials and waits for the other side", () => {
		const dialling = call(1, {
			direction: "internal",
			legs: [leg({ user: olena, placed: true }), leg({ user: petro, extension: "102" })],
		});
		expect(ringingUsers(dialling)).toEqual([petro.id]);
		expect(talkingUsers(dialling)).toEqual([olena.id]);
	});

	it("is nobody's once the call is over", () => {
		const over = call(1, { endedAt: "2026-11-22T10:00:00.000Z", legs: [leg({ user: olena })] });
		expect([...ringingUsers(over), ...talkingUsers(over)]).toEqual([]);
	});
});

describe("a leg", () => {
	it("says of a person who picks up the phone and dials that the phone did not ring", () => {
		const stage = new Stage();
		const desk = stage.calls("PJSIP/101", "0501234567", "101");
		stage.dials(desk, "PJSIP/trunk", {}, "0501234567@trunk").rings();
		expect(stage.call().legs).toMatchObject([{ extension: "101", placed: true }]);
	});

	it("says of a person who is called that it did", () => {
		const stage = new Stage();
		answeredBy101(stage);
		expect(stage.call().legs).toMatchObject([{ extension: "101", placed: false }]);
	});
});
