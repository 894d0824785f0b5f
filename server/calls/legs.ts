import { refused, resultOfAttempt } from "./attempts.ts";
import type { CallLeg, LegResult } from "./call-change.ts";
import { numberOf, type Roles } from "./direction.ts";
import type { Family } from "./family.ts";
import type { Line } from "./lines.ts";
import { resultOfCaller } from "./outcome.ts";
import type { Conversation } from "./talk.ts";

/** How long (ms) after a hand-over people may still be heard together. */
const HANDING_OVER = 1500;

/** One line's part of a leg. */
interface Presence {
	readonly line: Line;
	readonly person: string;
	readonly rangAt: number;
	readonly spokeAt: number | null;
	/** Last moment with the client; null when they never spoke, infinite while they speak. */
	readonly withClientTo: number | null;
	readonly end: number | null;
}

/**
 * The people in a call, in the order in which they came in. A leg is one person's run of attempts: all
 * phones and all rings of that person up to the talk that ends the run, with the times and the result of
 * the last attempt. Somebody who has spoken and is rung again later (a parked call that comes back) gets another leg.
 */
export function legsOf(
	family: Family,
	roles: Roles,
	lines: readonly Line[],
	conversations: readonly Conversation[],
): CallLeg[] {
	const byPerson = new Map<string, Presence[]>();
	for (const line of lines) {
		if (roles.clients.has(line)) continue;
		const presence = presenceOf(line, roles, conversations);
		if (!presence) continue;
		const others = byPerson.get(presence.person);
		if (others) others.push(presence);
		else byPerson.set(presence.person, [presence]);
	}
	const all = [...byPerson.values()].flat();
	const runs = [...byPerson.values()].flatMap(runsOf);
	runs.sort(([a], [b]) => (a && b ? a.rangAt - b.rangAt || (a.person < b.person ? -1 : 1) : 0));
	return runs.map((run, index) => ({ index, ...legOf(family, roles, lines, all, run) }));
}

function presenceOf(line: Line, roles: Roles, conversations: readonly Conversation[]): Presence | null {
	const person = personOf(line);
	let spokeAt: number | null = null;
	let withClientTo: number | null = null;
	for (const { from, to, lines } of conversations) {
		if (!lines.includes(line) || lines.every((other) => other === line || personOf(other) === person)) continue;
		spokeAt ??= from;
		const clientHears = lines.some((other) => roles.clients.has(other));
		if (clientHears) withClientTo = Math.max(withClientTo ?? 0, to ?? Number.POSITIVE_INFINITY);
	}
	// Click-to-call rings our own person first: picking up is what that leg is about.
	if (line === roles.caller && !line.placed && line.track.upAt !== null) spokeAt = line.track.upAt;
	if (!line.placed && line.rangAt === null && spokeAt === null && refused(line) === null) return null;
	const rangAt = line.rangAt ?? line.track.dial?.at ?? line.start;
	// A phone that says "busy" does not ring until its channel is gone, a moment later.
	const end = line.end ?? (refused(line) === null ? null : (line.track.dialEnd?.at ?? null));
	return { line, person, rangAt, spokeAt, withClientTo, end };
}

function personOf(line: Line): string {
	return line.party.kind === "extension" ? line.party.extension : numberOf(line);
}

/** Presences of one person, cut where somebody who has spoken and left is rung again. */
function runsOf(presences: Presence[]): Presence[][] {
	const runs: Presence[][] = [];
	let spoken = false;
	let until: number | null = 0;
	for (const presence of presences.sort((a, b) => a.rangAt - b.rangAt)) {
		const run = runs.at(-1);
		if (run && (!spoken || until === null || presence.rangAt <= until)) {
			run.push(presence);
		} else {
			runs.push([presence]);
			spoken = false;
			until = 0;
		}
		spoken ||= presence.spokeAt !== null;
		until = until === null || presence.end === null ? null : Math.max(until, presence.end);
	}
	return runs;
}

function legOf(
	family: Family,
	roles: Roles,
	lines: readonly Line[],
	all: readonly Presence[],
	run: readonly Presence[],
): Omit<CallLeg, "index"> {
	const [first] = run;
	if (!first) throw new Error("a leg needs a presence");
	const spoken = run.filter((presence) => presence.spokeAt !== null);
	const answeredAt = spoken.length === 0 ? null : Math.min(...spoken.map((presence) => presence.spokeAt ?? 0));
	const live = run.some((presence) => presence.end === null);
	const leftAt = live ? null : Math.max(...run.map((presence) => presence.end ?? 0));
	const leg = {
		extension: first.person,
		outside: first.line.party.kind === "outside",
		placed: run.every((presence) => presence.line.placed),
		rangAt: lastAttempt(run),
		answeredAt,
		leftAt,
	};
	if (live) return { ...leg, result: null };
	if (answeredAt !== null) return { ...leg, result: passedOn(family, run, all) ? "transferred" : "answered" };
	return { ...leg, result: resultUnspoken(family, roles, lines, run) };
}

/** When the last attempt of a run began: several phones that ring together are one attempt. */
function lastAttempt(run: readonly Presence[]): number {
	let began = 0;
	let until: number | null = 0;
	for (const presence of run) {
		if (until !== null && presence.rangAt > until) began = presence.rangAt;
		until = until === null || presence.end === null ? null : Math.max(until, presence.end);
	}
	return began;
}

function resultUnspoken(family: Family, roles: Roles, lines: readonly Line[], run: readonly Presence[]): LegResult {
	const placed = run.find((presence) => presence.line.placed);
	if (placed) return placed.line === roles.caller ? resultOfCaller(family, roles, lines) : "cancelled";
	let last: Presence | undefined;
	for (const presence of run) {
		if (!last || (presence.end ?? 0) >= (last.end ?? 0)) last = presence;
	}
	return last ? resultOfAttempt(family, last.line) : "no-answer";
}

/**
 * Spoke, and handed the other side to somebody else: by a transfer, or by any other way in which
 * the client left (park, Redirect) before the next person came in.
 */
function passedOn(family: Family, run: readonly Presence[], all: readonly Presence[]): boolean {
	const until = Math.max(...run.map((presence) => presence.withClientTo ?? 0));
	const end = until || Math.max(...run.map((presence) => presence.end ?? 0));
	const names = new Set(run.map((presence) => presence.line.name));
	for (const { at, by } of family.transfers.values()) {
		if (end <= at + HANDING_OVER && by.some((name) => names.has(name))) return true;
	}
	const person = run[0]?.person;
	return until > 0 && all.some((other) => other.person !== person && other.rangAt >= until);
}
