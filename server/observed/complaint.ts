import type { JournalReading } from "../pbx-journal.ts";
import { type Sentence, say } from "../protocol/sentences.ts";

/** What makes a journal doubtful that could be read, and what mends it; `before`: the newest row that was ever read. None: nothing does. */
export function complaintOf({ newest, strange }: JournalReading, before: Date | null): readonly Sentence[] {
	if (before !== null && (newest === null || newest < before.getTime())) {
		const until = before.toISOString();
		const older =
			newest === null
				? say("journal.emptied", { until })
				: say("journal.older", { newest: new Date(newest).toISOString(), until });
		return [older, say("mend.journal-restored")];
	}
	if (strange === 0) return [];
	return [say("journal.strange-seen", { count: strange }), say("mend.journal-check")];
}
