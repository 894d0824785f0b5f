import type { SavedCall } from "../events.ts";

/** Who was rung for a queue within so many milliseconds works in it. */
const shift = 12 * 60 * 60_000;
const mostQueues = 1_000;

/**
 * Colleagues of the same queue, by the calls of the last hours: the PBX's own lists of members name telephones that may
 * have been logged on for years.
 */
export function createQueueMates() {
	const queues = new Map<string, Map<string, number>>();
	const keyOf = ({ call, pbxId }: SavedCall) => (call.queue === null ? null : `${pbxId} ${call.queue}`);

	return {
		note(saved: SavedCall, now: number): void {
			const key = keyOf(saved);
			if (key === null || (queues.size >= mostQueues && !queues.has(key))) return;
			const mates = queues.get(key) ?? new Map<string, number>();
			queues.set(key, mates);
			for (const userId of [...saved.ringing, ...saved.talking]) mates.set(userId, now);
		},
		of(saved: SavedCall, now: number): string[] {
			const mates = queues.get(keyOf(saved) ?? "");
			return [...(mates ?? [])].flatMap(([userId, at]) => (now - at < shift ? [userId] : []));
		},
	};
}
