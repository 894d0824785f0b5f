import type { CallFacts, CallLeg } from "./call-change.ts";
import { type Roles, rolesOf } from "./direction.ts";
import { keyOf } from "./families.ts";
import { endOf, epochOf, type Family, type Span } from "./family.ts";
import { legsOf } from "./legs.ts";
import { type Line, linesOf } from "./lines.ts";
import { endedUnseen, withMemory } from "./memory.ts";
import { outcomeOf } from "./outcome.ts";
import { deviceName, partyOf } from "./party.ts";
import { type Conversation, conversationsOf, visitsOf } from "./talk.ts";
import type { TrackerRules } from "./tracker-rules.ts";

/** All that is known of a call. Null: there is no call to tell of, or not yet. */
export function factsOf(family: Family, rules: TrackerRules): CallFacts | null {
	const seen = seenOf(family, rules);
	if (!family.memory) return seen;
	// Remembered is only a younger part that went into this call: the call itself was seen.
	if (seen && family.memory.call.family !== seen.family) return seen;
	if (seen) return withMemory(family.memory, seen);
	const isOver = [...family.channels.values()].every((track) => endOf(track) !== null);
	return isOver ? endedUnseen(family.memory) : null;
}

/** Reads a call out of what was seen of its channels. */
function seenOf(family: Family, rules: TrackerRules): CallFacts | null {
	const lines = linesOf(family, rules);
	const roles = rolesOf(family, lines, rules);
	if (!roles) return null;
	const end = endOfCall(family, lines, rules);
	if (!roles.certain && end === null) return null;
	const conversations = conversationsOf(family, lines);
	const talks = conversations.filter((one) => isTalk(one, roles));
	const answeredAt = talks[0]?.from ?? null;
	const key = keyOf(family);
	const epoch = epochOf(key);
	const legs = legsOf(family, roles, lines, conversations);
	return {
		family: key,
		startedAt: epoch === null ? firstSight(family, key, lines) : epoch * 1000,
		direction: roles.direction,
		outcome: outcomeOf(roles, lines, talks.length > 0, end !== null),
		rawNumber: roles.rawNumber,
		withheld: roles.withheld,
		callerName: roles.callerName,
		did: roles.did,
		queue: family.queue?.value ?? null,
		answeredAt: answeredAt === null ? null : whole(answeredAt),
		endedAt: end === null ? null : whole(end),
		ringMs: Math.round(family.settled.rangMs + length(ringing(family, roles, lines), answeredAt ?? end)),
		talkMs: Math.round(length(talks, end)),
		legs: legs.map(wholeLeg),
		recordings: recordingsOf(family),
		ivr: choicesOf(family, roles),
		interrupted: family.interrupted,
		recovered: family.recovered,
		...unseenOf(family),
	};
}

function unseenOf(family: Family): Pick<CallFacts, "unseen"> {
	const found = new Set<number>();
	let after = family.storedUntil;
	let begun = true;
	for (const { first, ended, lostAt, heardAt } of family.channels.values()) {
		after = Math.max(after, heardAt);
		begun &&= first.created;
		if (ended === null && lostAt !== null) found.add(whole(lostAt));
	}
	if (begun && found.size === 0) return {};
	const unseen = { found: [...found].sort((a, b) => a - b), after: whole(after) };
	return { unseen: begun ? unseen : { ...unseen, beginning: true } };
}

/**
 * The start of a call whose linked id has no time in it (somebody chose the channel's id): whole seconds, and for
 * good once it was told, because it is a part of the call's key.
 */
function firstSight(family: Family, key: string, lines: readonly Line[]): number {
	if (family.told?.family === key) return family.told.startedAt;
	return Math.floor(Math.min(...lines.map((line) => line.start)) / 1000) * 1000;
}

/** A person of the company hears the client; in an internal call: two persons hear each other. */
function isTalk(conversation: Conversation, roles: Roles): boolean {
	if (roles.direction === "internal") {
		return new Set(conversation.lines.map((line) => nameOf(line))).size > 1;
	}
	const clients = conversation.lines.filter((line) => roles.clients.has(line)).length;
	return clients > 0 && clients < conversation.lines.length;
}

function nameOf(line: Line): string {
	return line.party.kind === "extension" ? line.party.extension : line.name;
}

/** When the last channel was gone; announcers and recorders may outlive a call and do not count. */
function endOfCall(family: Family, lines: readonly Line[], rules: TrackerRules): number | null {
	if (lines.some((line) => line.end === null)) return null;
	for (const track of family.channels.values()) {
		if (endOf(track) !== null) continue;
		const name = deviceName(track.names.at(-1)?.name ?? "");
		if (name !== null && partyOf(name, rules).kind !== "helper") return null;
	}
	return Math.max(...lines.map((line) => line.end ?? 0));
}

/** Ringing that counts: of our people's phones, in an outbound call of the client's. */
function ringing(family: Family, roles: Roles, lines: readonly Line[]): Span[] {
	const rung = lines.filter((line) =>
		roles.direction === "outbound" ? roles.clients.has(line) : !line.placed && !roles.clients.has(line),
	);
	const spans: Span[] = rung.flatMap((line) => (line.rangAt === null ? [] : [{ from: line.rangAt, to: line.end }]));
	return roles.direction === "outbound" ? spans : [...family.settled.rang, ...spans];
}

/** Total length of spans that may overlap, up to a moment; a span that lasts counts only when that moment is known. */
function length(spans: readonly Span[], until: number | null): number {
	let total = 0;
	let reached = Number.NEGATIVE_INFINITY;
	for (const span of [...spans].sort((a, b) => a.from - b.from)) {
		const to = until === null ? span.to : Math.min(span.to ?? until, until);
		if (to === null) continue;
		const from = Math.max(span.from, reached);
		if (to > from) total += to - from;
		reached = Math.max(reached, to);
	}
	return total;
}

function recordingsOf(family: Family): CallFacts["recordings"] {
	const found = [...family.recordings.values()].sort((a, b) => a.startedAt - b.startedAt || (a.path < b.path ? -1 : 1));
	return found.map(({ path, startedAt, channel }) => {
		const track = family.channels.get(channel);
		return { path, startedAt: whole(startedAt), closed: track !== undefined && endOf(track) !== null };
	});
}

/** Digits that the client pressed while alone with the PBX. */
function choicesOf(family: Family, roles: Roles): string {
	const pressed: { at: number; digit: string }[] = [];
	if (roles.direction !== "inbound") return "";
	for (const line of roles.clients) {
		for (const { at, digit } of line.track.digits) {
			const inBridge = visitsOf(line.track).some(
				({ bridge, from, to }) => !family.holding.has(bridge) && from <= at && (to === null || at < to),
			);
			if (!inBridge) pressed.push({ at, digit });
		}
	}
	return pressed
		.sort((a, b) => a.at - b.at)
		.map(({ digit }) => digit)
		.join("");
}

function wholeLeg(leg: CallLeg): CallLeg {
	const { rangAt, answeredAt, leftAt } = leg;
	return {
		...leg,
		rangAt: whole(rangAt),
		answeredAt: answeredAt === null ? null : whole(answeredAt),
		leftAt: leftAt === null ? null : whole(leftAt),
	};
}

function whole(at: number): number {
	return Math.floor(at);
}

/** True when nothing is to be told anew. */
export function sameFacts(one: CallFacts, other: CallFacts): boolean {
	return same(one, other);
}

function same(one: unknown, other: unknown): boolean {
	if (Object.is(one, other)) return true;
	if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
	const entries = Object.entries(one);
	const others = new Map(Object.entries(other));
	return entries.length === others.size && entries.every(([key, value]) => same(value, others.get(key)));
}
