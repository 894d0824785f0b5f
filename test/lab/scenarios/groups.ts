import { pause } from "../floor.ts";
import { answered, missed, type Scenario } from "../scenario.ts";

/** Several phones ring for one customer: ring group and queue. */
export const groups: Scenario[] = [
	{
		name: "ring-group-answered-by-second",
		title: "a ring group answered by its second member is one answered call",
		expected: [
			answered("+380501120001", "0442001100", {
				legs: [
					{ extension: "101", result: "elsewhere" },
					{ extension: "102", result: "answered" },
					{ extension: "103", result: "elsewhere" },
				],
			}),
		],
		async play(floor) {
			await floor.phone(2, { does: "answer", after: 0.8 });
			const call = await floor.customer({ from: "0501120001", to: floor.service("ringGroup") });
			await floor.talking(2);
			await pause(1000);
			await call.hangUp();
			await floor.idle();
		},
	},
	{
		name: "ring-group-answered-by-nobody",
		title: "a ring group that nobody answers is one missed call",
		expected: [
			missed("+380501120002", "0442001100", {
				legs: ["101", "102", "103"].map((extension) => ({ extension, result: "no-answer" as const })),
			}),
		],
		async play(floor) {
			await floor.ringFor(2);
			const call = await floor.customer({ from: "0501120002", to: floor.service("ringGroup") });
			await call.ended;
			await floor.idle();
		},
	},
	{
		name: "queue-answered",
		title: "a queue that rings three people and is answered by one is one answered call",
		expected: [
			answered("+380501120003", "0442001200", {
				queue: "sales-1",
				legs: [
					{ extension: "101", result: "elsewhere" },
					{ extension: "102", result: "elsewhere" },
					{ extension: "103", result: "answered" },
				],
			}),
		],
		async play(floor) {
			await floor.phone(3, { does: "answer", after: 1 });
			const call = await floor.customer({ from: "0501120003", to: floor.service("salesQueue") });
			await floor.talking(3);
			await pause(1000);
			await call.hangUp();
			await floor.idle();
		},
	},
	{
		name: "queue-given-up",
		title: "a caller who gives up in the queue is missed",
		expected: [
			missed("+380501120004", "0442001200", {
				queue: "sales-1",
				legs: ["101", "102", "103"].map((extension) => ({ extension, result: "cancelled" as const })),
			}),
		],
		async play(floor) {
			const call = await floor.customer({ from: "0501120004", to: floor.service("salesQueue") });
			await floor.ringing(3);
			await pause(1000);
			await call.hangUp();
			await floor.idle();
		},
	},
	{
		name: "queue-given-up-while-all-pause",
		title: "a caller who gives up in a queue where nobody's phone rang is missed",
		expected: [missed("+380501120007", "0442001200", { queue: "sales-1" })],
		async play(floor) {
			await floor.pauseSales(true);
			const call = await floor.customer({ from: "0501120007", to: floor.service("salesQueue") });
			await call.answered;
			await pause(1200);
			await call.hangUp();
			await floor.idle();
			await floor.pauseSales(false);
		},
	},
	{
		name: "queue-timed-out",
		title: "a queue that gives the caller up after its time is a missed call",
		expected: [
			missed("+380501120005", "0442001220", {
				queue: "sales-1",
				legs: ["101", "102", "103"].map((extension) => ({ extension, result: "no-answer" as const })),
			}),
		],
		async play(floor) {
			const call = await floor.customer({ from: "0501120005", to: floor.service("salesQueueForThreeSeconds") });
			await call.ended;
			await floor.idle();
		},
	},
	{
		name: "queue-rejected-then-answered",
		title: "one agent rejects, the queue goes on to the next, who answers",
		expected: [
			answered("+380501120006", "0442001210", {
				queue: "support-1",
				legs: [
					{ extension: "104", result: "rejected" },
					{ extension: "105", result: "answered" },
				],
			}),
		],
		async play(floor) {
			await floor.phone(4, { does: "reject", after: 0.7 });
			await floor.phone(5, { does: "answer", after: 0.7 });
			const call = await floor.customer({ from: "0501120006", to: floor.service("supportQueue") });
			await floor.talking(5);
			await pause(1000);
			await call.hangUp();
			await floor.idle();
		},
	},
];
