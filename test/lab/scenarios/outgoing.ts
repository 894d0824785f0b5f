import { type Floor, pause } from "../floor.ts";
import { outbound, type Scenario } from "../scenario.ts";

const spoke = {
	legs: [{ extension: "101", result: "answered" }],
	answeredBy: ["101"],
	talked: true,
	recordings: 1,
} as const;

function clickToCall(floor: Floor, to: string, seconds: number): Promise<unknown> {
	return floor.control({
		Action: "Originate",
		Channel: `PJSIP/${floor.extension(1)}`,
		Context: "internal",
		Exten: to,
		Priority: "1",
		CallerID: to,
		Timeout: String(seconds * 1000),
		Async: "true",
	});
}

/** The company calls a customer: dialled on the phone, or clicked on the screen. */
export const outgoing: Scenario[] = [
	{
		name: "outbound-answered",
		title: "an agent calls a customer, who answers",
		expected: [outbound("+380501160001", "answered", spoke)],
		async play(floor) {
			await floor.lab.phoneBank.behaviour("0501160001", { does: "answer", after: 0.8 });
			const call = await floor.dial(1, "0501160001");
			await call.answered;
			await pause(1200);
			await call.hangUp();
			await floor.idle();
		},
	},
	{
		name: "outbound-no-answer",
		title: "an agent calls a customer, who does not answer",
		expected: [outbound("+380501160002", "no-answer", { legs: [{ extension: "101", result: "no-answer" }] })],
		async play(floor) {
			await floor.ringFor(2);
			const call = await floor.dial(1, "+380501160002");
			await call.ended;
			await floor.idle();
		},
	},
	{
		name: "outbound-given-up",
		title: "an agent calls a customer and hangs up before they answer",
		expected: [outbound("+380501160003", "no-answer", { legs: [{ extension: "101", result: "cancelled" }] })],
		async play(floor) {
			const call = await floor.dial(1, "0501160003");
			await pause(1500);
			await call.hangUp();
			await floor.idle();
		},
	},
	{
		name: "outbound-busy",
		title: "an agent calls a customer whose line is busy",
		expected: [outbound("+380501160004", "busy", { legs: [{ extension: "101", result: "busy" }] })],
		async play(floor) {
			await floor.lab.phoneBank.behaviour("0501160004", { does: "busy", after: 0.5 });
			const call = await floor.dial(1, "0501160004");
			await call.ended;
			await floor.idle();
		},
	},
	{
		name: "outbound-failed",
		title: "an agent calls a number that does not exist",
		expected: [outbound("+380501160005", "failed", { legs: [{ extension: "101", result: "no-answer" }] })],
		async play(floor) {
			await floor.lab.phoneBank.behaviour("0501160005", { does: "unknown" });
			const call = await floor.dial(1, "0501160005");
			await call.ended;
			await floor.idle();
		},
	},
	{
		name: "outbound-to-city-number",
		title: "an agent calls a city number with an area code",
		expected: [outbound("+380322970001", "answered", spoke)],
		async play(floor) {
			await floor.lab.phoneBank.behaviour("0322970001", { does: "answer", after: 0.5 });
			const call = await floor.dial(1, "0322970001");
			await call.answered;
			await pause(1000);
			await call.hangUp();
			await floor.idle();
		},
	},
	{
		name: "click-to-call-answered",
		title: "click to call: the agent picks up, then the customer does",
		expected: [outbound("+380501160011", "answered", spoke)],
		async play(floor) {
			await floor.phone(1, { does: "answer", after: 0.7 });
			await floor.lab.phoneBank.behaviour("0501160011", {
				does: "answer",
				after: 0.8,
				steps: [{ wait: 1.2 }, { hangup: true }],
			});
			await clickToCall(floor, "0501160011", 10);
			await floor.talking(1);
			await floor.idle();
		},
	},
	{
		name: "click-to-call-agent-does-not-pick-up",
		title: "click to call: the agent's own phone is not picked up, the customer was never called",
		expected: [outbound("+380501160012", "failed", { legs: [{ extension: "101", result: "no-answer" }] })],
		async play(floor) {
			await clickToCall(floor, "0501160012", 2);
			await pause(2500);
			await floor.idle();
		},
	},
	{
		name: "click-to-call-agent-rejects",
		title: "click to call: the agent rejects his own call, the customer was never called",
		expected: [outbound("+380501160013", "failed", { legs: [{ extension: "101", result: "rejected" }] })],
		async play(floor) {
			await floor.phone(1, { does: "reject", after: 0.7 });
			await clickToCall(floor, "0501160013", 10);
			await pause(1500);
			await floor.idle();
		},
	},
	{
		name: "click-to-call-client-does-not-pick-up",
		title: "click to call: the agent picks up, the customer does not",
		expected: [outbound("+380501160014", "no-answer", { legs: [{ extension: "101", result: "answered" }] })],
		async play(floor) {
			await floor.ringFor(2);
			await floor.phone(1, { does: "answer", after: 0.5 });
			await clickToCall(floor, "0501160014", 10);
			await pause(3000);
			await floor.idle();
		},
	},
	{
		name: "click-to-call-client-busy",
		title: "click to call: the agent picks up, the customer's line is busy",
		expected: [outbound("+380501160015", "busy", { legs: [{ extension: "101", result: "answered" }] })],
		async play(floor) {
			await floor.phone(1, { does: "answer", after: 0.5 });
			await floor.lab.phoneBank.behaviour("0501160015", { does: "busy", after: 0.5 });
			await clickToCall(floor, "0501160015", 10);
			await pause(1500);
			await floor.idle();
		},
	},
];
