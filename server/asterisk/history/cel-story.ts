import { namePartsOf } from "../translate/channel.ts";
import type { CelRow } from "./cel-row.ts";

/** What several rows of a journal tell only together. */
export interface Told {
	/** Channels that the PBX made in order to call somebody. */
	readonly called: ReadonlySet<string>;
	readonly starts: ReadonlyMap<string, CelRow>;
	readonly answers: ReadonlyMap<string, CelRow>;
	readonly hangups: ReadonlyMap<string, CelRow>;
	readonly runs: readonly Run[];
	/** The number that an Originate showed on the phone that it rang first: whom the call is for. */
	readonly shown: ReadonlyMap<string, string>;
	/** The caller hung up at that moment, and by himself. */
	gaveUp(id: string, at: number): boolean;
	/** One of these channels speaks on after this row. */
	staysAfter(row: CelRow, ids: readonly string[]): boolean;
	/** A row of the channel that bore this name. */
	rowOfName(name: string): CelRow | null;
}

/** A dialplan application that ran on a channel and calls people. */
interface Run {
	readonly row: CelRow;
	readonly to: number;
}

/** How far apart (ms) two rows about one moment may be. */
const together = 1000;
/** A transferer who speaks on for longer (ms) was not handing over. */
const handingOver = 1500;

/** What Asterisk calls the application of a channel that it made itself. */
const outgoing = /^App(Dial2?|Queue)$/;

export function toldBy(rows: readonly CelRow[]): Told {
	const starts = new Map<string, CelRow>();
	const answers = new Map<string, CelRow>();
	const hangups = new Map<string, CelRow>();
	const named = new Map<string, CelRow>();
	const outgoingIds = new Set<string>();
	const pickers = new Set<unknown>();
	const open = new Map<string, { row: CelRow; to: number }>();
	const shown = new Map<string, string>();
	const runs: { row: CelRow; to: number }[] = [];
	const visits: { id: string; at: number; enters: boolean }[] = [];
	for (const row of rows) {
		named.set(row.channel, row);
		if (outgoing.test(row.application)) outgoingIds.add(row.id);
		if (row.application === "AppDial2" && row.callerNumber !== starts.get(row.id)?.callerNumber) {
			if (!shown.has(row.id)) shown.set(row.id, row.callerNumber);
		}
		if (row.event === "CHAN_START") starts.set(row.id, row);
		else if (row.event === "ANSWER" && !answers.has(row.id)) answers.set(row.id, row);
		else if (row.event === "HANGUP" && !hangups.has(row.id)) hangups.set(row.id, row);
		else if (row.event === "PICKUP") pickers.add(row.extra.pickup_channel_uniqueid);
		else if (row.event === "APP_START") {
			const run = { row, to: Number.POSITIVE_INFINITY };
			open.set(row.id, run);
			runs.push(run);
		} else if (row.event === "BRIDGE_ENTER" || row.event === "BRIDGE_EXIT") {
			visits.push({ id: row.id, at: row.at, enters: row.event === "BRIDGE_ENTER" });
		}
		const run = open.get(row.id);
		if (run && ["APP_END", "CHAN_END"].includes(row.event)) {
			run.to = row.at;
			open.delete(row.id);
		}
	}
	const called = new Set(
		[...starts.values()]
			.filter(({ id, channel }) => {
				if (pickers.has(id)) return false;
				if (outgoingIds.has(id)) return true;
				// Of a phone that still rang when the journal ended only its beginning is told.
				return !answers.has(id) && !hangups.has(id) && runs.some(({ row }) => row.id !== id && calls(row, channel));
			})
			.map(({ id }) => id),
	);
	return {
		called,
		starts,
		answers,
		hangups,
		runs,
		shown,
		gaveUp(id, at) {
			const end = hangups.get(id);
			return end !== undefined && Math.abs(end.at - at) <= together && end.extra.hangupsource === end.channel;
		},
		staysAfter(row, ids) {
			const later = visits.filter(({ id, at }) => ids.includes(id) && at > row.at + handingOver);
			return later.length > 0;
		},
		rowOfName: (name) => named.get(name) ?? null,
	};
}

/** Who calls this channel, and by which dial string; null when the journal does not tell. */
export function dialerOf(start: CelRow, told: Told): { row: CelRow; dialString: string } | null {
	let queue: CelRow | null = null;
	for (const { row, to } of told.runs.toReversed()) {
		if (row.id === start.id || row.family !== start.family || row.at > start.at || to < start.at) continue;
		if (calls(row, start.channel)) return { row, dialString: dialStringOf(row, start.channel) };
		if (row.application === "Queue") queue ??= row;
	}
	return queue && { row: queue, dialString: start.channel };
}

function calls(row: CelRow, channel: string): boolean {
	return !["Queue", "Park", "ConfBridge"].includes(row.application) && dialStringOf(row, channel) !== "";
}

/** The one of `PJSIP/101&PJSIP/0671112201@trunk,20,tk` which led to this channel. */
export function dialStringOf(row: Pick<CelRow, "data">, channel: string): string {
	const { technology, endpoint } = namePartsOf(channel);
	const targets = (row.data.split(",")[0] ?? "").split("&");
	return (
		targets.find((target) => {
			const slash = target.indexOf("/");
			if (target.slice(0, Math.max(slash, 0)).toUpperCase() !== technology) return false;
			const address = target.slice(slash + 1).replace(/\/n$/, "");
			return technology === "LOCAL" ? address === endpoint : address.split(/[/@]/).includes(endpoint);
		}) ?? ""
	);
}
