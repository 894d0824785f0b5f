import type { QueueState } from "../protocol/live.ts";

/** A company has dozens; their names come from the PBX. */
const mostQueues = 1_000;

/** How many wait in each queue, as the PBXs said last. */
export function createQueueStates() {
	const queues = new Map<string, QueueState>();
	return {
		/** False when there are too many queues to remember one more. */
		put(queue: QueueState): boolean {
			const key = `${queue.pbx} ${queue.queue}`;
			if (queues.size >= mostQueues && !queues.has(key)) return false;
			queues.set(key, queue);
			return true;
		},
		all: (): QueueState[] => [...queues.values()],
	};
}
export type QueueStates = ReturnType<typeof createQueueStates>;
