import { pause } from "../floor.ts";
import { answered, outbound, type Scenario } from "../scenario.ts";

const from101To102 = {
	legs: [
		{ extension: "101", result: "transferred" },
		{ extension: "102", result: "answered" },
	],
	answeredBy: ["101", "102"],
} as const;

const pickedUpBy102 = {
	legs: [
		{ extension: "101", result: "elsewhere" },
		{ extension: "102", result: "answered" },
	],
} as const;

/** Colleagues share one customer's call: pick-up, park, conference; and they call each other. */
export const amongColleagues: Scenario[] = [
	{
		name: "pick-up-by-group",
		title: "a call picked up by a colleague with *8 is answered by the colleague",
		expected: [answered("+380501150001", "0442001001", pickedUpBy102)],
		async play(floor) {
			const call = await floor.customer({ from: "0501150001", to: floor.direct(1) });
			await floor.ringing(1);
			await pause(800);
			await floor.dial(2, "*8");
			await call.answered;
			await pause(1200);
			await call.hangUp();
			await floor.idle();
		},
	},
	{
		name: "pick-up-directed",
		title: "a call picked up by a colleague with ** and the extension is answered by the colleague",
		expected: [answered("+380501150002", "0442001001", pickedUpBy102)],
		async play(floor) {
			const call = await floor.customer({ from: "0501150002", to: floor.direct(1) });
			await floor.ringing(1);
			await pause(800);
			await floor.dial(2, `**${floor.extension(1)}`);
			await call.answered;
			await pause(1200);
			await call.hangUp();
			await floor.idle();
		},
	},
	{
		name: "park-retrieved",
		title: "a customer parked by one person and retrieved by another spoke with both",
		expected: [answered("+380501150003", "0442001001", from101To102)],
		async play(floor) {
			await floor.phone(1, { does: "answer", after: 0.5, steps: [{ wait: 0.8 }, { dtmf: "*7" }] });
			const call = await floor.customer({ from: "0501150003", to: floor.direct(1) });
			const { ParkingSpace = "" } = await floor.parked();
			await pause(800);
			await floor.dial(2, ParkingSpace);
			await floor.talking(2);
			await pause(1200);
			await call.hangUp();
			await floor.idle();
		},
	},
	{
		name: "park-timed-out",
		title: "a parked customer whom nobody retrieves comes back to the one who parked them",
		expected: [answered("+380501150004", "0442001001", { legs: [{ extension: "101", result: "answered" }] })],
		async play(floor) {
			await floor.phone(1, { does: "answer", after: 0.5, steps: [{ wait: 0.8 }, { dtmf: "*7" }] });
			const call = await floor.customer({ from: "0501150004", to: floor.direct(1) });
			await floor.parked();
			await floor.phone(1, { does: "answer", after: 0.7, steps: [{ wait: 1.2 }, { hangup: true }] });
			await call.ended;
			await floor.idle();
		},
	},
	{
		name: "park-timed-out-not-answered",
		title: "a parked customer comes back and is not answered: still one answered call",
		expected: [answered("+380501150005", "0442001001", { legs: [{ extension: "101", result: "answered" }] })],
		async play(floor) {
			await floor.phone(1, { does: "answer", after: 0.5, steps: [{ wait: 0.8 }, { dtmf: "*7" }] });
			const call = await floor.customer({ from: "0501150005", to: floor.direct(1) });
			await floor.parked();
			await floor.phone(1, { does: "ring" });
			await pause(5500);
			await call.hangUp();
			await floor.idle();
		},
	},
	{
		name: "conference-of-three",
		title: "customer and agent move to a conference room, a colleague dials in: one call",
		expected: [
			answered("+380501150006", "0442001001", {
				legs: [
					{ extension: "101", result: "answered" },
					{ extension: "102", result: "answered" },
				],
			}),
		],
		async play(floor) {
			await floor.phone(1, { does: "answer", after: 0.5 });
			const call = await floor.customer({ from: "0501150006", to: floor.direct(1) });
			const { Channel: agent = "" } = await floor.talking(1);
			await pause(800);
			await floor.control({
				Action: "Redirect",
				Channel: await floor.customersChannel(),
				ExtraChannel: agent,
				Context: "internal",
				ExtraContext: "internal",
				Exten: floor.conferenceRoom,
				ExtraExten: floor.conferenceRoom,
				Priority: "1",
				ExtraPriority: "1",
			});
			const colleague = await floor.dial(2, floor.conferenceRoom);
			await floor.talking(2);
			await pause(1200);
			await call.hangUp();
			await pause(300);
			await floor.hangUp(1);
			await colleague.hangUp();
			await floor.idle();
		},
	},
	{
		name: "conference-by-code",
		title: "an agent asks a colleague by *2 and joins all three by *3: one call",
		expected: [
			answered("+380501150007", "0442001001", {
				legs: [
					{ extension: "101", result: "answered" },
					{ extension: "102", result: "answered" },
				],
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
					{ wait: 2 },
					{ dtmf: "*3" },
				],
			});
			await floor.phone(2, { does: "answer", after: 0.5 });
			const call = await floor.customer({ from: "0501150007", to: floor.direct(1) });
			await floor.talking(2);
			await floor.handedOver();
			await pause(1200);
			await call.hangUp();
			await pause(300);
			await floor.hangUp(1);
			await floor.hangUp(2);
			await floor.idle();
		},
	},
	{
		name: "internal-answered",
		title: "a call between colleagues is internal and owed to nobody",
		expected: [
			{
				...outbound("", "answered", {
					legs: [
						{ extension: "101", result: "answered" },
						{ extension: "102", result: "answered" },
					],
				}),
				direction: "internal",
				number: null,
				answeredBy: ["101", "102"],
				talked: true,
				recordings: 1,
			},
		],
		async play(floor) {
			await floor.phone(2, { does: "answer", after: 0.7 });
			const call = await floor.dial(1, floor.extension(2));
			await floor.talking(2);
			await pause(1000);
			await call.hangUp();
			await floor.idle();
		},
	},
	{
		name: "internal-not-answered",
		title: "a call between colleagues that is not answered is internal too",
		expected: [
			{
				...outbound("", "no-answer", {
					legs: [
						{ extension: "101", result: "no-answer" },
						{ extension: "102", result: "no-answer" },
					],
				}),
				direction: "internal",
				number: null,
			},
		],
		async play(floor) {
			await floor.ringFor(1);
			const call = await floor.dial(1, floor.extension(2));
			await call.ended;
			await floor.idle();
		},
	},
];
