import { pause } from "../floor.ts";
import { answered, missed, type Scenario } from "../scenario.ts";

/** A customer calls one person. */
export const direct: Scenario[] = [
	{
		name: "direct-answered",
		title: "a customer calls one person, who answers",
		expected: [answered("+380501110001", "0442001001", { legs: [{ extension: "101", result: "answered" }] })],
		async play(floor) {
			await floor.phone(1, { does: "answer", after: 0.7 });
			const call = await floor.customer({ from: "0501110001", name: "IVANENKO", to: floor.direct(1) });
			await floor.talking(1);
			await pause(1200);
			await call.hangUp();
			await floor.idle();
		},
	},
	{
		name: "direct-answered-agent-hangs-up",
		title: "a customer calls one person, who answers and hangs up first",
		expected: [answered("+380501110002", "0442001002", { legs: [{ extension: "102", result: "answered" }] })],
		async play(floor) {
			await floor.phone(2, { does: "answer", after: 0.5, steps: [{ wait: 1.2 }, { hangup: true }] });
			const call = await floor.customer({ from: "+380501110002", to: floor.direct(2) });
			await call.ended;
			await floor.idle();
		},
	},
	{
		name: "direct-not-answered",
		title: "a call to one person that nobody answers is missed",
		expected: [missed("+380501110003", "0442001001", { legs: [{ extension: "101", result: "no-answer" }] })],
		async play(floor) {
			await floor.ringFor(2);
			const call = await floor.customer({ from: "380501110003", to: floor.direct(1) });
			await call.ended;
			await floor.idle();
		},
	},
	{
		name: "direct-phone-not-registered",
		title: "a call to a person whose phone is not registered is missed, though nothing rang",
		expected: [missed("+380501110020", "0442001008")],
		async play(floor) {
			const call = await floor.customer({ from: "0501110020", to: floor.direct(8) });
			await call.ended;
			await floor.idle();
		},
	},
	{
		name: "direct-given-up",
		title: "a caller who gives up while the phone rings is missed",
		expected: [missed("+380501110004", "0442001001", { legs: [{ extension: "101", result: "cancelled" }] })],
		async play(floor) {
			const call = await floor.customer({ from: "80501110004", to: floor.direct(1) });
			await floor.ringing(1);
			await pause(1000);
			await call.hangUp();
			await floor.idle();
		},
	},
	{
		name: "direct-busy",
		title: "a call to a person whose line is busy is missed",
		expected: [missed("+380501110005", "0442001001", { legs: [{ extension: "101", result: "busy" }] })],
		async play(floor) {
			await floor.phone(1, { does: "busy" });
			const call = await floor.customer({ from: "0501110005", to: floor.direct(1) });
			await call.ended;
			await floor.idle();
		},
	},
	{
		name: "direct-rejected",
		title: "a call that the person rejects is missed",
		expected: [missed("+380501110006", "0442001001", { legs: [{ extension: "101", result: "rejected" }] })],
		async play(floor) {
			await floor.phone(1, { does: "reject", after: 0.8 });
			const call = await floor.customer({ from: "0501110006", to: floor.direct(1) });
			await call.ended;
			await floor.idle();
		},
	},
	{
		name: "direct-to-main-number",
		title: "a call to the main number keeps the number as the carrier sent it",
		expected: [answered("+380501110011", "+380442341567", { legs: [{ extension: "101", result: "answered" }] })],
		async play(floor) {
			await floor.phone(1, { does: "answer", after: 0.5 });
			const call = await floor.customer({ from: "+380501110011", to: floor.mainNumber });
			await floor.talking(1);
			await pause(700);
			await call.hangUp();
			await floor.idle();
		},
	},
	{
		name: "direct-recorded-from-the-start",
		title: "a recording that began before the answer belongs to the call",
		expected: [answered("+380501110007", "0442001081", { legs: [{ extension: "101", result: "answered" }] })],
		async play(floor) {
			await floor.phone(1, { does: "answer", after: 0.5 });
			const call = await floor.customer({ from: "0501110007", to: floor.directRecorded(1) });
			await floor.talking(1);
			await pause(1200);
			await call.hangUp();
			await floor.idle();
		},
	},
	{
		name: "direct-not-answered-recorded-from-the-start",
		title: "a missed call whose recording was prepared has an empty recording",
		expected: [
			missed("+380501110008", "0442001081", { legs: [{ extension: "101", result: "no-answer" }], recordings: 1 }),
		],
		async play(floor) {
			await floor.ringFor(1);
			const call = await floor.customer({ from: "0501110008", to: floor.directRecorded(1) });
			await call.ended;
			await floor.idle();
		},
	},
	{
		name: "two-devices",
		title: "two phones of one person are one leg",
		expected: [answered("+380501110009", "0442001007", { legs: [{ extension: "107", result: "answered" }] })],
		async play(floor) {
			await floor.lab.phoneBank.behaviour(`${floor.extension(7)}2`, { does: "answer", after: 0.8 });
			const call = await floor.customer({ from: "0501110009", to: floor.direct(7) });
			await floor.talking(7);
			await pause(1000);
			await call.hangUp();
			await floor.idle();
		},
	},
	{
		name: "two-devices-not-answered",
		title: "two phones of one person that nobody answers are one missed leg",
		expected: [missed("+380501110010", "0442001007", { legs: [{ extension: "107", result: "no-answer" }] })],
		async play(floor) {
			await floor.ringFor(1);
			const call = await floor.customer({ from: "0501110010", to: floor.direct(7) });
			await call.ended;
			await floor.idle();
		},
	},
];
