import { pause } from "../floor.ts";
import { answered, outbound, type Scenario } from "../scenario.ts";

const transferredTo = (extension: string, result: "answered" | "no-answer") =>
	[
		{ extension: "101", result: "transferred" },
		{ extension, result },
	] as const;

/** One person hands the customer to another. */
export const transfers: Scenario[] = [
	{
		name: "blind-transfer-answered",
		title: "a customer handed over by the phone's transfer key to a colleague, who answers",
		expected: [
			answered("+380501140001", "0442001001", {
				legs: transferredTo("102", "answered"),
				answeredBy: ["101", "102"],
				recordings: 2,
			}),
		],
		async play(floor) {
			await floor.phone(1, { does: "answer", after: 0.5, steps: [{ wait: 1 }, { refer: floor.extension(2) }] });
			await floor.phone(2, { does: "answer", after: 0.7 });
			const call = await floor.customer({ from: "0501140001", to: floor.direct(1) });
			await floor.talking(2);
			await pause(1000);
			await call.hangUp();
			await floor.idle();
		},
	},
	{
		name: "blind-transfer-by-code-answered",
		title: "a customer handed over by ## to a colleague, who answers",
		expected: [
			answered("+380501140002", "0442001001", {
				legs: transferredTo("102", "answered"),
				answeredBy: ["101", "102"],
				recordings: 2,
			}),
		],
		async play(floor) {
			await floor.phone(1, {
				does: "answer",
				after: 0.5,
				steps: [{ wait: 0.8 }, { dtmf: "##" }, { wait: 1.2 }, { dtmf: floor.extension(2) }],
			});
			await floor.phone(2, { does: "answer", after: 0.7 });
			const call = await floor.customer({ from: "0501140002", to: floor.direct(1) });
			await floor.talking(2);
			await pause(1000);
			await call.hangUp();
			await floor.idle();
		},
	},
	{
		name: "blind-transfer-not-answered",
		title: "a customer handed over to a colleague who does not answer: one answered call",
		expected: [
			answered("+380501140003", "0442001001", { legs: transferredTo("102", "no-answer"), answeredBy: ["101"] }),
		],
		async play(floor) {
			await floor.ringFor(2);
			await floor.phone(1, { does: "answer", after: 0.5, steps: [{ wait: 1 }, { refer: floor.extension(2) }] });
			const call = await floor.customer({ from: "0501140003", to: floor.direct(1) });
			await call.ended;
			await floor.idle();
		},
	},
	{
		name: "blind-transfer-to-queue",
		title: "a customer handed over to a queue, where a colleague answers",
		expected: [
			answered("+380501140004", "0442001001", {
				queue: "support-1",
				legs: transferredTo("104", "answered"),
				answeredBy: ["101", "104"],
				recordings: 2,
			}),
		],
		async play(floor) {
			await floor.phone(1, { does: "answer", after: 0.5, steps: [{ wait: 1 }, { refer: floor.supportQueue }] });
			await floor.phone(4, { does: "answer", after: 0.7 });
			const call = await floor.customer({ from: "0501140004", to: floor.direct(1) });
			await floor.talking(4);
			await pause(1000);
			await call.hangUp();
			await floor.idle();
		},
	},
	{
		name: "attended-transfer-completed",
		title: "an agent asks a colleague by *2 and hands the customer over",
		expected: [
			answered("+380501140005", "0442001001", {
				legs: transferredTo("102", "answered"),
				answeredBy: ["101", "102"],
				recordings: 2,
			}),
		],
		async play(floor) {
			await floor.phone(1, {
				does: "answer",
				after: 0.5,
				steps: [
					{ wait: 0.8 },
					{ dtmf: "*2" },
					{ wait: 1.2 },
					{ dtmf: floor.extension(2) },
					{ wait: 2.5 },
					{ hangup: true },
				],
			});
			await floor.phone(2, { does: "answer", after: 0.5 });
			const call = await floor.customer({ from: "0501140005", to: floor.direct(1) });
			await floor.talking(2);
			await floor.handedOver();
			await pause(1000);
			await call.hangUp();
			await floor.idle();
		},
	},
	{
		name: "attended-transfer-cancelled",
		title: "an agent asks a colleague by *2, then goes on with the customer himself",
		expected: [
			answered("+380501140006", "0442001001", {
				legs: [
					{ extension: "101", result: "answered" },
					{ extension: "102", result: "answered" },
				],
				answeredBy: ["101"],
				recordings: 2,
			}),
		],
		async play(floor) {
			await floor.phone(1, {
				does: "answer",
				after: 0.5,
				steps: [{ wait: 0.8 }, { dtmf: "*2" }, { wait: 1.2 }, { dtmf: floor.extension(2) }],
			});
			await floor.phone(2, { does: "answer", after: 0.5, steps: [{ wait: 1 }, { hangup: true }] });
			const call = await floor.customer({ from: "0501140006", to: floor.direct(1) });
			await floor.talking(2);
			await pause(2500);
			await call.hangUp();
			await floor.idle();
		},
	},
	{
		name: "attended-transfer-not-answered",
		title: "an agent asks a colleague by *2 who does not answer, then goes on with the customer",
		expected: [
			answered("+380501140009", "0442001001", {
				legs: [
					{ extension: "101", result: "answered" },
					{ extension: "102", result: "no-answer" },
				],
			}),
		],
		async play(floor) {
			await floor.ringFor(2);
			await floor.phone(1, {
				does: "answer",
				after: 0.5,
				steps: [{ wait: 0.8 }, { dtmf: "*2" }, { wait: 1.2 }, { dtmf: floor.extension(2) }],
			});
			const call = await floor.customer({ from: "0501140009", to: floor.direct(1) });
			await floor.ringing(2);
			await pause(3500);
			await call.hangUp();
			await floor.idle();
		},
	},
	{
		name: "outbound-then-blind-transfer",
		title: "an agent calls a customer and hands them over by ## to a colleague, who answers",
		expected: [
			outbound("+380501140010", "answered", {
				legs: transferredTo("102", "answered"),
				answeredBy: ["101", "102"],
				talked: true,
				recordings: 2,
			}),
		],
		async play(floor) {
			await floor.lab.phoneBank.behaviour("0501140010", { does: "answer", after: 0.5 });
			await floor.phone(2, { does: "answer", after: 0.5 });
			await floor.dial(1, "0501140010", {
				steps: [{ wait: 0.8 }, { dtmf: "##" }, { wait: 1.2 }, { dtmf: floor.extension(2) }],
			});
			await floor.talking(2);
			await pause(1000);
			await floor.hangUp(2);
			await floor.idle();
		},
	},
	{
		name: "attended-transfer-two-calls-joined",
		title: "an agent calls a colleague on a second line and joins the two calls: one call of the customer",
		expected: [
			answered("+380501140007", "0442001001", {
				legs: transferredTo("102", "answered"),
				answeredBy: ["101", "102"],
				recordings: 2,
			}),
		],
		async play(floor) {
			await floor.phone(1, { does: "answer", after: 0.5 });
			await floor.phone(2, { does: "answer", after: 0.5 });
			const call = await floor.customer({ from: "0501140007", to: floor.direct(1) });
			await floor.talking(1);
			await pause(800);
			const second = await floor.dial(1, floor.extension(2));
			await floor.talking(2);
			await pause(800);
			await floor.lab.phoneBank.join(floor.extension(1), second);
			await floor.handedOver();
			await pause(1000);
			await call.hangUp();
			await floor.idle();
		},
	},
	{
		name: "redirect-in-mid-call",
		title: "a call moved by AMI Redirect to a colleague, who answers",
		expected: [
			answered("+380501140008", "0442001001", {
				legs: transferredTo("103", "answered"),
				answeredBy: ["101", "103"],
				recordings: 2,
			}),
		],
		async play(floor) {
			await floor.phone(1, { does: "answer", after: 0.5 });
			await floor.phone(3, { does: "answer", after: 0.7 });
			const call = await floor.customer({ from: "0501140008", to: floor.direct(1) });
			await floor.talking(1);
			await pause(1000);
			await floor.control({
				Action: "Redirect",
				Channel: await floor.customersChannel(),
				Context: "internal",
				Exten: floor.extension(3),
				Priority: "1",
			});
			await floor.talking(3);
			await pause(1000);
			await call.hangUp();
			await floor.idle();
		},
	},
];
