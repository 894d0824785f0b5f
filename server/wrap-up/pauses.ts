import type { QueueMember } from "../pbx-event.ts";

/** How a pause of ours is known on the PBX, also after we forgot everything: pauses with another reason are others'. */
export const wrapUpReason = "wrap-up";

/** One membership that must change. */
export interface PauseChange {
	readonly queue: string;
	readonly interface: string;
	readonly paused: boolean;
}

/** `PJSIP/101` → `101`; FreePBX's `Local/101@from-queue/n` → `101`. Null when no extension is named. */
export function extensionOf(port: string): string | null {
	return /^[^/]+\/([\w.-]+?)(?:@.*|\/.*)?$/.exec(port)?.[1] ?? null;
}

/**
 * What makes the queues be as the wrap-ups want. `held`: extensions that take no calls now. Whom somebody else paused
 * stays paused by them; whom we paused and nothing holds any more is given back.
 */
export function pauseChanges(members: Iterable<QueueMember>, held: ReadonlySet<string>): PauseChange[] {
	const changes: PauseChange[] = [];
	for (const { queue, interface: port, paused, pausedReason } of members) {
		const extension = extensionOf(port);
		const wanted = extension !== null && held.has(extension);
		if (wanted === paused || (paused && pausedReason !== wrapUpReason)) continue;
		changes.push({ queue, interface: port, paused: wanted });
	}
	return changes;
}
