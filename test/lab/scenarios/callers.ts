import { type Floor, pause } from "../floor.ts";
import { answered, missed, type Scenario } from "../scenario.ts";

const by101 = { legs: [{ extension: "101", result: "answered" }] } as const;

/** What stands in these names was chosen by the caller: they are shown as text, never obeyed. */
export const hostileNames = {
	cyrillic: "Іваненко Олена Петрівна",
	markup: `<b>"Bob"</b> O'Neil <img src=x onerror=alert(1)>, \\ %s`,
	long: `${"Товариство з обмеженою відповідальністю ".repeat(10)}кінець`,
	bidi: "\u202Egnp.exe\u202C =1+1",
} as const;

async function talkWith101(floor: Floor, from: string, name: string): Promise<void> {
	await floor.phone(1, { does: "answer", after: 0.5 });
	const call = await floor.customer({ from, name, to: floor.direct(1) });
	await floor.talking(1);
	await pause(700);
	await call.hangUp();
	await floor.idle();
}

/** Who calls, how often, and under which name. */
export const callers: Scenario[] = [
	{
		name: "two-calls-of-one-client",
		title: "two calls of one client at the same time are two calls",
		expected: [
			answered("+380501170001", "0442001001", by101),
			answered("+380501170001", "0442001002", { legs: [{ extension: "102", result: "answered" }] }),
		],
		async play(floor) {
			await floor.phone(1, { does: "answer", after: 0.5 });
			await floor.phone(2, { does: "answer", after: 0.5 });
			const first = await floor.customer({ from: "0501170001", to: floor.direct(1) });
			await floor.talking(1);
			const second = await floor.customer({ from: "0501170001", to: floor.direct(2) });
			await floor.talking(2);
			await pause(700);
			await first.hangUp();
			await pause(500);
			await second.hangUp();
			await floor.idle();
		},
	},
	{
		name: "client-calls-again-at-once",
		title: "a client who gives up and calls again at once makes a missed and an answered call",
		expected: [
			missed("+380501170002", "0442001001", { legs: [{ extension: "101", result: "cancelled" }] }),
			answered("+380501170002", "0442001001", by101),
		],
		async play(floor) {
			const first = await floor.customer({ from: "0501170002", to: floor.direct(1) });
			await floor.ringing(1);
			await pause(700);
			await floor.phone(1, { does: "answer", after: 0.5 });
			await first.hangUp();
			const second = await floor.customer({ from: "0501170002", to: floor.direct(1) });
			await floor.talking(1);
			await pause(1000);
			await second.hangUp();
			await floor.idle();
		},
	},
	{
		name: "number-withheld",
		title: "a caller who withholds the number is a call without a number",
		expected: [answered(null, "0442001001", by101)],
		async play(floor) {
			await floor.phone(1, { does: "answer", after: 0.5 });
			const call = await floor.customer({ from: "0501170003", withheld: true, to: floor.direct(1) });
			await floor.talking(1);
			await pause(700);
			await call.hangUp();
			await floor.idle();
		},
	},
	{
		name: "number-withheld-not-answered",
		title: "a missed call of a caller who withholds the number is a missed call",
		expected: [missed(null, "0442001001", { legs: [{ extension: "101", result: "no-answer" }] })],
		async play(floor) {
			await floor.ringFor(1);
			const call = await floor.customer({ from: "0501170004", withheld: true, to: floor.direct(1) });
			await call.ended;
			await floor.idle();
		},
	},
	{
		name: "number-from-abroad",
		title: "a caller from abroad keeps the foreign number",
		expected: [answered("+48221234567", "0442001001", by101)],
		play: (floor) => talkWith101(floor, "0048221234567", "Jan Kowalski"),
	},
	{
		name: "name-cyrillic",
		title: "a Cyrillic name arrives whole",
		expected: [answered("+380501170005", "0442001001", { ...by101, callerName: hostileNames.cyrillic })],
		play: (floor) => talkWith101(floor, "0501170005", hostileNames.cyrillic),
	},
	{
		name: "name-with-markup",
		title: "a name with markup and quotes is kept as text",
		// Asterisk 22 leaves the quoted-pairs of a SIP display name as they are: \" and \\ (RFC 3261, 25.1)
		expected: [
			answered("+380501170006", "0442001001", {
				...by101,
				callerName: hostileNames.markup.replaceAll(/["\\]/g, "\\$&"),
			}),
		],
		play: (floor) => talkWith101(floor, "0501170006", hostileNames.markup),
	},
	{
		name: "name-very-long",
		title: "a very long name is kept as far as the PBX keeps it",
		// a channel's name has room for 79 bytes; no letter is cut in two
		expected: [answered("+380501170007", "0442001001", { ...by101, callerName: hostileNames.long.slice(0, 41) })],
		play: (floor) => talkWith101(floor, "0501170007", hostileNames.long),
	},
	{
		name: "name-turns-the-writing-around",
		title: "a name with direction marks and a formula is kept as text",
		expected: [answered("+380501170008", "0442001001", { ...by101, callerName: hostileNames.bidi })],
		play: (floor) => talkWith101(floor, "0501170008", hostileNames.bidi),
	},
];
