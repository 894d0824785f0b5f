import type { QueueMember } from "../pbx-event.ts";

/**
 * How a pause of ours is known on the PBX, also after we forgot everything: `wrap-up`, or `break: ` with the reason.
 * Pauses with another reason are others'.
 */
export const wrapUpReason = "wrap-up";
const breakPrefix = "break: ";
const isOurs = (reason: string) => reason === wrapUpReason || reason.startsWith(breakPrefix);

/** Asterisk keeps 79 bytes of a reason, in a list whose marks are `;` and `|`. */
const mostBytes = 79;

/** The reason of a break as the PBX shows and keeps it. */
export function breakPause(reason: string): string {
	const plain = reason
		.replace(/[^\p{L}\p{M}\p{N} .'’-]/gu, " ")
		.replace(/\s+/g, " ")
		.trim();
	let kept = breakPrefix;
	for (const character of plain) {
		if (Buffer.byteLength(kept + character) > mostBytes) break;
		kept += character;
	}
	return kept;
}

/** One membership that must change. */
export interface PauseChange {
	readonly queue: string;
	readonly interface: string;
	readonly paused: boolean;
	/** Why; of a pause that ends: why it was. */
	readonly reason: string;
}

/** `PJSIP/101` → `101`; FreePBX's `Local/101@from-queue/n` → `101`. Null when no extension is named. */
export function extensionOf(port: string): string | null {
	return /^[^/]+\/([\w.-]+?)(?:@.*|\/.*)?$/.exec(port)?.[1] ?? null;
}

/**
 * What makes the queues be as breaks and wrap-ups want. `held`: extensions that take no calls now, and the reason that
 * the PBX should show. Whom somebody else paused stays paused by them; whom we paused and nothing holds any more is
 * given back; where one reason goes and another stays, the pause goes on with the other.
 */
export function pauseChanges(members: Iterable<QueueMember>, held: ReadonlyMap<string, string>): PauseChange[] {
	const changes: PauseChange[] = [];
	for (const { queue, interface: port, paused, pausedReason } of members) {
		const wanted = held.get(extensionOf(port) ?? "");
		if (paused ? pausedReason === wanted || !isOurs(pausedReason) : wanted === undefined) continue;
		changes.push({ queue, interface: port, paused: wanted !== undefined, reason: wanted ?? pausedReason });
	}
	return changes;
}
