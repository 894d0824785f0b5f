/** One row of Asterisk's channel event log, whatever it was kept in. Text is hostile, as everywhere. */
export interface CelRow {
	/** `CHAN_START`, `ANSWER`, `BRIDGE_ENTER`… */
	readonly event: string;
	/** Milliseconds since the epoch. */
	readonly at: number;
	readonly callerName: string;
	readonly callerNumber: string;
	readonly exten: string;
	readonly context: string;
	readonly channel: string;
	readonly application: string;
	readonly data: string;
	readonly accountCode: string;
	readonly id: string;
	readonly family: string;
	/** What the event itself has to say, out of its JSON; empty when there is none. */
	readonly extra: Readonly<Record<string, unknown>>;
}

/** A row before its time is understood: see `atTimes`. */
export interface RawCelRow extends Omit<CelRow, "at" | "extra"> {
	readonly time: string;
	readonly extra: string;
}

const quarter = 15 * 60_000;
/** What Asterisk writes for a channel that it cannot name any more: no channel that all such calls would share. */
const unknown = "N/A";

/**
 * Puts rows on the clock. Asterisk writes `eventtime` as seconds since the epoch or, after `dateformat`, as local time
 * without saying of which zone; its ids begin with the epoch at which they were made, so the start of a channel
 * tells the zone; `known` is that of neighbouring rows.
 */
export function atTimes(rows: readonly RawCelRow[], known = 0): CelRow[] {
	const zones = rows.map(zoneOf);
	let zone = zones.find((one) => one !== null) ?? known;
	return rows.map(({ time, extra, ...row }, index) => {
		zone = zones[index] ?? zone;
		return { ...row, at: timeOf(time) - (isEpoch(time) ? 0 : zone), extra: parsed(extra) };
	});
}

/** By how much (ms) the journal's clock is ahead of UTC, from the time inside a new channel's id; null: the row does not tell. */
export function zoneOf({ event, id, time }: RawCelRow): number | null {
	if (event !== "CHAN_START" || isEpoch(time)) return null;
	const made = /(?:^|-)(\d{9,10})\.\d+$/.exec(id)?.[1];
	const off = made === undefined ? Number.NaN : timeOf(time) - Number(made) * 1000;
	return Number.isNaN(off) ? null : Math.round(off / quarter) * quarter;
}

const isEpoch = (time: string) => /^\d+(\.\d+)?$/.test(time);

/** As if the text were UTC; NaN for what is no time. */
function timeOf(time: string): number {
	if (isEpoch(time)) return Math.floor(Number(time) * 1000);
	const text = time
		.trim()
		.replace(" ", "T")
		.replace(/(\.\d{3})\d+$/, "$1");
	return Date.parse(`${text}Z`);
}

function parsed(extra: string): Readonly<Record<string, unknown>> {
	if (!extra.startsWith("{")) return {};
	const value = json(extra) ?? json(wholeMembers(extra));
	if (typeof value !== "object" || value === null) return {};
	return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== unknown));
}

/** A database's column may be shorter than the JSON: its members up to where it was cut. */
function wholeMembers(extra: string): string {
	const member = /[{,]\s*("(?:[^"\\]|\\.)*"\s*:\s*(?:"(?:[^"\\]|\\.)*"|-?[\d.]+(?=,)))/y;
	const members: string[] = [];
	for (let found = member.exec(extra); found?.[1]; found = member.exec(extra)) members.push(found[1]);
	return `{${members.join(",")}}`;
}

function json(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
