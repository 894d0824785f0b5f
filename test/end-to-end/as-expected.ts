import type { Call } from "../../server/protocol/call.ts";
import type { Floor } from "../lab/floor.ts";
import type { ExpectedCall } from "../lab/scenario.ts";

/** What of an expected call the outside contract tells; who spoke with whom is judged by the legs. */
export type Seen = Omit<ExpectedCall, "answeredBy" | "callerName"> & { callerName?: string | undefined };

/** Phones that ring within this time (ms) ring together, whatever order the network gave them. */
const together = 500;

/** A call at its end, as the API tells it, in the words of an expected file. */
export function asExpected(call: Call): Seen {
	const people = new Map<string, { leg: Call["legs"][number]; place: number }>();
	for (const [place, leg] of call.legs.entries()) {
		const before = people.get(leg.extension);
		if (!before || leg.answeredAt !== null || before.leg.answeredAt === null) people.set(leg.extension, { leg, place });
	}
	const rang = ({ leg }: { leg: Call["legs"][number] }) => Date.parse(leg.rangAt);
	const legs = [...people.values()].sort((a, b) =>
		Math.abs(rang(a) - rang(b)) < together ? Number(a.leg.extension) - Number(b.leg.extension) : a.place - b.place,
	);
	return {
		direction: call.direction,
		outcome: call.outcome === "ringing" || call.outcome === "talking" ? "failed" : call.outcome,
		number: call.direction === "internal" ? null : call.number,
		did: call.did === "" ? null : call.did,
		queue: call.queue,
		legs: legs.map(({ leg }) => ({ extension: leg.extension, result: leg.result ?? "answered" })),
		talked: call.answeredAt !== null,
		recordings: call.recordings.length,
		callerName: call.callerName,
	};
}

/** The expected call in the same words. */
export function seenOf({ answeredBy: _, callerName, ...rest }: ExpectedCall, call: Call | undefined): Seen {
	// Most scenarios do not care under which name a call comes.
	return { ...rest, callerName: callerName ?? call?.callerName };
}

/** Other floors play their own scenarios on the same PBX. */
export function isOfFloor(call: Call, floor: Floor): boolean {
	const own = String(floor.number);
	return (
		call.did.startsWith(`044200${own}`) ||
		call.did === floor.mainNumber ||
		call.legs.some((leg) => !leg.outside && leg.extension.startsWith(own))
	);
}
