import { describe, expect, it } from "vitest";
import { hangUp, Stage } from "../../test/calls/stage.ts";

describe("who called whom", () => {
	it("is not told while a phone was only picked up", () => {
		const stage = new Stage();
		const phone = stage.calls("PJSIP/102", "*8", "102");
		expect(stage.play().facts).toEqual([]);
		stage.wait(5);
		hangUp(phone);
		expect(stage.call()).toMatchObject({ direction: "internal", outcome: "failed" });
	});

	it("is outbound from the moment in which a long number is dialled", () => {
		const stage = new Stage();
		stage.calls("PJSIP/101", "0501234567", "101");
		expect(stage.call()).toMatchObject({ direction: "outbound", outcome: "ringing", rawNumber: "0501234567" });
	});

	it("is one client over two trunks when the first trunk fails", () => {
		const stage = new Stage();
		const phone = stage.calls("PJSIP/101", "0501234567", "101");
		stage.dials(phone, "PJSIP/first", {}, "PJSIP/0501234567@first").result("congestion").ends(34);
		const client = stage.dials(phone, "PJSIP/second", {}, "PJSIP/0501234567@second").rings();
		stage.wait(4);
		client.answers();
		stage.connects(client, phone);
		stage.wait(10);
		hangUp(client, phone);
		expect(stage.call()).toMatchObject({
			direction: "outbound",
			outcome: "answered",
			rawNumber: "0501234567",
			ringMs: 4000,
			legs: [{ extension: "101", result: "answered" }],
		});
	});

	it("has the mobile to which an outbound call is handed over as a person of ours", () => {
		const stage = new Stage();
		const phone = stage.calls("PJSIP/101", "0501234567", "101");
		const client = stage.dials(phone, "PJSIP/trunk", {}, "PJSIP/0501234567@trunk").rings();
		client.answers();
		const bridge = stage.connects(client, phone);
		stage.wait(5);
		const transfer = { result: "success", transferee: client.now, exten: "0671112201", context: "" } as const;
		stage.say({ kind: "transfer.blind", transferer: phone.now, ...transfer });
		client.leaves(bridge);
		hangUp(phone);
		const mobile = stage.dials(client, "PJSIP/trunk", {}, "PJSIP/0671112201@trunk").rings();
		stage.wait(3);
		mobile.answers();
		stage.connects(mobile, client);
		stage.wait(7);
		hangUp(mobile, client);
		expect(stage.call()).toMatchObject({
			rawNumber: "0501234567",
			talkMs: 12_000,
			legs: [
				{ extension: "101", outside: false, result: "transferred" },
				{ extension: "0671112201", outside: true, result: "answered" },
			],
		});
	});

	it("is one outbound call when click-to-call goes through a Local channel", () => {
		const stage = new Stage();
		const [near, far] = stage.local(null, "101@internal");
		const phone = stage.dials(far, "PJSIP/101", { connectedNumber: "0501234567" }).rings();
		expect(stage.call()).toMatchObject({ direction: "outbound", rawNumber: "0501234567", outcome: "ringing" });
		stage.wait(2);
		phone.answers();
		stage.connects(phone, far);
		near.answers();
		const client = stage.dials(near, "PJSIP/trunk", {}, "PJSIP/0501234567@trunk").rings();
		stage.wait(6);
		client.answers();
		stage.connects(client, near);
		stage.wait(30);
		hangUp(client, near, far, phone);
		expect(stage.call()).toMatchObject({
			direction: "outbound",
			outcome: "answered",
			rawNumber: "0501234567",
			talkMs: 30_000,
			legs: [{ extension: "101", result: "answered" }],
		});
	});

	it("is internal when a colleague's phone is forwarded to his mobile", () => {
		const stage = new Stage();
		const phone = stage.calls("PJSIP/101", "106", "101");
		const desk = stage.dials(phone, "PJSIP/106").rings();
		const mobile = stage.dials(phone, "PJSIP/trunk", {}, "PJSIP/+380671112201@trunk").rings();
		stage.wait(3);
		mobile.answers();
		desk.result("cancel").ends(26);
		stage.connects(mobile, phone);
		stage.wait(5);
		hangUp(mobile, phone);
		expect(stage.call()).toMatchObject({
			direction: "internal",
			outcome: "answered",
			rawNumber: "101",
			legs: [
				{ extension: "101", result: "answered" },
				{ extension: "106", result: "elsewhere" },
				{ extension: "+380671112201", outside: true, result: "answered" },
			],
		});
	});

	it("does not take the company's own name, put on the line for a hand-over to a mobile, for the client's", () => {
		const stage = new Stage();
		const client = stage.calls("PJSIP/trunk", "0442001001", "0501234567");
		client.becomes({ callerNumber: "0442001001", callerName: "Dzvin LLC" });
		expect(stage.call()).toMatchObject({ rawNumber: "0501234567", callerName: "" });
		client.becomes({ callerNumber: "0501234567", callerName: "Олена" });
		expect(stage.call()).toMatchObject({ callerName: "Олена" });
	});

	it("keeps what the client chose in the menu, but not what he pressed while he talked", () => {
		const stage = new Stage();
		const client = stage.calls("PJSIP/trunk", "s", "0501234567");
		stage.say({ kind: "variable.set", channel: client.now, name: "FROM_DID", value: "0442345678" });
		const press = (digit: string) => stage.say({ kind: "channel.dtmf", channel: client.now, digit });
		press("1");
		press("3");
		const desk = stage.dials(client, "PJSIP/101").rings().answers();
		stage.connects(desk, client);
		stage.wait(2);
		press("9");
		hangUp(client, desk);
		expect(stage.call()).toMatchObject({ did: "0442345678", ivr: "13" });
	});
});
