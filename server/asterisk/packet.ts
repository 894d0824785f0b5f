/** What every AMI message begins with. */
export type PacketType = "event" | "response";

/**
 * Needles are joined strings; building one per look-up costs more than the look-up.
 * Only our own literals come in here, so the map stays small.
 */
const needles = new Map<string, string>();
function needleOf(key: string): string {
	let needle = needles.get(key);
	if (needle === undefined) {
		needle = `\r\n${key}:`;
		needles.set(key, needle);
	}
	return needle;
}

/**
 * A value that keeps no more than itself in memory. V8 makes a part of a string from this length on by pointing into the
 * whole, so a call that is remembered for its channel's name would keep the message: three quarters of a call's memory,
 * and a megabyte where a message is that long. Joined with something and cut again, it points into itself only.
 */
const own = (value: string): string => (value.length < 13 ? value : ` ${value}`.slice(1));

/**
 * One AMI message whose grammar is already checked by the reader. Headers stay text until
 * somebody asks for them: two of three packets are never looked into, and an object with the
 * PBX's keys would make `__proto__` a question. Values are raw, as sent: not unescaped.
 */
export class Packet {
	readonly type: PacketType;
	/** Value of the first line: `Newchannel`, `Success`… */
	readonly name: string;
	/** All lines, separated by CR LF, without the last line end. */
	readonly text: string;
	/** True when a key that may stand once stands twice. Such a packet says two things at once. */
	readonly ambiguous: boolean;
	/** Headers are asked for in about the order in which they were sent; search goes on from here. */
	#cursor = 0;

	constructor(type: PacketType, name: string, text: string, ambiguous: boolean) {
		this.type = type;
		this.name = name;
		this.text = text;
		this.ambiguous = ambiguous;
	}

	/** First value of a header, or undefined. Keys are compared as Asterisk writes them. */
	get(key: string): string | undefined {
		const { text } = this;
		const needle = needleOf(key);
		let at = this.#search(needle);
		if (at < 0) return undefined;
		at += needle.length;
		const end = text.indexOf("\r\n", at);
		this.#cursor = end < 0 ? text.length : end;
		return own(text.slice(text.charCodeAt(at) === 0x20 ? at + 1 : at, this.#cursor));
	}

	#search(needle: string): number {
		const { text } = this;
		// The very next line is the usual case, and cheaper to compare than to search.
		if (text.startsWith(needle, this.#cursor)) return this.#cursor;
		const after = text.indexOf(needle, this.#cursor);
		return after >= 0 ? after : text.indexOf(needle);
	}

	/** All values of a header that may be repeated, in order. */
	all(key: string): string[] {
		const needle = needleOf(key);
		const values: string[] = [];
		let at = this.text.indexOf(needle);
		while (at >= 0) {
			at += needle.length;
			const end = this.text.indexOf("\r\n", at);
			const stop = end < 0 ? this.text.length : end;
			values.push(own(this.text.slice(this.text.charCodeAt(at) === 0x20 ? at + 1 : at, stop)));
			at = this.text.indexOf(needle, stop);
		}
		return values;
	}

	/** Every header in order, for tests and for people; the hot path asks by key. */
	entries(): [key: string, value: string][] {
		return this.text.split("\r\n").map((line) => {
			const colon = line.indexOf(":");
			const value = line.slice(colon + 1);
			return [line.slice(0, colon), value.startsWith(" ") ? value.slice(1) : value];
		});
	}
}
