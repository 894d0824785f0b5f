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

/** The row that was written last when a journal was read before. */
export interface KnownRow {
	readonly mark: string;
	/** Time of the newest row then, milliseconds since the epoch. */
	readonly at: number;
}

/** A known row was not met again: what was written behind it is not all there. */
export interface Hole {
	/** Time of the first newer row that is there; null: there is none. */
	readonly until: number | null;
}

/** What a journal said at one reading, beside its families. */
export interface JournalReading {
	/** Time of the newest row, null in an empty journal. */
	readonly newest: number | null;
	/** Records that could not be understood. */
	readonly strange: number;
	/** Names the row that was written last; null in an empty journal. */
	readonly last: string | null;
	/** For each row that was known, in the same order: what lacks behind it; null: it was met again, so nothing does. */
	readonly holes: readonly (Hole | null)[];
}

/** A PBX's own journal of calls, open for reading. */
export interface Journal {
	/** Says which journal it is: rows of one are not looked for in another. */
	readonly name: string;
	/**
	 * Hands over every family of which something was written at or after `since`, whole, some at a time and the newest
	 * first: a month does not fit into memory. The next ones are read when `take` is done. Looks for the `known` rows, some
	 * hours further back if need be. Throws JournalProblem.
	 */
	read(
		since: number,
		take: (families: readonly JournalFamily[]) => Promise<void>,
		known?: readonly KnownRow[],
	): Promise<JournalReading>;
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
