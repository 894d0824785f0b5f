import type { QueueMember } from "../pbx-event.ts";
import type { WrapUpEffect } from "../protocol/wrap-up.ts";
import { extensionOf } from "./pauses.ts";

/** What became of a pause on the PBX; `problem`: what the PBX says. */
export interface Effect {
	readonly effect: WrapUpEffect;
	readonly problem: string | null;
}
/** What one PBX told of its queues, and how our orders fare there. */
export interface QueuesSeen {
	readonly members: ReadonlyMap<string, QueueMember>;
	readonly connected: boolean;
	readonly problem: string | null;
	readonly hasControl: boolean;
}

/** What the pause of this phone came to on one PBX. */
export function effectOn({ members, connected, problem, hasControl }: QueuesSeen, extension: string | null): Effect {
	if (!connected) return { effect: "offline", problem: null };
	const own = [...members.values()].filter((one) => extensionOf(one.interface) === extension);
	if (own.length === 0) return { effect: "not-in-queue", problem: null };
	if (own.every(({ paused }) => paused)) return { effect: "paused", problem: null };
	if (!hasControl) return { effect: "no-control", problem: null };
	return problem === null ? { effect: "pending", problem } : { effect: "refused", problem };
}

const byUrgency = ["refused", "no-control", "offline", "pending", "paused", "not-in-queue"] as const;

/** Of what it came to on several PBXs, what needs somebody most. */
export function worst(effects: readonly Effect[]): Effect {
	const found = byUrgency.map((effect) => effects.find((one) => one.effect === effect)).find(Boolean);
	return found ?? { effect: "not-in-queue", problem: null };
}
