import type { Channel, PbxEvent } from "../pbx-event.ts";
import { type Families, familyOf, joinTracks, move, noteName, see } from "./families.ts";
import { earlier, insertByTime, later, type Track } from "./family.ts";
import { linkOf, type Mark } from "./journal/marks.ts";
import { bringBack } from "./kept.ts";
import { limits } from "./limits.ts";
import { deviceName } from "./party.ts";
import { compareSnapshot, endEverything } from "./snapshot.ts";

/** Dialplan variables in which distributions keep the dialled number. */
export const DID_VARIABLES = new Set(["FROM_DID", "__FROM_DID", "DID", "EXTERNAL_DID"]);

/** Puts what an event tells into the families. What only concerns devices and queues as such is left alone. */
export function observe(all: Families, event: PbxEvent, boot: string | null, now: number): void {
	const at = momentOf(event, now);
	switch (event.kind) {
		case "channel.created":
			see(all, at, event.channel, true);
			return;
		case "channel.changed":
		case "channel.step":
		case "channel.held":
		case "conference.joined":
		case "conference.left":
		case "queue.left":
		case "queue.abandoned":
			see(all, at, event.channel);
			return;
		case "channel.renamed":
			rename(all, at, event.channelId, event.name);
			return;
		case "channel.ended": {
			const track = see(all, at, event.channel);
			if (!track || (track.ended && track.ended.at <= at)) return;
			track.ended = { at, cause: event.cause };
			familyOf(all, track).dirty = true;
			return;
		}
		case "channel.dtmf": {
			const track = see(all, at, event.channel);
			if (!track || track.digits.length >= limits.digitsOfChannel) return;
			if (insertByTime(track.digits, { at, digit: event.digit }, (a, b) => a.digit === b.digit)) {
				familyOf(all, track).dirty = true;
			}
			return;
		}
		case "variable.set":
			if (event.channel && event.value !== "" && DID_VARIABLES.has(event.name)) {
				const track = see(all, at, event.channel);
				if (!track) return;
				const family = familyOf(all, track);
				family.didVariable = earlier(family.didVariable, at, event.value);
				family.dirty = true;
			}
			return;
		case "dial.began": {
			const { from, to } = pair(all, at, event);
			if (!to) return;
			if (to.dial === null || at < to.dial.at) {
				to.dial = { at, from: from?.id ?? null, dialString: event.dialString };
				familyOf(all, to).dirty = true;
			}
			return;
		}
		case "dial.ringing": {
			const { to } = pair(all, at, event);
			// "Proceeding" only says that somebody was asked to ring.
			if (!to || event.state === "proceeding" || (to.ringingAt !== null && to.ringingAt <= at)) return;
			to.ringingAt = at;
			familyOf(all, to).dirty = true;
			return;
		}
		case "dial.ended": {
			const { to } = pair(all, at, event);
			if (!to) return;
			const first = earlier(to.dialEnd, at, event.result);
			if (first === to.dialEnd) return;
			to.dialEnd = first;
			familyOf(all, to).dirty = true;
			return;
		}
		case "local.joined":
		case "local.optimized": {
			const one = see(all, at, event.one);
			const two = see(all, at, event.two);
			joinTracks(all, one, two);
			if (!one || !two || one.twin === two.id) return;
			one.twin = two.id;
			two.twin = one.id;
			familyOf(all, one).dirty = true;
			return;
		}
		case "bridge.entered":
		case "bridge.left": {
			const track = see(all, at, event.channel);
			if (track) move(all, track, event.bridge, at, event.kind === "bridge.entered");
			return;
		}
		case "transfer.blind": {
			const by = see(all, at, event.transferer);
			joinTracks(all, by, seeIfAny(all, at, event.transferee));
			if (by && event.result === "success") transferred(all, at, by, [event.transferer]);
			return;
		}
		case "transfer.attended": {
			const first = see(all, at, event.first);
			const second = see(all, at, event.second);
			joinTracks(all, first, second);
			joinTracks(all, first, seeIfAny(all, at, event.transferee));
			joinTracks(all, first, seeIfAny(all, at, event.target));
			if (first && event.result === "success" && event.destination !== "threeway") {
				transferred(all, at, first, [event.first, event.second]);
			}
			return;
		}
		case "pickup": {
			const target = see(all, at, event.target);
			joinTracks(all, see(all, at, event.by), target);
			if (!target || target.pickedUp) return;
			target.pickedUp = true;
			familyOf(all, target).dirty = true;
			return;
		}
		case "park.began":
			see(all, at, event.parkee);
			return;
		case "park.ended":
			joinTracks(all, see(all, at, event.parkee), seeIfAny(all, at, event.retriever));
			return;
		case "queue.joined": {
			const track = see(all, at, event.channel);
			if (!track) return;
			const family = familyOf(all, track);
			family.queue = later(family.queue, at, event.queue);
			family.dirty = true;
			return;
		}
		case "queue.agent-rang":
		case "queue.agent-missed":
		case "queue.agent-answered":
		case "queue.agent-finished":
			joinTracks(all, see(all, at, event.channel), seeIfAny(all, at, event.agent));
			return;
		case "recording.began": {
			const track = see(all, at, event.channel);
			if (!track) return;
			const family = familyOf(all, track);
			const known = family.recordings.get(event.path);
			if (known ? known.startedAt <= at : family.recordings.size >= limits.recordingsOfCall) return;
			family.recordings.set(event.path, { path: event.path, startedAt: at, channel: track.id });
			family.dirty = true;
			return;
		}
		case "snapshot":
			compareSnapshot(all, at, event, boot !== null && boot !== event.boot);
			return;
		case "booted":
			if (!all.gapAt.has(linkOf(event))) all.gapAt.set(linkOf(event), seenUntil(all, event, now));
			if (boot !== null && boot !== event.boot) endEverything(all, at);
			return;
		case "call.kept":
			bringBack(all, event.call);
			return;
		case "calls.stored":
		case "bridge.merged":
		case "bridge.destroyed":
		case "queue.member":
		case "queue.state":
		case "device.state":
		case "endpoint.reachable":
			return;
		case "gap":
			// A list of channels may be younger than every event, and what it showed may be gone as well.
			all.gapAt.set(linkOf(event), seenUntil(all, event, now));
			return;
		default:
			event satisfies never;
	}
}

/** The latest moment of what was seen before the link had a gap, or began. */
function seenUntil({ seenAt }: Families, { nextAt = Number.POSITIVE_INFINITY }: Mark, now: number): number {
	return Math.min(Math.max(now, seenAt), nextAt - 1);
}

/**
 * The event's time, made strictly ordered where the PBX's whole milliseconds tie and its numbering
 * tells: a double has twelve bits to spare behind a millisecond of our century. Answers about the whole PBX
 * are dated by whoever asked; they are never older than what the PBX's clock has told already (`now`), but older than
 * what came behind them.
 */
function momentOf(event: PbxEvent, now: number): number {
	if (event.kind === "snapshot" || event.kind === "booted") {
		return Math.min(Math.max(event.at, now), event.nextAt ?? Number.POSITIVE_INFINITY);
	}
	if (event.seq === undefined || !Number.isInteger(event.at)) return event.at;
	return event.at + (event.seq % 4096) / 4096;
}

function seeIfAny(all: Families, at: number, channel: Channel | null): Track | null {
	return channel && see(all, at, channel);
}

function pair(all: Families, at: number, event: { from: Channel | null; to: Channel }) {
	const from = seeIfAny(all, at, event.from);
	const to = see(all, at, event.to);
	joinTracks(all, from, to);
	return { from, to };
}

function rename(all: Families, at: number, id: string, name: string): void {
	const family = all.byChannel.get(id);
	const track = family?.channels.get(id);
	if (!family || !track || !noteName(track, at, name)) return;
	family.dirty = true;
	all.touched.add(family);
}

function transferred(all: Families, at: number, track: Track, by: readonly Channel[]): void {
	const names = by.map((channel) => deviceName(channel.name)).filter((name) => name !== null);
	const key = `${at} ${names.join(" ")}`;
	const family = familyOf(all, track);
	if (family.transfers.has(key)) return;
	family.transfers.set(key, { at, by: names });
	family.dirty = true;
}
