import type { Family, Move, Track } from "./family.ts";
import type { Line } from "./lines.ts";

/** A stay in one bridge; `to` is null while it lasts. */
export interface Visit {
	readonly bridge: string;
	readonly from: number;
	readonly to: number | null;
}

/** Lines that could hear each other for a while. */
export interface Conversation {
	readonly from: number;
	readonly to: number | null;
	readonly lines: readonly Line[];
}

/**
 * Stays of a channel, from the passages seen. A channel is in one bridge at a time, so entering the
 * next ends a stay whose end was not seen. Passages of the same instant are taken in the order that makes sense.
 */
export function visitsOf(track: Track): Visit[] {
	const visits: Visit[] = [];
	const moves = inOrder(track.moves);
	let inside: Move | undefined;
	for (const move of moves) {
		if (move.enters === (inside?.bridge === move.bridge)) continue;
		if (inside && move.at > inside.at) visits.push({ bridge: inside.bridge, from: inside.at, to: move.at });
		inside = move.enters ? move : undefined;
	}
	if (inside) visits.push({ bridge: inside.bridge, from: inside.at, to: null });
	return visits;
}

/** Passages by time, those of one instant so that each makes sense after the one before. */
function inOrder(moves: readonly Move[]): readonly Move[] {
	if (moves.every((move, index) => index === 0 || move.at !== moves[index - 1]?.at)) return moves;
	const left = [...moves];
	const ordered: Move[] = [];
	let inside: string | null = null;
	while (left.length > 0) {
		const at = left[0]?.at;
		const fits = left.findIndex((move) => move.at === at && move.enters !== (inside === move.bridge));
		const [move] = left.splice(Math.max(fits, 0), 1);
		if (!move) break;
		ordered.push(move);
		if (move.enters) inside = move.bridge;
		else if (inside === move.bridge) inside = null;
	}
	return ordered;
}

/** The part of a stay within a span of time; null when there is none. */
export function clip(visit: Visit, from: number, to: number | null): Visit | null {
	const start = Math.max(visit.from, from);
	const end = to === null ? visit.to : visit.to === null ? to : Math.min(visit.to, to);
	return end !== null && end <= start ? null : { bridge: visit.bridge, from: start, to: end };
}

/** Everybody who could hear everybody, by time: lines in one bridge, or in bridges that Local channels connect. */
export function conversationsOf(family: Family, lines: readonly Line[]): Conversation[] {
	const stays: { visit: Visit; line: Line | null; track: string; twin: string | null }[] = [];
	for (const line of lines) {
		for (const visit of line.visits) stays.push({ visit, line, track: "", twin: null });
	}
	for (const track of family.channels.values()) {
		if (track.twin === null || track.moves.length === 0) continue;
		const end = track.ended?.at ?? track.lostAt;
		for (const visit of visitsOf(track)) {
			const part = clip(visit, track.first.at, end);
			if (part) stays.push({ visit: part, line: null, track: track.id, twin: track.twin });
		}
	}
	const there = stays.filter(({ visit }) => !family.holding.has(visit.bridge));
	const times = [...new Set(there.flatMap(({ visit }) => (visit.to === null ? [visit.from] : [visit.from, visit.to])))];
	times.sort((a, b) => a - b);
	const conversations: Conversation[] = [];
	for (const [index, from] of times.entries()) {
		const now = there.filter(({ visit }) => visit.from <= from && (visit.to === null || visit.to > from));
		if (now.length < 2) continue;
		const to = times[index + 1] ?? null;
		for (const heard of rooms(now)) conversations.push({ from, to, lines: heard });
	}
	return conversations;
}

/** Lines by room, where Local channels make one room of two bridges. */
function rooms(now: readonly { visit: Visit; line: Line | null; track: string; twin: string | null }[]): Line[][] {
	const roomOf = new Map<string, string>();
	const halves = new Map<string, string>();
	for (const stay of now) {
		roomOf.set(stay.visit.bridge, stay.visit.bridge);
		if (stay.line === null) halves.set(stay.track, stay.visit.bridge);
	}
	for (const stay of now) {
		const beyond = stay.twin === null ? undefined : halves.get(stay.twin);
		const here = roomOf.get(stay.visit.bridge);
		const there = beyond === undefined ? undefined : roomOf.get(beyond);
		if (here === undefined || there === undefined || here === there) continue;
		for (const [bridge, room] of roomOf) if (room === there) roomOf.set(bridge, here);
	}
	const lines = new Map<string, Line[]>();
	for (const { line, visit } of now) {
		const room = roomOf.get(visit.bridge);
		if (line === null || room === undefined) continue;
		const others = lines.get(room);
		if (others) others.push(line);
		else lines.set(room, [line]);
	}
	return [...lines.values()].filter((heard) => heard.length > 1);
}
