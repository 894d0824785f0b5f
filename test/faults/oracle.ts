import type { CallFacts } from "../../server/calls/call-change.ts";
import { isKept } from "../../server/calls/journal/entry.ts";
import type { PbxEvent } from "../../server/pbx-event.ts";
import { fold } from "../calls/fold.ts";
import { idOf } from "./database.ts";
import type { Knowledge } from "./knowledge.ts";
import type { Pbx } from "./pbx.ts";
import type { Ended } from "./schedule.ts";

/** What is wrong at the end of a schedule, in words; and how many calls were compared with their trace alone. */
export interface Verdict {
	readonly wrong: readonly string[];
	readonly calls: number;
	readonly compared: number;
	readonly unseen: number;
}

/** Nothing is missed, nothing is twice, nothing lives on, and what was seen whole is what it is alone. */
export function judge({ pbx, database, seen, writers }: Ended): Verdict {
	const wrong: string[] = [];
	const rows = new Map<string, CallFacts[]>();
	for (const call of database.calls.values()) {
		if (call.endedAt === null) wrong.push(`${call.family} lives on`);
		const truth = pbx.callOf.get(call.family);
		if (truth === undefined) wrong.push(`${call.family} is no call of the PBX`);
		else rows.set(truth, [...(rows.get(truth) ?? []), call]);
		const owed = database.obligations.has(idOf(call.family, call.startedAt));
		if (owed !== (call.direction !== "internal")) wrong.push(`${call.family} ${call.direction}: owed ${owed}`);
	}
	for (const family of database.owedOnce) {
		const truth = pbx.calls.get(pbx.callOf.get(family) ?? "");
		if (!truth || truth.direction === "internal") continue;
		const owed = (rows.get(truth.family) ?? []).some((call) =>
			database.obligations.has(idOf(call.family, call.startedAt)),
		);
		if (!owed) wrong.push(`${truth.family} was owed and is not`);
	}
	for (const id of database.obligations) if (!database.calls.has(id)) wrong.push(`${id} is owed and no call`);
	const told = new Map<string, PbxEvent[]>();
	for (const [event, call] of pbx.callOfEvent) {
		if (isKept(event)) told.set(call, [...(told.get(call) ?? []), event]);
	}
	let compared = 0;
	let unseen = 0;
	for (const [family, truth] of pbx.calls) {
		const found = rows.get(family) ?? [];
		const events = told.get(family) ?? [];
		const external = found.filter((call) => call.direction !== "internal");
		if (
			isOneIn(
				external,
				events.filter((event) => seen.has(event)),
			)
		)
			wrong.push(`${family} is ${external.map((call) => call.family).join(" and ")}`);
		if (found.length === 0) {
			if (events.some((event) => seen.has(event) && isTelling(event))) wrong.push(`${family} is missing`);
			else unseen++;
			continue;
		}
		if (!events.every((event) => seen.has(event))) continue;
		const ends = database.ends.get(family);
		const knower = writers.findLastIndex((one) => ends?.has(one.token) && isWhole(one, family, events, pbx));
		if (knower < 0 || writers.slice(knower).some(({ remembered }) => remembered.has(family))) continue;
		compared++;
		const [call] = found;
		if (found.length > 1 || call === undefined) {
			wrong.push(`${family} is ${found.map((one) => one.family).join(" and ")}`);
			continue;
		}
		// When a killed PBX is back depends on who hears it first.
		const end = truth.interrupted && call.endedAt !== null ? call.endedAt : truth.endedAt;
		const [want, have] = [essence({ ...truth, endedAt: end }), essence(call)];
		if (want !== have) wrong.push(`${family}\n    is        ${have}\n    should be ${want}`);
	}
	return { wrong, calls: pbx.calls.size, compared, unseen };
}

/** Whether what was seen says that two of these are one call; what did may have died with the server that heard it. */
function isOneIn(calls: readonly CallFacts[], events: readonly PbxEvent[]): boolean {
	if (calls.length < 2) return false;
	const { byLink } = fold(events).state.families;
	return new Set(calls.map(({ family }) => byLink.get(family) ?? family)).size < calls.length;
}

/**
 * A channel that was made, and of which nothing more was seen, is no call yet: somebody may only be about to be called. What
 * was sent to nobody, or to a server that was killed with it, is left to the PBX's own journal for the same reason.
 */
function isTelling(event: PbxEvent): boolean {
	if (event.kind === "dial.began" || event.kind === "bridge.entered") return true;
	return (
		"channel" in event && event.channel !== null && event.channel.state !== "down" && event.kind !== "channel.ended"
	);
}

/**
 * Whether this writer's picture of the call had no hole: it saw the call from its beginning to its end, or read in the
 * journal what others saw of it. Whatever else was guessed before or after then gives way to it; but not when somebody
 * behind it knew the call by the stored facts only: it had ended so long before that the journal's last minutes do not
 * tell (the database was away all the time), and was only found gone.
 */
function isWhole(
	{ taken, remembered, kept }: Knowledge,
	family: string,
	events: readonly PbxEvent[],
	pbx: Pbx,
): boolean {
	if (remembered.has(family)) return false;
	const read = kept.filter(({ links }) => links.some((link) => pbx.callOf.get(link) === family));
	return events.every((event) => taken.has(event) || read.some(({ knows }) => knows.has(event)));
}

/** What the business sees of a call. */
function essence(call: CallFacts): string {
	const { family, direction, outcome, rawNumber, did, queue, answeredAt, endedAt, interrupted } = call;
	// Who rang in the same millisecond has no order.
	const legs = call.legs.toSorted((a, b) => a.rangAt - b.rangAt || (a.extension < b.extension ? -1 : 1));
	const people = legs.map(({ extension, result }) => `${extension} ${result}`);
	return JSON.stringify({
		family,
		direction,
		outcome,
		rawNumber,
		did,
		queue,
		answeredAt,
		endedAt,
		interrupted,
		people,
	});
}
