import type { Call } from "../../../server/protocol/call.ts";
import type { FloorFigures, FloorLink } from "../../../server/protocol/floor.ts";
import type { QueueState, ServerMessage } from "../../../server/protocol/live.ts";
import { dailyLine } from "./daily.ts";

/** What the floor's page shows beside the people and queues of the picture. Pure. */
export interface Floor {
	/** Calls that go on, the oldest first. */
	readonly calls: readonly Call[];
	readonly figures: FloorFigures;
	/** When the server last said anything of it, by this machine's clock (epoch ms). */
	readonly heardAt: number;
}

/** Older than so many milliseconds, what is shown may be wrong, and says so. */
export const staleAfter = 5_000;

const byStart = (calls: readonly Call[]) => calls.toSorted((a, b) => a.startedAt.localeCompare(b.startedAt));

/** The next state; messages of other things, and changes before the first picture, change nothing. */
export function foldFloor(floor: Floor | null, message: ServerMessage, heardAt: number): Floor | null {
	switch (message.type) {
		case "floor":
			return { calls: byStart(message.calls), figures: message.figures, heardAt };
		case "floor.figures":
			return floor && { ...floor, figures: message.figures, heardAt };
		case "floor.calls": {
			if (floor === null) return null;
			const changed = new Set([...message.calls.map(({ id }) => id), ...message.gone]);
			const others = floor.calls.filter(({ id }) => !changed.has(id));
			return { ...floor, calls: byStart([...others, ...message.calls]), heardAt };
		}
		default:
			return floor;
	}
}

export interface QueueView {
	readonly pbx: string;
	readonly queue: string;
	readonly waiting: number;
	/** Since when the one waits who waits longest; null when nobody does, or it is not known. */
	readonly longest: string | null;
}

/** Every queue with who waits in it: how many the PBX says, since when the calls say. */
export function queuesOf(states: readonly QueueState[], calls: readonly Call[]): QueueView[] {
	const views = new Map<string, QueueView>();
	const key = (pbx: string, queue: string) => JSON.stringify([pbx, queue]);
	for (const { pbx, queue, waiting } of states) views.set(key(pbx, queue), { pbx, queue, waiting, longest: null });
	const counted = new Map<string, number>();
	for (const { pbx, queue, direction, outcome, startedAt } of calls) {
		if (queue === null || direction !== "inbound" || outcome !== "ringing") continue;
		const name = key(pbx, queue);
		const count = (counted.get(name) ?? 0) + 1;
		counted.set(name, count);
		const view = views.get(name) ?? { pbx, queue, waiting: 0, longest: null };
		const longest = view.longest !== null && view.longest < startedAt ? view.longest : startedAt;
		views.set(name, { ...view, longest, waiting: Math.max(view.waiting, count) });
	}
	return [...views.values()].sort((a, b) => b.waiting - a.waiting || a.queue.localeCompare(b.queue));
}

/** People of ours on a call now: who speaks, else whose phones ring. */
export function onCall(call: Call): string[] {
	const present = call.legs.filter((leg) => leg.leftAt === null);
	const talking = present.filter((leg) => leg.answeredAt !== null || leg.placed);
	const names = (talking.length > 0 ? talking : present).map((leg) =>
		leg.user === null ? leg.extension : `${leg.user.name} · ${leg.extension}`,
	);
	return [...new Set(names)];
}

/** The proof is made anew every hour; without a new one for so many milliseconds it is old. */
const countIsOldAfter = 2 * 3_600_000;

/**
 * How far the figure *missing* of a PBX is to be trusted: what it says by itself, and `warn` where it says that all is well,
 * but is old, or the PBX's journal could not be read the last time.
 */
export function proofOf({ daily, journalProblem }: Pick<FloorLink, "daily" | "journalProblem">, now: number) {
	if (daily === null) return null;
	const line = dailyLine(daily);
	const isOld = now - Date.parse(daily.at) > countIsOldAfter;
	const tone = line.tone === "good" && (isOld || journalProblem) ? "warn" : line.tone;
	return { tone, isOld, told: line.told } as const;
}
