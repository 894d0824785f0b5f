import type { Channel, ChannelState, PbxEvent } from "../../pbx-event.ts";
import { namePartsOf } from "../translate/channel.ts";
import { bornAt, type CdrRow } from "./cdr-row.ts";
import { dialStringOf } from "./cel-story.ts";

type Unstamped = PbxEvent extends infer E ? (E extends PbxEvent ? Omit<E, "at" | "seq"> : never) : never;
type Timed = { readonly at: number; readonly event: Unstamped };

/** A channel that called, or was called, over all its lines. */
interface Leg {
	readonly row: CdrRow;
	readonly name: string;
	readonly start: number;
	readonly answer: number | null;
	readonly end: number;
	readonly disposition: string;
}

const nothing = Object.freeze({});
/** Longer names of places are numbers that were dialled from outside; shorter ones are the dialplan's own. */
const shortest = 6;

/**
 * What the live road might have said of a call, out of its lines of CDR. These tell who called whom, for how long, and
 * with what result; not who transferred, who rang without being called by a line, or where the call came in.
 */
export function cdrEvents(rows: readonly CdrRow[], family: string): PbxEvent[] {
	const byParty = Map.groupBy(
		rows.filter(({ channel }) => !isSecondHalf(channel)),
		({ id }) => id,
	);
	const told: Timed[] = [];
	for (const [id, lines] of byParty) {
		// Somebody who was called by another line and calls nobody himself is told there.
		if (id !== family && lines.every(({ called }) => called === "")) continue;
		told.push(...partyEvents(lines, rows, family));
	}
	return told.sort((a, b) => a.at - b.at).map(({ at, event }, seq) => ({ ...event, at, seq }) as PbxEvent);
}

const isSecondHalf = (channel: string) => /^Local\/.*;2$/.test(channel);

function partyEvents(lines: readonly CdrRow[], all: readonly CdrRow[], family: string): Timed[] {
	const [first] = lines;
	if (!first) return [];
	const legs = legsOf(lines, all);
	const end = Math.max(...lines.map((line) => line.end), ...legs.map((leg) => leg.end));
	const answers = lines.flatMap(({ answer }) => (answer === null ? [] : [answer]));
	const caller = (state: ChannelState) => channelOf(first, { id: first.id, name: first.channel, family }, state);
	const told: Timed[] = [{ at: bornAt(first.id), event: { kind: "channel.created", channel: caller("ring") } }];
	for (const { application, data, start } of lines) {
		const channel = { ...caller("other"), application };
		const queue = data.split(",")[0] ?? "";
		if (application === "Queue") told.push({ at: start, event: { kind: "queue.joined", channel, queue, position: 1 } });
		told.push({ at: start, event: { kind: "channel.step", channel, application, data } });
	}
	if (answers.length > 0) {
		told.push({ at: Math.min(...answers), event: { kind: "channel.changed", channel: caller("up") } });
	}
	for (const leg of legs) told.push(...legEvents(leg, caller("other"), family));
	const cause = lines.some(({ disposition }) => disposition === "ANSWERED") ? 16 : 0;
	told.push({ at: end, event: { kind: "channel.ended", channel: caller("other"), cause, causeText: "" } });
	return told;
}

/** Whom these lines called: Local channels stand for those whom their other half called. */
function legsOf(lines: readonly CdrRow[], all: readonly CdrRow[], depth = 0): Leg[] {
	const legs = new Map<string, Leg>();
	for (const row of lines) {
		if (row.called === "") continue;
		const half = /^(Local\/.*);1$/.exec(row.called)?.[1];
		const beyond = half === undefined ? [] : all.filter(({ channel }) => channel === `${half};2`);
		const found = beyond.length > 0 && depth < 5 ? legsOf(beyond, all, depth + 1) : [legOf(row)];
		for (const leg of found) {
			const known = legs.get(leg.name);
			legs.set(leg.name, known ? both(known, leg) : leg);
		}
	}
	return [...legs.values()];
}

const legOf = (row: CdrRow): Leg => {
	const answered = row.disposition === "ANSWERED";
	const { called: name, start, answer, disposition } = row;
	// A talk that begins and ends in the same second was one.
	const end = Math.max(row.end, answered && answer !== null ? answer + 1 : 0);
	return { row, name, start, answer: answered ? answer : null, end, disposition };
};

const both = (one: Leg, other: Leg): Leg => ({
	...one,
	start: Math.min(one.start, other.start),
	answer: one.answer ?? other.answer,
	end: Math.max(one.end, other.end),
	disposition: other.answer !== null ? other.disposition : one.disposition,
});

function legEvents(leg: Leg, from: Channel, family: string): Timed[] {
	const { row, name, start, answer, end } = leg;
	const id = `${row.id}/${name}`;
	const called = { ...row, callerName: "", callerNumber: "", exten: "" };
	const to = (state: ChannelState) => channelOf(called, { id, name, family }, state);
	const dialString = dialStringOf(row, name) || name;
	const bridge = { id, type: "", technology: "simple_bridge", channels: 2 };
	const told: Timed[] = [
		{ at: start, event: { kind: "channel.created", channel: to("down") } },
		{ at: start, event: { kind: "dial.began", from, to: to("down"), dialString } },
	];
	const rang = leg.disposition === "ANSWERED" || leg.disposition === "NO ANSWER";
	if (rang) told.push({ at: start, event: { kind: "dial.ringing", from, to: to("ringing"), state: "ringing" } });
	if (answer === null) {
		const results = { BUSY: "busy", FAILED: "congestion", CONGESTION: "congestion" } as const;
		const result = results[leg.disposition as keyof typeof results] ?? "no-answer";
		told.push({ at: end, event: { kind: "dial.ended", from, to: to("other"), result, forwardedTo: "" } });
	} else {
		told.push({ at: answer, event: { kind: "channel.changed", channel: to("up") } });
		told.push({ at: answer, event: { kind: "dial.ended", from, to: to("up"), result: "answer", forwardedTo: "" } });
		for (const channel of [from, to("up")]) {
			told.push({ at: answer, event: { kind: "bridge.entered", bridge, channel } });
			told.push({ at: end, event: { kind: "bridge.left", bridge, channel } });
		}
	}
	const cause = leg.disposition === "BUSY" ? 17 : 16;
	told.push({ at: end, event: { kind: "channel.ended", channel: to("other"), cause, causeText: "" } });
	return told;
}

function channelOf(
	row: CdrRow,
	{ id, name, family }: { id: string; name: string; family: string },
	state: ChannelState,
): Channel {
	return {
		...{ id, family, name, ...namePartsOf(name), state },
		callerNumber: row.callerNumber,
		callerName: row.callerName,
		connectedNumber: "",
		connectedName: "",
		exten: row.exten.length >= shortest ? row.exten : "",
		context: row.context,
		application: "",
		accountCode: "",
		variables: nothing,
	};
}
