import { pause } from "../floor.ts";
import type { OutgoingCall } from "../phone-bank.ts";
import { answered, type Scenario } from "../scenario.ts";

const calls = new WeakMap<object, OutgoingCall>();

/** The server begins to listen while something is already going on. */
export const underWay: Scenario[] = [
	{
		name: "server-starts-in-mid-call",
		title: "a conversation that began before the server is known, with its number and its person",
		expected: [
			answered("+380501180001", "0442001001", { legs: [{ extension: "101", result: "answered" }], recordings: 0 }),
		],
		async before(floor) {
			await floor.phone(1, { does: "answer", after: 0.3 });
			calls.set(floor, await floor.customer({ from: "0501180001", name: "IVANENKO", to: floor.direct(1) }));
			await floor.talking(1);
			await pause(1200);
		},
		async play(floor) {
			await pause(1000);
			await calls.get(floor)?.hangUp();
			await floor.idle();
		},
	},
	{
		name: "server-starts-while-ringing",
		title: "a call that rings when the server starts pops up and is answered",
		expected: [answered("+380501180002", "0442001001", { legs: [{ extension: "101", result: "answered" }] })],
		async before(floor) {
			await floor.phone(1, { does: "answer", after: 2.5 });
			calls.set(floor, await floor.customer({ from: "0501180002", name: "IVANENKO", to: floor.direct(1) }));
			await floor.ringing(1);
			await pause(700);
		},
		async play(floor) {
			await floor.talking(1);
			await pause(1000);
			await calls.get(floor)?.hangUp();
			await floor.idle();
		},
	},
	{
		name: "server-starts-while-queueing",
		title: "a customer who waits in a queue when the server starts is known, and answered",
		expected: [
			answered("+380501180003", "0442001200", {
				did: null,
				queue: "sales-1",
				legs: [
					{ extension: "101", result: "elsewhere" },
					{ extension: "102", result: "elsewhere" },
					{ extension: "103", result: "answered" },
				],
			}),
		],
		async before(floor) {
			await floor.phone(3, { does: "answer", after: 2.5 });
			calls.set(floor, await floor.customer({ from: "0501180003", to: floor.service("salesQueue") }));
			await floor.ringing(3);
			await pause(700);
		},
		async play(floor) {
			await floor.talking(3);
			await pause(1000);
			await calls.get(floor)?.hangUp();
			await floor.idle();
		},
	},
];
