import { Packet } from "./packet.ts";

/**
 * Upper bounds of one message. Asterisk's own values end at a few KB; what is larger is an
 * accident or an attack, and a reader that keeps it would be the leak.
 */
export interface PacketLimits {
	/** Bytes of one message. */
	readonly packet: number;
	/** Bytes of one line. */
	readonly line: number;
	/** Lines of one message. */
	readonly headers: number;
}

export const defaultLimits: PacketLimits = { packet: 1_048_576, line: 65_536, headers: 40_000 };

export type QuarantineReason = "packet-too-long" | "line-too-long" | "too-many-headers" | "grammar";

/** A message that was put aside. `sample` is its beginning, for the log: hostile text. */
export interface Quarantined {
	readonly reason: QuarantineReason;
	readonly sample: string;
}

export interface PacketHandlers {
	readonly onPacket: (packet: Packet) => void;
	readonly onQuarantine: (quarantined: Quarantined) => void;
	/** The line that Asterisk says first, before any message. */
	readonly onGreeting?: (line: string) => void;
}

/** Keys that Asterisk repeats by design: `ChanVariable(SIP/1-1)` of old versions, `DestChanVariable` of new ones. */
const isListKey = (key: string) => key === "Output" || key === "Variable" || /ChanVariable(\(.*\))?$/.test(key);

const greeting = /^Asterisk Call Manager\/[\w.]+$/;
const sampleLength = 200;
const nul = 0;
const lf = 10;
const cr = 13;
const colon = 58;
const messageEnd = Buffer.from("\r\n\r\n");
const longestKey = 256;

// Letters, digits and the punctuation that occurs in keys: `Cause-txt`, `CID-CallingPres`,
// `ChanVariable(SIP/101-1)`, `Line-000000-000000`; UserEvent headers may have spaces.
const keyByte = new Uint8Array(256);
for (const char of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.()/@+& ") {
	keyByte[char.charCodeAt(0)] = 1;
}

/** Keys of one message are told apart by 12 bits of a hash; on a collision by a set. */
const slots = 4096;
/** With more lines than this every key goes into the set: the slots would be full. */
const manyLines = 512;

/**
 * Streaming reader of the Asterisk Manager Interface: bytes in, whole and checked messages out,
 * however the bytes are cut. Strict: a line is `Key: value` ended by CR LF, the first key is
 * `Event` or `Response`, no NUL; everything else is put aside whole and reported, because a lost
 * message can be repaired while a guessed one is a lie.
 *
 * One reader lives as long as one connection: partial bytes must never meet the next one.
 * Every byte is looked at once, whatever the chunks; no string is made per line.
 */
export class PacketReader {
	readonly #limits: PacketLimits;
	readonly #handlers: PacketHandlers;
	/** Unread bytes are [start, end); the byte at `end` is a NUL, which stops every loop. */
	#bytes = Buffer.alloc(131_072);
	#end = 0;
	#start = 0;
	/** Where the scan goes on: at the beginning of a line, or inside a value. */
	#at = 0;
	#inValue = false;
	#lineStart = 0;
	#lines = 0;
	/** Bits of all bytes in values: above 127 the message is not plain ASCII. */
	#bits = 0;
	#ambiguous = false;
	readonly #seen = new Int32Array(slots);
	#serial = 1;
	#keys: Set<string> | null = null;
	/** Set while the rest of a message that was put aside is thrown away. */
	#skipping = false;
	#greeted = false;

	constructor(handlers: PacketHandlers, limits: PacketLimits = defaultLimits) {
		this.#handlers = handlers;
		this.#limits = limits;
	}

	/** Takes the next bytes; calls the handlers before it returns. The bytes are copied. */
	feed(chunk: Uint8Array): void {
		this.#append(chunk);
		if (!this.#greeted && !this.#readGreeting()) return;
		while (this.#skipping ? this.#skip() : this.#scan());
		if (this.#end - this.#start > this.#limits.packet) {
			this.#putAside("packet-too-long");
			this.#skip();
		}
		if (this.#start === this.#end) this.#moveTo(0);
	}

	#append(chunk: Uint8Array): void {
		if (this.#end + chunk.length >= this.#bytes.length) {
			const kept = this.#end - this.#start;
			const needed = kept + chunk.length + 1;
			const old = this.#bytes;
			if (needed > old.length) this.#bytes = Buffer.alloc(2 ** Math.ceil(Math.log2(needed)));
			old.copy(this.#bytes, 0, this.#start, this.#end);
			this.#moveTo(0);
		}
		this.#bytes.set(chunk, this.#end);
		this.#end += chunk.length;
		this.#bytes[this.#end] = nul;
	}

	/** Tells all positions that the unread bytes stand at `start` now. */
	#moveTo(start: number): void {
		const by = start - this.#start;
		this.#start += by;
		this.#end += by;
		this.#at += by;
		this.#lineStart += by;
	}

	#readGreeting(): boolean {
		const unread = this.#bytes.subarray(this.#start, this.#end);
		const lineEnd = unread.indexOf("\r\n");
		// No message line is without a colon, so nothing but the greeting has to be waited for.
		if (lineEnd < 0 && !unread.includes(colon) && unread.length < longestKey) return false;
		this.#greeted = true;
		const line = unread.toString("latin1", 0, Math.max(0, Math.min(lineEnd, longestKey)));
		// A recorded trace may begin without it.
		if (greeting.test(line)) {
			this.#handlers.onGreeting?.(line);
			this.#newMessage(this.#start + lineEnd + 2);
		}
		return true;
	}

	#newMessage(at: number): void {
		this.#start = this.#at = this.#lineStart = at;
		this.#inValue = false;
		this.#lines = 0;
		this.#bits = 0;
		this.#ambiguous = false;
		this.#keys = null;
		if (++this.#serial === 2 ** 30) {
			this.#serial = 1;
			this.#seen.fill(0);
		}
	}

	#putAside(reason: QuarantineReason): true {
		const sample = this.#bytes.toString("utf8", this.#start, Math.min(this.#end, this.#start + sampleLength));
		this.#skipping = true;
		this.#handlers.onQuarantine({ reason, sample });
		return true;
	}

	/** Throws bytes away up to the end of the message. True when it was found. */
	#skip(): boolean {
		const from = Math.max(this.#lineStart, this.#at - 3);
		const at = this.#bytes.subarray(0, this.#end).indexOf(messageEnd, from);
		this.#newMessage(at < 0 ? Math.max(from, this.#end - 3) : at + 4);
		// The next search begins at the three bytes that may be half of the end.
		if (at < 0) this.#at = this.#end;
		this.#skipping = at < 0;
		return at >= 0;
	}

	/** Goes on until the bytes are used up (false) or a message had to be put aside (true). */
	#scan(): boolean {
		const bytes = this.#bytes;
		const end = this.#end;
		const { line: longestLine, headers: mostLines } = this.#limits;
		let at = this.#at;
		for (;;) {
			if (!this.#inValue) {
				let byte = bytes[at] ?? nul;
				if (byte === cr) {
					if (at + 1 >= end) break;
					if (bytes[at + 1] !== lf) return this.#putAside("grammar");
					const wrong = at > this.#start ? this.#deliver(at - 2) : null;
					if (wrong !== null) return this.#putAside(wrong);
					at += 2;
					this.#newMessage(at);
					continue;
				}
				let hash = 0;
				let keyEnd = at;
				while (keyByte[byte] === 1) {
					hash = (Math.imul(hash, 31) + byte) | 0;
					byte = bytes[++keyEnd] ?? nul;
				}
				if (keyEnd - at > longestKey) return this.#putAside("grammar");
				if (keyEnd >= end) break;
				if (byte !== colon || keyEnd === at) return this.#putAside("grammar");
				this.#lineStart = at;
				const slot = (hash ^ (hash >>> 12)) & (slots - 1);
				if (this.#seen[slot] === this.#serial || this.#lines >= manyLines) this.#noteKey(keyEnd);
				this.#seen[slot] = this.#serial;
				if (++this.#lines > mostLines) return this.#putAside("too-many-headers");
				this.#inValue = true;
				at = keyEnd + 1;
			}
			let bits = this.#bits;
			let byte = bytes[at] ?? nul;
			// A CR or LF alone belongs to the value: Asterisk sends caller numbers and AppData raw.
			while (byte > cr || (byte !== nul && (byte !== cr || (bytes[at + 1] !== lf && at + 1 < end)))) {
				bits |= byte;
				byte = bytes[++at] ?? nul;
			}
			this.#bits = bits;
			this.#at = at;
			if (at - this.#lineStart > longestLine) return this.#putAside("line-too-long");
			if (at >= end || (byte === cr && at + 1 >= end)) break;
			if (byte !== cr) return this.#putAside("grammar");
			at += 2;
			this.#inValue = false;
		}
		this.#at = at;
		return false;
	}

	#noteKey(keyEnd: number): void {
		this.#keys ??= this.#keysSoFar();
		const key = this.#bytes.toString("latin1", this.#lineStart, keyEnd);
		if (!this.#keys.has(key)) this.#keys.add(key);
		else if (!isListKey(key)) this.#ambiguous = true;
	}

	#keysSoFar(): Set<string> {
		const keys = new Set<string>();
		for (let at = this.#start; at < this.#lineStart; at = this.#bytes.indexOf("\r\n", at) + 2) {
			keys.add(this.#bytes.toString("latin1", at, this.#bytes.indexOf(colon, at)));
		}
		return keys;
	}

	/** Hands over the message that ends at `to`. */
	#deliver(to: number): QuarantineReason | null {
		if (to - this.#start > this.#limits.packet) return "packet-too-long";
		const text = this.#bytes.toString(this.#bits < 128 ? "latin1" : "utf8", this.#start, to);
		const event = text.startsWith("Event: ");
		if (!event && !text.startsWith("Response: ")) return "grammar";
		const lineEnd = text.indexOf("\r\n");
		const name = text.slice(event ? 7 : 10, lineEnd < 0 ? text.length : lineEnd);
		this.#handlers.onPacket(new Packet(event ? "event" : "response", name, text, this.#ambiguous));
		return null;
	}
}
