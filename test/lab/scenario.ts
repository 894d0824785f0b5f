import type { Floor } from "./floor.ts";

/** What became of one person's phone in a call. */
export type LegResult = "answered" | "no-answer" | "busy" | "rejected" | "elsewhere" | "cancelled" | "transferred";

/** One business call as Dzvin must know it when everything is over. `test/traces/README.md` defines every field. */
export interface ExpectedCall {
	readonly direction: "inbound" | "outbound" | "internal";
	readonly outcome: "answered" | "missed" | "no-answer" | "busy" | "failed";
	/** The customer's number, E.164; null where it is withheld, or there is no customer. */
	readonly number: string | null;
	/** The company's number as the trunk delivered it; null for outbound and internal calls. */
	readonly did: string | null;
	/** The first queue that the call waited in. */
	readonly queue: string | null;
	/** One entry for each person whose phone took part, in the order in which they came in; simultaneous ones by number. */
	readonly legs: readonly { readonly extension: string; readonly result: LegResult }[];
	/** Who spoke with the customer (in an internal call: with each other), in the order in which they began. */
	readonly answeredBy: readonly string[];
	/** Whether a person of the company and the other side had a conversation. */
	readonly talked: boolean;
	/** How many recording files the PBX announced (VarSet MIXMONITOR_FILENAME) while somebody listened. */
	readonly recordings: number;
	/** Only where the scenario is about it: the caller's name as it must be stored, whole. */
	readonly callerName?: string;
}

/** Something that happens on the telephone, and what must be known of it afterwards. */
export interface Scenario {
	/** File name of its trace. */
	readonly name: string;
	/** A sentence about the business; also the name of the test. */
	readonly title: string;
	/** The calls on floor 1, in the order in which they began. */
	readonly expected: readonly ExpectedCall[];
	/** What is already under way before the server begins to listen. */
	before?(floor: Floor): Promise<void>;
	/** Plays it to its end: nothing of it is left on the PBX afterwards. */
	play(floor: Floor): Promise<void>;
}

const nobody = { queue: null, legs: [], answeredBy: [], talked: false, recordings: 0 } as const;

type Common = Pick<ExpectedCall, "legs"> & Partial<ExpectedCall>;

/** A call from outside in which somebody of the company spoke. */
export function answered(number: string | null, did: string, rest: Common): ExpectedCall {
	const answeredBy = rest.legs.filter((leg) => leg.result === "answered").map((leg) => leg.extension);
	return {
		...nobody,
		direction: "inbound",
		outcome: "answered",
		number,
		did,
		answeredBy,
		talked: true,
		recordings: 1,
		...rest,
	};
}

/** A call from outside in which nobody of the company spoke. */
export function missed(number: string | null, did: string, rest: Partial<ExpectedCall> = {}): ExpectedCall {
	return { ...nobody, direction: "inbound", outcome: "missed", number, did, ...rest };
}

/** A call to a customer. */
export function outbound(number: string, outcome: ExpectedCall["outcome"], rest: Common): ExpectedCall {
	return { ...nobody, direction: "outbound", outcome, number, did: null, ...rest };
}

/** The expected calls of a scenario that is played on another floor. */
export function expectedOn(floor: Floor, scenario: Scenario): ExpectedCall[] {
	const person = (extension: string) =>
		extension.startsWith("+") ? `${extension.slice(0, -1)}${floor.number}` : `${floor.number}${extension.slice(1)}`;
	return scenario.expected.map((call) => ({
		...call,
		did: call.did?.replace(/^(044200|\+38044234)1/, `$1${floor.number}`) ?? null,
		queue: call.queue?.replace(/-1$/, `-${floor.number}`) ?? null,
		legs: call.legs.map((leg) => ({ ...leg, extension: person(leg.extension) })),
		answeredBy: call.answeredBy.map(person),
	}));
}
