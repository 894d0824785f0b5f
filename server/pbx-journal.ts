import type { PbxEvent } from "./pbx-event.ts";
import type { Sentence } from "./protocol/sentences.ts";

/** One customer contact as the PBX's own journal tells it: `asterisk/history` reads it, `calls/reconcile` compares it. */
export interface JournalFamily {
	/** The same events that the live road would have told. */
	readonly events: readonly PbxEvent[];
	/** Linked ids that turned out to be this call. */
	readonly links: readonly string[];
	/** Channels that began and of which no end is written. */
	readonly open: readonly string[];
	/** Time of its last row, milliseconds since the epoch. */
	readonly lastAt: number;
	/** Told so roughly (CDR) that it serves only for calls of which nothing else is known. */
	readonly poor?: true;
}

/** What a journal said at one reading, beside its families. */
export interface JournalReading {
	/** Time of the newest row, null in an empty journal. */
	readonly newest: number | null;
	/** Records that could not be understood. */
	readonly strange: number;
}

/** A PBX's own journal of calls, open for reading. */
export interface Journal {
	/**
	 * Hands over every family of which something was written at or after `since`, whole, some at a time and the newest
	 * first: a month does not fit into memory. The next ones are read when `take` is done. Throws JournalProblem.
	 */
	read(since: number, take: (families: readonly JournalFamily[]) => Promise<void>): Promise<JournalReading>;
}

/** Why a journal cannot be read now, and what to do about it. */
export class JournalProblem extends Error {
	override readonly name = "JournalProblem";
	readonly code: "missing" | "denied" | "locked" | "strange" | "unreachable";
	readonly sentence: Sentence;
	readonly mend: Sentence;
	constructor(code: JournalProblem["code"], sentence: Sentence, mend: Sentence, cause?: unknown) {
		super(sentence.message, { cause });
		this.code = code;
		this.sentence = sentence;
		this.mend = mend;
	}
}
