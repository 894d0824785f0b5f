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

/**
 * Gives the ids and times of a recorded packet new values: the same everywhere within one
 * playing, so that the call holds together, and never those of another playing.
 */
export function refresh(steps: readonly Step[], freshness: Freshness): Step[] {
	const began = steps.map((step) => millisecondsOf(step.text)).find((at) => at !== null) ?? 0;
	const shift = Math.floor(freshness.startedAt / 1000) - Math.floor(began / 1000);
	const base = freshness.playing * 1000;
	const paced = Number.isFinite(freshness.speed) ? freshness.speed : 1;
	return steps.map(({ offset, text }) => {
		const at = freshness.startedAt + offset / paced;
		const time = `${Math.floor(at / 1000)}.${String(Math.floor((at % 1000) * 1000)).padStart(6, "0")}`;
		const lines = text.split("\r\n").map((line) => {
			if (line.startsWith("Timestamp: ")) return `Timestamp: ${time}`;
			return line
				.replace(
					/\b(\d{10})\.(\d{1,6})\b/g,
					(_, seconds, count) => `${Number(seconds) + shift}.${base + Number(count)}`,
				)
				.replace(/-([0-9a-f]{8})(?=;[12]|<|$|,|&|\/)/g, (_, hex) => `-${hexOf(parseInt(hex, 16) + base)}`)
				.replace(/\b[0-9a-f]{8}(-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\b/g, `${hexOf(base)}$1`);
		});
		return { offset: Number.isFinite(freshness.speed) ? offset / paced : 0, text: lines.join("\r\n") };
	});
}

const hexOf = (value: number) => (value >>> 0).toString(16).padStart(8, "0");
