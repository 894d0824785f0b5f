import { pause } from "../floor.ts";
import { answered, missed, type Scenario } from "../scenario.ts";

/** A machine speaks with the customer: menu, announcement, voicemail, follow-me. */
export const machines: Scenario[] = [
	{
		name: "menu-then-agent",
		title: "a customer who chose in the menu and then spoke with a person is answered",
		expected: [answered("+380501130001", "0442001300", { legs: [{ extension: "101", result: "answered" }] })],
		async play(floor) {
			await floor.phone(1, { does: "answer", after: 0.7 });
			const call = await floor.customer({
				from: "0501130001",
				to: floor.service("menu"),
				steps: [{ wait: 0.8 }, { dtmf: "1" }],
			});
			await floor.talking(1);
			await pause(1000);
			await call.hangUp();
			await floor.idle();
		},
	},
	{
		name: "menu-then-nobody",
		title: "a customer who chose in the menu and whom nobody answered is missed",
		expected: [missed("+380501130002", "0442001300", { legs: [{ extension: "102", result: "no-answer" }] })],
		async play(floor) {
			await floor.ringFor(2);
			const call = await floor.customer({
				from: "0501130002",
				to: floor.service("menu"),
				steps: [{ wait: 0.8 }, { dtmf: "2" }],
			});
			await call.ended;
			await floor.idle();
		},
	},
	{
		name: "menu-given-up",
		title: "a customer who hangs up in the menu is missed, though no phone rang",
		expected: [missed("+380501130003", "0442001300")],
		async play(floor) {
			const call = await floor.customer({ from: "0501130003", to: floor.service("menu") });
			await call.answered;
			await pause(1200);
			await call.hangUp();
			await floor.idle();
		},
	},
	{
		name: "menu-then-queue",
		title: "a customer who chose the queue in the menu and spoke with a person is answered",
		expected: [
			answered("+380501130004", "0442001300", {
				queue: "sales-1",
				legs: [
					{ extension: "101", result: "answered" },
					{ extension: "102", result: "elsewhere" },
					{ extension: "103", result: "elsewhere" },
				],
			}),
		],
		async play(floor) {
			await floor.phone(1, { does: "answer", after: 0.8 });
			const call = await floor.customer({
				from: "0501130004",
				to: floor.service("menu"),
				steps: [{ wait: 0.8 }, { dtmf: "3" }],
			});
			await floor.talking(1);
			await pause(1000);
			await call.hangUp();
			await floor.idle();
		},
	},
	{
		name: "out-of-hours",
		title: "a customer who heard that the company is closed is missed",
		expected: [missed("+380501130005", "0442001400")],
		async play(floor) {
			const call = await floor.customer({ from: "0501130005", to: floor.service("outOfHours") });
			await call.ended;
			await floor.idle();
		},
	},
	{
		name: "voicemail",
		title: "a customer who left a message is missed",
		expected: [missed("+380501130006", "0442001500", { legs: [{ extension: "105", result: "no-answer" }] })],
		async play(floor) {
			await floor.ringFor(1);
			const call = await floor.customer({ from: "0501130006", to: floor.service("voicemail") });
			await call.answered;
			await pause(5000);
			await call.hangUp();
			await floor.idle();
		},
	},
	{
		name: "follow-me-mobile-answers",
		title: "desk and mobile ring together, the mobile answers: a person of the company spoke",
		expected: [
			answered("+380501130007", "0442001600", {
				legs: [
					{ extension: "106", result: "elsewhere" },
					{ extension: "+380671112201", result: "answered" },
				],
			}),
		],
		async play(floor) {
			await floor.lab.phoneBank.behaviour(floor.mobile, { does: "answer", after: 1 });
			const call = await floor.customer({ from: "0501130007", to: floor.service("followMe") });
			await floor.ringing(6);
			await call.answered;
			await pause(1200);
			await call.hangUp();
			await floor.idle();
		},
	},
	{
		name: "follow-me-desk-answers",
		title: "desk and mobile ring together, the desk answers",
		expected: [
			answered("+380501130008", "0442001600", {
				legs: [
					{ extension: "106", result: "answered" },
					{ extension: "+380671112201", result: "elsewhere" },
				],
			}),
		],
		async play(floor) {
			await floor.phone(6, { does: "answer", after: 1 });
			const call = await floor.customer({ from: "0501130008", to: floor.service("followMe") });
			await floor.talking(6);
			await pause(1000);
			await call.hangUp();
			await floor.idle();
		},
	},
	{
		name: "follow-me-mobile-after-desk",
		title: "the desk rings in vain, then the mobile answers",
		expected: [
			answered("+380501130009", "0442001610", {
				legs: [
					{ extension: "106", result: "no-answer" },
					{ extension: "+380671112201", result: "answered" },
				],
			}),
		],
		async play(floor) {
			await floor.ringFor(2);
			await floor.lab.phoneBank.behaviour(floor.mobile, { does: "answer", after: 0.7 });
			const call = await floor.customer({ from: "0501130009", to: floor.service("followMeAfterDesk") });
			await call.answered;
			await pause(1200);
			await call.hangUp();
			await floor.idle();
		},
	},
	{
		name: "follow-me-nobody",
		title: "neither desk nor mobile answers: missed",
		expected: [
			missed("+380501130010", "0442001600", {
				legs: [
					{ extension: "106", result: "no-answer" },
					{ extension: "+380671112201", result: "no-answer" },
				],
			}),
		],
		async play(floor) {
			await floor.ringFor(2);
			const call = await floor.customer({ from: "0501130010", to: floor.service("followMe") });
			await call.ended;
			await floor.idle();
		},
	},
];
