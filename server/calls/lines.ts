import { compareIds, endOf, type Family, type Track } from "./family.ts";
import { deviceName, type Party, partyOf } from "./party.ts";
import { clip, type Visit, visitsOf } from "./talk.ts";
import type { TrackerRules } from "./tracker-rules.ts";

/**
 * One phone's or trunk's connection to the PBX, followed by its name: when a masquerade (pick-up,
 * Redirect, parking) moves it to another channel, it stays the same line.
 */
export interface Line {
	readonly name: string;
	readonly party: Extract<Party, { kind: "extension" | "outside" }>;
	/** The channel on which it began. */
	readonly track: Track;
	/** It called the PBX; otherwise the PBX called it. */
	readonly placed: boolean;
	readonly start: number;
	/** From when on it rang; null when it never did. */
	readonly rangAt: number | null;
	readonly end: number | null;
	/** Its channel went to another line: somebody picked the call up for it. */
	readonly taken: boolean;
	/** Q.850 cause with which its channel ended. */
	readonly cause: number;
	readonly visits: readonly Visit[];
}

/** The lines of a family, oldest first. Channels that were only just made, and that nobody calls yet, are none. */
export function linesOf(family: Family, rules: TrackerRules): Line[] {
	const byName = new Map<string, Segment[]>();
	for (const track of family.channels.values()) {
		for (const segment of segmentsOf(track, rules)) {
			const others = byName.get(segment.name);
			if (others) others.push(segment);
			else byName.set(segment.name, [segment]);
		}
	}
	const lines: Line[] = [];
	for (const segments of byName.values()) {
		const line = lineOf(segments);
		if (line) lines.push(line);
	}
	return lines.sort((a, b) => a.start - b.start || compareIds(a.track.id, b.track.id));
}

/** The time in which one channel bore one line's name. */
interface Segment {
	readonly name: string;
	readonly party: Line["party"];
	readonly track: Track;
	readonly from: number;
	readonly to: number | null;
	readonly taken: boolean;
	readonly visits: readonly Visit[];
}

function segmentsOf(track: Track, rules: TrackerRules): Segment[] {
	const end = endOf(track);
	const visits = track.moves.length === 0 ? [] : visitsOf(track);
	const segments: Segment[] = [];
	for (const [index, named] of track.names.entries()) {
		const name = deviceName(named.name);
		const party = name === null ? null : partyOf(name, rules);
		if (name === null || party === null || party.kind === "local" || party.kind === "helper") continue;
		const next = track.names[index + 1];
		const to = next === undefined ? end : end === null ? next.at : Math.min(next.at, end);
		const within = visits.map((visit) => clip(visit, named.at, to)).filter((visit) => visit !== null);
		segments.push({ name, party, track, from: named.at, to, taken: next !== undefined, visits: within });
	}
	return segments;
}

function lineOf(segments: Segment[]): Line | null {
	const [first, ...others] = segments.sort((a, b) => a.from - b.from);
	if (!first) return null;
	const placed = isPlaced(first.track);
	if (placed === null) return null;
	let last = first;
	for (const segment of others) {
		if (last.to !== null && (segment.to === null || segment.to >= last.to)) last = segment;
	}
	return {
		name: first.name,
		party: first.party,
		track: first.track,
		placed,
		start: first.from,
		rangAt: placed ? null : rangAt(first.track),
		end: last.to,
		taken: last.taken && last.to !== null,
		cause: last.track.ended?.cause ?? 0,
		visits: segments.flatMap((segment) => segment.visits),
	};
}

/** True: it called us. False: we called it. Null: not to be told yet. */
function isPlaced(track: Track): boolean | null {
	if (track.dial || track.called) return false;
	if (track.placed) return true;
	switch (track.first.channel.state) {
		case "ringing":
		case "dialing":
			return false;
		case "up":
		case "ring":
			return true;
		case "down":
		case "reserved":
		case "busy":
		case "other":
			return track.ringingAt === null && track.upAt === null ? null : false;
		default:
			return track.first.channel.state satisfies never;
	}
}

/** From when on a called phone rang; null when it never did. One that only a list showed rang since it was made, or nearly. */
export function rangAt({ ringingAt, listed, dial, first }: Track): number | null {
	if (ringingAt === null) return null;
	return Math.max(listed?.at === ringingAt ? listed.born : ringingAt, dial?.at ?? first.at);
}
