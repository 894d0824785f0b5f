/** One packet of a recorded trace, to be sent `offset` milliseconds after the first. */
export interface Step {
	readonly offset: number;
	/** The packet with its line ends, without the empty line. */
	readonly text: string;
}

const timestamp = /(^|\r\n)Timestamp: (\d+)\.(\d+)/;

/** All packets of a trace as text, also the answers at its beginning. */
export function packetsOf(trace: Uint8Array): string[] {
	return Buffer.from(trace)
		.toString("utf8")
		.split("\r\n\r\n")
		.map((text) => text.replace(/^Asterisk Call Manager\/.*\r\n/, "").replace(/^(\r\n)+/, ""))
		.filter((text) => text !== "");
}

/** The events of a trace after the answers with which it begins, with their times. */
export function stepsOf(trace: Uint8Array): Step[] {
	const packets = packetsOf(trace);
	const last = packets.findLastIndex((text) => /^Event: \w+Complete\r\n/.test(text) && /\r\nActionID: /.test(text));
	const steps: Step[] = [];
	let first: number | null = null;
	let offset = 0;
	for (const text of packets.slice(last + 1)) {
		if (!text.startsWith("Event: ") || /\r\nActionID: /.test(text)) continue;
		const at = millisecondsOf(text);
		if (at !== null) {
			first ??= at;
			offset = Math.max(offset, at - first);
		}
		steps.push({ offset, text });
	}
	return steps;
}

function millisecondsOf(text: string): number | null {
	const found = timestamp.exec(text);
	return found ? Number(found[2]) * 1000 + Number((found[3] ?? "").slice(0, 3)) : null;
}

/** What makes one playing of a trace another call than the playing before. */
export interface Freshness {
	/** Milliseconds (epoch) at which the trace's first event happens now. */
	readonly startedAt: number;
	/** Number of this playing, from 1: part of every channel and bridge name. */
	readonly playing: number;
	/** How many times faster than recorded; times inside the packets shrink alike. */
	readonly speed: number;
}

/** Text of a recorded packet between the values that every playing has of its own; `own[n]` stands behind `text[n]`. */
interface Form {
	readonly offset: number;
	readonly text: readonly string[];
	readonly own: readonly number[];
}

/** A trace taken apart once, so that playing it is joining strings: a burst plays it hundreds of times a second. */
interface Replay {
	/** Milliseconds from its first event to its last. */
	readonly length: number;
	/**
	 * Its packets with ids and times of their own: the same everywhere within one playing, so that the call holds
	 * together, and never those of another playing.
	 */
	play(freshness: Freshness): Step[];
}

/** Makes a value of one playing: `shift` seconds after the recording, and `base` more than its numbers. */
type Make = (shift: number, base: number) => string;

const timeLine = "Timestamp: ";
/** Ids of channels, the numbers at the end of their names, and ids of bridges. */
const ownValue =
	/\b(\d{10})\.(\d{1,6})\b|-([0-9a-f]{8})(?=;[12]|<|$|,|&|\/)|\b[0-9a-f]{8}(-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\b/g;

export function replayOf(steps: readonly Step[]): Replay {
	const began = steps.map((step) => millisecondsOf(step.text)).find((at) => at !== null) ?? 0;
	/** Each value once; the first is the time of the packet itself. */
	const values = new Map<string, Make>([[timeLine, () => ""]]);
	const forms = steps.map(({ offset, text }) => formOf(offset, text, values));
	return {
		length: steps.at(-1)?.offset ?? 0,
		play({ startedAt, playing, speed }) {
			const shift = Math.floor(startedAt / 1000) - Math.floor(began / 1000);
			const own = [...values.values()].map((make) => make(shift, playing * 1000));
			const isPaced = Number.isFinite(speed);
			return forms.map((form) => {
				const offset = form.offset / (isPaced ? speed : 1);
				const at = startedAt + offset;
				own[0] = `${Math.floor(at / 1000)}.${String(Math.floor((at % 1000) * 1000)).padStart(6, "0")}`;
				let text = form.text[0] ?? "";
				for (const [n, value] of form.own.entries()) text += `${own[value]}${form.text[n + 1]}`;
				return { offset: isPaced ? offset : 0, text };
			});
		},
	};
}

function formOf(offset: number, packet: string, values: Map<string, Make>): Form {
	const text: string[] = [];
	const own: number[] = [];
	let between = "";
	const put = (value: string, make: Make) => {
		if (!values.has(value)) values.set(value, make);
		text.push(between);
		own.push([...values.keys()].indexOf(value));
		between = "";
	};
	for (const [row, line] of packet.split("\r\n").entries()) {
		if (row > 0) between += "\r\n";
		if (line.startsWith(timeLine)) {
			between += timeLine;
			put(timeLine, () => "");
			continue;
		}
		let at = 0;
		for (const found of line.matchAll(ownValue)) {
			const [value, seconds, count, hex, bridge] = found;
			between += line.slice(at, found.index);
			at = found.index + value.length;
			if (bridge !== undefined) put(value, (_, base) => `${hexOf(base)}${bridge}`);
			else if (hex !== undefined) put(value, (_, base) => `-${hexOf(parseInt(hex, 16) + base)}`);
			else put(value, (shift, base) => `${Number(seconds) + shift}.${base + Number(count)}`);
		}
		between += line.slice(at);
	}
	return { offset, text: [...text, between], own };
}

const hexOf = (value: number) => (value >>> 0).toString(16).padStart(8, "0");
