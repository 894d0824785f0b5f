import { appendFileSync, readFileSync } from "node:fs";

/** A recorded row of the journal, `offset` milliseconds after the first. */
interface Row {
	readonly offset: number;
	readonly text: string;
}

/** By which a channel is known: `1795346646.7`, and the number at the end of its name. */
interface Birth {
	readonly seconds: number;
	readonly count: number;
	readonly name: number;
}

interface Recorded {
	readonly birth: Birth;
	readonly rows: readonly Row[];
}

const recorded = new Map<string, Recorded>();
const hexOf = (value: number) => (value >>> 0).toString(16).padStart(8, "0");

function birthOf(id: string, name: string): Birth {
	const [seconds = Number.NaN, count = Number.NaN] = id.split(".").map(Number);
	return { seconds, count, name: parseInt(name.slice(-8), 16) };
}

/**
 * The rows that Asterisk wrote into its journal of a scenario, written again beside a playing of its trace, with the ids
 * and times of that playing. So the loopback PBX has a journal that knows more than what it could tell over AMI, as a real
 * one does. Trace and rows were recorded one after the other: they are set beside each other by their first channel.
 */
export class KeptJournal {
	readonly #file: string;
	readonly #speed: number;
	readonly #rename: (text: string) => string;
	readonly #recorded: Recorded;
	#written = 0;
	#first: { readonly at: number; readonly birth: Birth } | null = null;

	constructor(file: string, trace: string, speed: number, rename: (text: string) => string) {
		this.#file = file;
		this.#speed = Number.isFinite(speed) ? speed : 1;
		this.#rename = rename;
		this.#recorded = recordedOf(trace);
	}

	/** The playing sends its next packet: what happened until then is in the journal. */
	sent(packet: string): void {
		const headerOf = (key: string) => new RegExp(`\\r\\n${key}: ([^\\r]*)`).exec(packet)?.[1] ?? "";
		const at = Number(headerOf("Timestamp")) * 1000;
		if (!(at > 0)) return;
		if (packet.startsWith("Event: Newchannel\r\n")) {
			this.#first ??= { at, birth: birthOf(headerOf("Uniqueid"), headerOf("Channel")) };
		}
		this.#write(at);
	}

	/** The call is over: nothing is left to be written. */
	close(): void {
		this.#write(Number.POSITIVE_INFINITY);
	}

	#write(until: number): void {
		if (this.#first === null) return;
		const { at, birth } = this.#first;
		const { birth: before, rows } = this.#recorded;
		const id = (seconds: string, count: string) =>
			`"${Number(seconds) + birth.seconds - before.seconds}.${Number(count) + birth.count - before.count}"`;
		let text = "";
		for (let row = rows[this.#written]; row && at + row.offset / this.#speed <= until; row = rows[this.#written]) {
			this.#written++;
			const time = new Date(at + row.offset / this.#speed).toISOString().replace("T", " ").replace("Z", "");
			text += this.#rename(row.text)
				.replace(/^("\w+",")[^"]*/, `$1${time}`)
				.replace(/"(\d{10})\.(\d{1,6})"/g, (_, seconds, count) => id(seconds, count))
				.replace(/-([0-9a-f]{8})(?=["/;,])/g, (_, hex) => `-${hexOf(parseInt(hex, 16) + birth.name - before.name)}`)
				.replace(/\b[0-9a-f]{8}(-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\b/g, `${hexOf(birth.count)}$1`);
		}
		if (text !== "") appendFileSync(this.#file, text);
	}
}

function recordedOf(trace: string): Recorded {
	const known = recorded.get(trace);
	if (known) return known;
	const lines = readFileSync(new URL(`../traces/${trace}.cel.csv`, import.meta.url), "utf8").split(/(?<=\n)/);
	const fields = lines.map((line) => line.slice(1).split('","'));
	const timeOf = (row: number) => Date.parse(`${fields[row]?.[1]?.replace(" ", "T")}Z`);
	const read = {
		birth: birthOf(fields[0]?.[14] ?? "", fields[0]?.[9] ?? ""),
		rows: lines.map((text, row) => ({ offset: timeOf(row) - timeOf(0), text })),
	};
	recorded.set(trace, read);
	return read;
}
