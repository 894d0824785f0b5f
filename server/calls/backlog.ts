import type { PbxEvent } from "../pbx-event.ts";

/** Events of one link that came together. */
export interface Heard {
	readonly events: readonly PbxEvent[];
	/** Epoch milliseconds. */
	readonly receivedAt: number;
}

/**
 * What a PBX tells while its calls are not folded yet: the live calls of an earlier run are being read, or another server
 * writes and this one stands by. Bounded: beyond `most` events the oldest go, and a gap in their place says so.
 */
export interface Backlog {
	add(heard: Heard): void;
	/** Lets go what came before this moment: the server that writes has it. */
	trim(before: number): void;
	/** When the first event came that is still here; null: none is. */
	readonly start: number | null;
	/** Events here. */
	readonly size: number;
	/** Everything, in order; the backlog is empty afterwards. */
	take(): readonly Heard[];
}

/** About 100 MB; a standing-by server keeps half a minute, 30,000 events of a PBX with 25 calls a second. */
const mostEvents = 100_000;

/** `onFull` hears of the first event that is lost, and then each time their number has doubled. */
export function createBacklog(onFull: (lost: number) => void, most = mostEvents): Backlog {
	let heard: Heard[] = [];
	let size = 0;
	let lost = 0;
	let alarm = 1;
	const dropFirst = () => {
		const gone = heard.shift()?.events.length ?? 0;
		size -= gone;
		return gone;
	};
	return {
		get start() {
			return heard[0]?.receivedAt ?? null;
		},
		get size() {
			return size;
		},
		add(one) {
			heard.push(one);
			size += one.events.length;
			while (size > most && heard.length > 1) lost += dropFirst();
			if (lost < alarm) return;
			onFull(lost);
			alarm = lost * 2;
		},
		trim(before) {
			while (heard[0] !== undefined && heard[0].receivedAt < before) dropFirst();
			// What is gone now was the other server's to write.
			lost = 0;
			alarm = 1;
		},
		take() {
			const [first] = heard;
			const all = heard;
			if (lost > 0 && first) {
				const { receivedAt } = first;
				all.unshift({ receivedAt, events: [{ kind: "gap", at: receivedAt, cause: "sequence", missing: lost }] });
			}
			heard = [];
			[size, lost, alarm] = [0, 0, 1];
			return all;
		},
	};
}
