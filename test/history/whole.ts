import { journalOf } from "../../server/asterisk/history/history.ts";
import type { HistoryAccess } from "../../server/pbx-access.ts";
import type { JournalFamily, JournalReading } from "../../server/pbx-journal.ts";

/** A reading with everything that it handed over, in the order in which the contacts began. */
export interface WholeReading extends JournalReading {
	readonly families: readonly JournalFamily[];
}

/** The journal that these settings name, read at one go. */
export const wholeJournalOf = (history: HistoryAccess) => ({
	async read(since: number): Promise<WholeReading> {
		const families: JournalFamily[] = [];
		const reading = await journalOf(history).read(since, async (some) => {
			families.push(...some);
		});
		const begun = ({ events }: JournalFamily) => events[0]?.at ?? 0;
		const name = ({ links }: JournalFamily) => links[0] ?? "";
		families.sort((a, b) => begun(a) - begun(b) || (name(a) < name(b) ? -1 : 1));
		return { ...reading, families };
	},
});
