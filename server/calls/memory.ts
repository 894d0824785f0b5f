import type { CallFacts, CallLeg, CallOutcome } from "./call-change.ts";
import { reachedBy } from "./progress.ts";

/** A call that an earlier run of the server knew as live. */
export interface Memory {
	readonly call: CallFacts;
	/** When the PBX was first asked what lives; null until then. */
	askedAt: number | null;
}

/** The remembered call, ended unseen: nothing of it lives on the PBX any more. */
export function endedUnseen({ call, askedAt }: Memory): CallFacts | null {
	if (askedAt === null) return null;
	const talked = call.answeredAt !== null;
	return {
		...call,
		outcome: endOutcome(call, talked),
		endedAt: askedAt,
		talkMs: talked ? call.talkMs || askedAt - (call.answeredAt ?? askedAt) : 0,
		legs: call.legs.map((leg) => closed(leg, askedAt)),
		recordings: call.recordings.map((recording) => ({ ...recording, closed: true })),
		recovered: true,
		unseen: { found: [askedAt], after: reachedBy(call) },
	};
}

/** What was known before the server started, and what was seen since, as one call. */
export function withMemory({ call, askedAt }: Memory, seen: CallFacts): CallFacts {
	const answeredAt = call.answeredAt ?? seen.answeredAt;
	// While a talk lasts its length is not counted: it is what lies between the two answers.
	const before = call.talkMs || (seen.answeredAt ?? askedAt ?? 0) - (call.answeredAt ?? 0);
	const ended = seen.endedAt !== null;
	const paths = new Set(seen.recordings.map(({ path }) => path));
	const recordings = call.recordings.filter(({ path }) => !paths.has(path));
	return {
		...call,
		outcome: ended
			? endOutcome({ ...seen, direction: call.direction }, answeredAt !== null)
			: answeredAt === null
				? "ringing"
				: "talking",
		queue: seen.queue ?? call.queue,
		answeredAt,
		endedAt: seen.endedAt,
		ringMs: call.answeredAt === null ? Math.max(call.ringMs, seen.ringMs) : call.ringMs,
		talkMs: seen.talkMs + (call.answeredAt === null ? 0 : Math.max(0, before)),
		legs: legsWithMemory(call.legs, seen.legs, askedAt),
		recordings: [
			...recordings.map((recording) => ({ ...recording, closed: recording.closed || ended })),
			...seen.recordings,
		],
		ivr: call.ivr + seen.ivr,
		interrupted: call.interrupted || seen.interrupted,
		recovered: call.recovered || seen.recovered,
		// Legs that were not seen again ended unseen.
		unseen: {
			found: [...(seen.unseen?.found ?? []), ...(askedAt === null ? [] : [askedAt])],
			after: Math.max(reachedBy(call), reachedBy(seen)),
		},
	};
}

function endOutcome(call: CallFacts, talked: boolean): CallOutcome {
	if (talked) return "answered";
	if (call.direction === "inbound") return "missed";
	return call.outcome === "busy" || call.outcome === "failed" ? call.outcome : "no-answer";
}

/** Legs that were over stay as they were; open ones go on, or ended unseen; new ones follow. */
function legsWithMemory(before: readonly CallLeg[], seen: readonly CallLeg[], askedAt: number | null): CallLeg[] {
	const left = [...seen];
	const legs = before.map((leg) => {
		if (leg.result !== null) return leg;
		const index = left.findIndex(({ extension }) => extension === leg.extension);
		if (index < 0) return askedAt === null ? leg : closed(leg, askedAt);
		const [now] = left.splice(index, 1);
		if (!now) return leg;
		const answeredAt = leg.answeredAt ?? now.answeredAt;
		const spoke = now.result !== null && now.result !== "transferred" && answeredAt !== null;
		return { ...leg, answeredAt, leftAt: now.leftAt, result: spoke ? "answered" : now.result };
	});
	return [...legs, ...left].map((leg, index) => ({ ...leg, index }));
}

function closed(leg: CallLeg, at: number): CallLeg {
	if (leg.result !== null) return leg;
	return { ...leg, leftAt: at, result: leg.answeredAt === null ? "no-answer" : "answered" };
}
