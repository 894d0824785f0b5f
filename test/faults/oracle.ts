import type { CallFacts } from "../../server/calls/call-change.ts";
import { isKept } from "../../server/calls/journal/entry.ts";
import type { PbxEvent } from "../../server/pbx-event.ts";
import { idOf } from "./database.ts";
import type { Ended } from "./schedule.ts";
import type { Knowledge } from "./server.ts";

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
		if (external.length > 1) wrong.push(`${family} is ${external.map((call) => call.family).join(" and ")}`);
		if (found.length === 0) {
			if (events.some((event) => seen.has(event) && isTelling(event))) wrong.push(`${family} is missing`);
			else unseen++;
			continue;
		}
		if (!events.every((event) => seen.has(event))) continue;
		if (!writers.some((one) => isWhole(one, family, events))) continue;
		compared++;
		const [call] = found;
		if (found.length > 1 || call === undefined) {
			wrong.push(`${family} is ${found.map((one) => one.family).join(" and ")}`);
			continue;
		}
		const [want, have] = [essence(truth), essence(call)];
		if (want !== have) wrong.push(`${family}\n    is        ${have}\n    should be ${want}`);
	}
	return { wrong, calls: pbx.calls.size, compared, unseen };
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
 * Whether this writer's picture of the call had no hole: it saw the call from its beginning, and (`toEnd`: the last writer,
 * or one of those of whom some had to guess an end) to its end, or nothing of it. Other pictures are guesses where they
 * have holes, and two things make that show in the end:
 * - what one writer guessed counts in the database as much as what the next one knows: progress.ts counts moments and
 *   facts, not who saw more;
 * - a call remembered by its facts is continued by events that these facts may know already, or not yet.
 */
function isWhole({ taken, remembered }: Knowledge, family: string, events: readonly PbxEvent[]): boolean {
	return !remembered.has(family) && events.every((event) => taken.has(event));
}

/** What the business sees of a call. */
function essence(call: CallFacts): string {
	const { family, direction, outcome, rawNumber, did, queue, answeredAt, endedAt, interrupted } = call;
	const people = call.legs.map(({ extension, result }) => `${extension} ${result}`);
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
