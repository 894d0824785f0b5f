import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { LoopbackPbx } from "../../server/asterisk/loopback/loopback-pbx.ts";
import type { CallFacts } from "../../server/calls/call-change.ts";
import { KeptJournal } from "./kept-journal.ts";

/** What was sent of one call: epoch milliseconds, and what it comes to when all of it is known. */
interface Sent {
	readonly first: number;
	readonly last: number;
	readonly outcome: CallFacts["outcome"];
}

interface Trace {
	readonly name: string;
	readonly bytes: Buffer;
	readonly outcome: CallFacts["outcome"];
}

/** Plays calls of recorded traces in turns, each with its own number, and knows their linked ids. */
export class Calls {
	/** Linked id → when its first and its last event was sent. */
	readonly families = new Map<string, Sent>();
	/** Number → when its phone was told to ring, epoch milliseconds. */
	readonly rang = new Map<string, number>();
	/** The PBX keeps a journal of its own of every call. */
	readonly journal: string | null;
	/** Packets sent so far. */
	sent = 0;
	/** Hears every packet before it is sent. */
	onPacket: (packet: string) => void = () => {};
	readonly #playing = new Set<Promise<void>>();
	readonly #pbx: LoopbackPbx;
	readonly #traces: readonly Trace[];
	#played = 0;

	/** `journal`: the file of cel_custom in which the PBX writes its calls down; left out: it keeps none. */
	constructor(pbx: LoopbackPbx, traces: string | readonly string[], journal: string | null = null) {
		this.#pbx = pbx;
		this.#traces = [traces].flat().map(traceNamed);
		this.journal = journal;
	}

	/** Begins one call; its number. */
	begin(speed = 1): string {
		const trace = this.#traces[this.#played % this.#traces.length] as Trace;
		const number = `050${String(++this.#played).padStart(7, "0")}`;
		const rename = (text: string) => text.replaceAll(/05011\d000\d/g, number);
		const kept = this.journal === null ? null : new KeptJournal(this.journal, trace.name, speed, rename);
		const playing = this.#pbx
			.play(trace.bytes, {
				speed,
				rewrite: (packet) => {
					this.sent++;
					const family = /\r\nLinkedid: (\S+)/i.exec(packet)?.[1];
					const now = Date.now();
					if (family) {
						const first = this.families.get(family)?.first ?? now;
						this.families.set(family, { first, last: now, outcome: trace.outcome });
					}
					if (packet.startsWith("Event: DialBegin") && !this.rang.has(`+38${number}`)) {
						this.rang.set(`+38${number}`, now);
					}
					kept?.sent(packet);
					this.onPacket(packet);
					return rename(packet);
				},
			})
			.finally(() => {
				kept?.close();
				this.#playing.delete(playing);
			});
		this.#playing.add(playing);
		return `+38${number}`;
	}

	/** Begins calls, so many a second, until told to stop. */
	async keepBeginning(perSecond: number, speed: number, signal: AbortSignal): Promise<void> {
		const began = performance.now();
		for (let count = 0; !signal.aborted; count++) {
			this.begin(speed);
			// A timer that is late must not make the calls fewer.
			await sleep(Math.max(0, began + ((count + 1) * 1000) / perSecond - performance.now()));
		}
	}

	/** Resolves when every call that was begun is over. */
	async over(): Promise<void> {
		while (this.#playing.size > 0) await Promise.all(this.#playing);
	}
}

/** A recorded trace, and what its call comes to. */
export function traceNamed(name: string): Trace {
	const file = (extension: string) => readFileSync(new URL(`../traces/${name}.${extension}`, import.meta.url));
	const { calls } = JSON.parse(file("expected.json").toString());
	return { name, bytes: file("ami"), outcome: calls[0].outcome };
}
