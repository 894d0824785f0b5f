import type { PbxEvent } from "../pbx-event.ts";
import { type Bound, weightOf } from "./weight.ts";

/** Events of one link that came together. */
export interface Heard {
	readonly events: readonly PbxEvent[];
	/** Epoch milliseconds. */
	readonly receivedAt: number;
}

/**
 * What a PBX tells while its calls are not folded yet: the live calls of an earlier run are being read, or another server
 * writes and this one stands by. Bounded: beyond `most` the oldest go, and a gap in their place says so.
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

/** A standing-by server keeps half a minute, 30,000 events of a PBX with 25 calls a second. */
const standard: Bound = { events: 100_000, bytes: 100_000_000 };

/** `onFull` hears of the first event that is lost, and then each time their number has doubled. */
export function createBacklog(onFull: (lost: number) => void, most = standard): Backlog {
	let heard: (Heard & { readonly weight: number })[] = [];
	let size = 0;
	let bytes = 0;
	let lost = 0;
	let alarm = 1;
	const dropFirst = () => {
		const { events = [], weight = 0 } = heard.shift() ?? {};
		size -= events.length;
		bytes -= weight;
		return events.length;
	};
	return {
		get start() {
			return heard[0]?.receivedAt ?? null;
		},
		get size() {
			return size;
		},
		add(one) {
			const weight = weightOf(one.events);
			heard.push({ ...one, weight });
			size += one.events.length;
			bytes += weight;
			while ((size > most.events || bytes > most.bytes) && heard.length > 1) lost += dropFirst();
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
			const all: Heard[] = heard.map(({ events, receivedAt }) => ({ events, receivedAt }));
			if (lost > 0 && first) {
				const { receivedAt } = first;
				all.unshift({ receivedAt, events: [{ kind: "gap", at: receivedAt, cause: "sequence", missing: lost }] });
			}
			heard = [];
			[size, bytes, lost, alarm] = [0, 0, 0, 1];
			return all;
		},
	};
}
