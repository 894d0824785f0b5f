import type { Chance } from "./chance.ts";
import type { DemoPerson } from "./people.ts";

/** A call that can be played: a recorded trace with other people in it. */
export interface Scenario {
	readonly id: string;
	readonly title: string;
	/** Name of the recorded trace, without `.ami`. */
	readonly trace: string;
	/** Extensions in the trace: the first becomes the one who asks, the others become colleagues. */
	readonly extensions: readonly [string, ...string[]];
	/** Who calls instead. */
	readonly caller: (people: readonly DemoPerson[], chance: Chance) => Caller;
}

export interface Caller {
	/** E.164 */
	readonly number: string;
	/** As a trunk shows it; empty: none, null: the recorded one stays. */
	readonly name: string | null;
}

const anybody = (people: readonly DemoPerson[], chance: Chance): Caller => {
	const [first, ...others] = people.filter((person) => person.kind === "person" && person.owner !== null);
	return first === undefined
		? stranger(people, chance)
		: { number: chance.one([first, ...others]).numbers[0] ?? "", name: "" };
};

const stranger = (_people: readonly DemoPerson[], chance: Chance): Caller => ({
	number: `+38063000${chance.between(1000, 9999)}`,
	name: "",
});

/** An office number that stands with several people. */
const severalPeople = (people: readonly DemoPerson[], chance: Chance): Caller => {
	const company = people.filter((person) => person.kind === "company");
	const shared = company.filter(
		({ numbers: [office] }) => people.filter((one) => one.numbers.includes(office ?? "")).length > 1,
	);
	const [first, ...others] = shared;
	return first === undefined
		? anybody(people, chance)
		: { number: chance.one([first, ...others]).numbers[0] ?? "", name: "" };
};

export const scenarios: readonly Scenario[] = [
	{
		id: "known-client",
		title: "A client calls",
		trace: "direct-answered",
		extensions: ["101"],
		caller: anybody,
	},
	{
		id: "unknown-number",
		title: "An unknown number calls",
		trace: "direct-answered",
		extensions: ["101"],
		caller: stranger,
	},
	{
		id: "several-people",
		title: "A number of several people calls",
		trace: "direct-answered",
		extensions: ["101"],
		caller: severalPeople,
	},
	{
		id: "missed",
		title: "A client gives up while your phone rings",
		trace: "direct-given-up",
		extensions: ["101"],
		caller: anybody,
	},
	{
		id: "ring-group",
		title: "Three phones ring, a colleague answers",
		trace: "ring-group-answered-by-second",
		extensions: ["101", "102", "103"],
		caller: anybody,
	},
	{
		id: "queue",
		title: "A queue rings, nobody answers in time",
		trace: "queue-timed-out",
		extensions: ["101", "102", "103"],
		caller: anybody,
	},
	{
		id: "transfer",
		title: "You hand a client over to a colleague",
		trace: "blind-transfer-answered",
		extensions: ["101", "102"],
		caller: anybody,
	},
	{
		id: "menu",
		title: "A client chooses in the menu and reaches you",
		trace: "menu-then-agent",
		extensions: ["101"],
		caller: anybody,
	},
	{
		id: "withheld",
		title: "A withheld number calls",
		trace: "number-withheld",
		extensions: ["101"],
		caller: () => ({ number: "", name: "" }),
	},
	{
		id: "hostile-name",
		title: "A caller sends markup as a name",
		trace: "name-with-markup",
		extensions: ["101"],
		caller: (people, chance) => ({ ...stranger(people, chance), name: null }),
	},
];

/** The customer of a recorded trace, as its packets write them; both empty when withheld. */
export interface RecordedCustomer {
	readonly number: string;
	readonly name: string;
}

/** The trunk's channel is the first one of a trace. */
export function customerOf(trace: string): RecordedCustomer {
	const first = /Event: Newchannel\r\n[\s\S]*?\r\n\r\n/.exec(trace)?.[0] ?? "";
	const number = /^CallerIDNum: (\d+)\r$/m.exec(first)?.[1] ?? "";
	const name = /^CallerIDName: (.*)\r$/m.exec(first)?.[1] ?? "";
	return { number, name: number === "" || name === "<unknown>" ? "" : name };
}

/** Headers whose digits are times and ids, never people. */
const untouched =
	/^(Timestamp|SequenceNumber|EventTV|SessionTV|\w*Uniqueid|\w*Linkedid|\w*ChannelState|Priority|Cause): /;

/**
 * Puts other people into a recorded packet: extensions, the customer's number and name, and where recordings lie.
 * Numbers are replaced where they stand alone or at the borders of a channel's or a device's name.
 */
export function recast(
	scenario: Scenario,
	recorded: RecordedCustomer,
	cast: { readonly extensions: readonly string[]; readonly caller: Caller; readonly recordings: string },
): (packet: string) => string {
	const roles = new Map(scenario.extensions.map((from, index) => [from, cast.extensions[index] ?? from]));
	const anyRole = new RegExp(`(?<=^|[ /@:=&,(_])(${[...roles.keys()].join("|")})(?=$|[-@&,/ )_])`, "g");
	return (packet) =>
		packet
			.split("\r\n")
			.map((line) => {
				if (untouched.test(line)) return line;
				let text = line.replace(anyRole, (from) => roles.get(from) ?? from);
				if (recorded.number !== "") text = text.replaceAll(recorded.number, cast.caller.number);
				if (recorded.name !== "" && cast.caller.name !== null)
					text = text.replaceAll(`Name: ${recorded.name}`, `Name: ${cast.caller.name || "<unknown>"}`);
				return text.replace(/\/srv\/asterisk\/spool\/monitor\//, `${cast.recordings}/`);
			})
			.join("\r\n");
}
