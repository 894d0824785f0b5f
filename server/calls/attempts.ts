import type { LegResult } from "./call-change.ts";
import type { Family, Track } from "./family.ts";
import type { Line } from "./lines.ts";

/** Q.850 causes, https://www.itu.int/rec/T-REC-Q.850; 26 is Asterisk's "answered elsewhere". */
const BUSY = 17;
const REJECTED = 21;
const ANSWERED_ELSEWHERE = 26;

/** How far apart (ms) an answer and the end of the other phones' ringing may be told. */
const TOGETHER = 2000;

/** True when the phone said so itself, whether or not it rang. */
export function refused(line: Line): "busy" | "rejected" | null {
	const result = line.track.dialEnd?.value;
	if (line.cause === REJECTED || result === "rejected") return "rejected";
	if (line.cause === BUSY || result === "busy") return "busy";
	return null;
}

/** What became of a phone that was called and with which nobody spoke. */
export function resultOfAttempt(family: Family, line: Line): LegResult {
	if (line.taken || line.track.pickedUp) return "elsewhere";
	const chain = chainOf(family, line.track);
	if (chain.some((track) => track.ended?.cause === ANSWERED_ELSEWHERE)) return "elsewhere";
	const own = refused(line);
	if (own) return own;
	const end = line.end ?? Number.POSITIVE_INFINITY;
	if (chain.some((track) => siblingAnswered(family, track, end))) return "elsewhere";
	const outermost = chain.at(-1) ?? line.track;
	if (outermost.dialEnd) return outermost.dialEnd.value === "cancel" ? "cancelled" : "no-answer";
	return callerLeftFirst(family, outermost, end) ? "cancelled" : "no-answer";
}

/**
 * From the phone's channel outwards: through each Local channel to the attempt that rang it, since a
 * queue that gives a member up only looks like a cancelled call from within.
 */
function chainOf(family: Family, track: Track): Track[] {
	const chain = [track];
	for (let inner = track; ; ) {
		const from = inner.dial?.from ? family.channels.get(inner.dial.from) : undefined;
		const twin = from?.twin ? family.channels.get(from.twin) : undefined;
		if (!twin?.dial || chain.includes(twin)) return chain;
		chain.push(twin);
		inner = twin;
	}
}

function siblingAnswered(family: Family, track: Track, end: number): boolean {
	const from = track.dial?.from;
	if (!from) return false;
	const over = Math.min(track.dialEnd?.at ?? end, end);
	for (const other of family.channels.values()) {
		if (other === track || other.dial?.from !== from || other.dialEnd?.value !== "answer") continue;
		if (other.dial.at < over && Math.abs(other.dialEnd.at - over) <= TOGETHER) return true;
	}
	return false;
}

function callerLeftFirst(family: Family, track: Track, end: number): boolean {
	const from = track.dial?.from ? family.channels.get(track.dial.from) : undefined;
	const left = from?.ended?.at;
	return left !== undefined && Math.abs(left - end) <= TOGETHER;
}
