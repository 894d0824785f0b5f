import { describe, expect, it } from "vitest";
import { answeredBy101, Stage } from "../../test/calls/stage.ts";
import { type Agent, incoming, moment } from "../../test/live/calls.ts";
import { ringingUsers, talkingUsers } from "./on-the-phone.ts";

const olena: Agent = { id: "0197b0c0-0000-7000-8000-000000000001", extension: "101", name: "Олена" };
const petro: Agent = { id: "0197b0c0-0000-7000-8000-000000000002", extension: "102", name: "Петро" };

describe("whose phone rings", () => {
	it("is not that of a person who dials and waits for the other side", () => {
		const { call } = moment(incoming({ direction: "internal" }), { ringing: [olena, petro] });
		const [first, second] = call.legs;
		if (!first || !second) throw new Error("two legs are needed");
		const dialling = { ...call, legs: [{ ...first, placed: true }, second] };
		expect(ringingUsers(dialling)).toEqual([petro.id]);
		expect(talkingUsers(dialling)).toEqual([olena.id]);
	});

	it("is nobody's once the call is over", () => {
		const { call } = moment(incoming(), { ringing: [olena], ended: true });
		expect([...ringingUsers(call), ...talkingUsers(call)]).toEqual([]);
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
