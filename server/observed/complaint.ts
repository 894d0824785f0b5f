import type { JournalReading } from "../pbx-journal.ts";
import { type Sentence, say } from "../protocol/sentences.ts";
import type { Tear } from "./torn.ts";

/** What is known beside a reading. */
export interface Doubt {
	/** The newest row that was ever read of this journal. */
	readonly before: Date | null;
	/** That row was met again: a clock may be set back. */
	readonly goesOn: boolean;
	/** What the journal lacks of this day. */
	readonly tear: Tear | null;
}

/** What makes a journal doubtful that could be read, and what mends it. None: nothing does. */
export function complaintOf(
	{ newest, strange }: Pick<JournalReading, "newest" | "strange">,
	{ before, goesOn, tear }: Doubt,
): readonly Sentence[] {
	if (before !== null && !goesOn && (newest === null || newest < before.getTime())) {
		const until = before.toISOString();
		const older =
			newest === null
				? say("journal.emptied", { until })
				: say("journal.older", { newest: new Date(newest).toISOString(), until });
		return [older, say("mend.journal-restored")];
	}
	if (tear !== null) {
		const [from, until] = [new Date(tear.from).toISOString(), new Date(tear.to).toISOString()];
		return [say("journal.torn", { from, until }), say("mend.journal-torn")];
	}
	if (strange === 0) return [];
	return [say("journal.strange-seen", { count: strange }), say("mend.journal-check")];
}
