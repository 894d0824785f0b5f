import type { PbxAccess } from "../../pbx-access.ts";
import { JournalProblem } from "../../pbx-journal.ts";
import type { Finding } from "../doctor.ts";
import { isWriteAhead } from "./cel-sqlite.ts";
import { journalOf } from "./history.ts";

const hour = 3_600_000;
/** A PBX without a single call for that long is rare enough to be worth a look. */
const stale = 24 * hour;

/** Whether the PBX's own journal can be read, and how new it is. */
export async function examineJournal({ history }: PbxAccess, now: number): Promise<Finding[]> {
	if (history === null) {
		return [
			{
				level: "warning",
				code: "journal",
				message: "The PBX's own journal is not read: calls of a time in which the link was down stay unknown.",
				mend: "Enable cel_custom or cel_sqlite3_custom on the PBX and name its file here.",
			},
		];
	}
	try {
		const { newest, strange } = await journalOf(history).read(now - hour);
		return [...age(history.path, newest, now), ...quotes(history.path, strange), ...waits(history)];
	} catch (error) {
		if (!(error instanceof JournalProblem)) throw error;
		return [{ level: "error", code: "journal", message: error.message, mend: error.mend }];
	}
}

function age(path: string, newest: number | null, now: number): Finding[] {
	if (newest === null) {
		const mend = "In cel.conf: enable = yes, events = ALL, apps = dial,queue,park,confbridge,voicemail,pickup";
		return [{ level: "warning", code: "journal", message: `The journal ${path} is empty.`, mend }];
	}
	const hours = Math.floor((now - newest) / hour);
	const message = `The journal ${path} is readable; its newest row is ${hours < 1 ? "less than an hour" : `${hours} h`} old.`;
	if (now - newest < stale) return [{ level: "ok", code: "journal", message, mend: null }];
	const mend = "Make a test call; if nothing is added, this is not the file that the PBX writes to.";
	return [{ level: "warning", code: "journal", message, mend }];
}

function quotes(path: string, strange: number): Finding[] {
	if (strange === 0) return [];
	const message = `${strange} recent records of ${path} cannot be understood: a caller's name may break unquoted columns.`;
	return [{ level: "error", code: "journal-quotes", message, mend: quoted }];
}

/** The columns in the order of the mapping that comes with Asterisk. */
const columns =
	"eventtype eventtime CALLERID(name) CALLERID(num) CALLERID(ANI) CALLERID(RDNIS) CALLERID(DNID) CHANNEL(exten) CHANNEL(context) CHANNEL(channame) CHANNEL(appname) CHANNEL(appdata) CHANNEL(amaflags) CHANNEL(accountcode) CHANNEL(uniqueid) CHANNEL(linkedid) BRIDGEPEER CHANNEL(userfield) userdeftype eventextra";
const quoted = `In cel_custom.conf: Master.csv => ${columns
	.split(" ")
	.map((column) => `\${CSV_QUOTE(\${${column}})}`)
	.join(",")}`;

function waits(history: NonNullable<PbxAccess["history"]>): Finding[] {
	if (history.kind !== "cel-sqlite" || isWriteAhead(history.path)) return [];
	return [
		{
			level: "warning",
			code: "journal-lock",
			message: "The PBX waits while its journal is read: reads are short, but write-ahead mode is safer.",
			mend: `sqlite3 ${history.path} 'pragma journal_mode = wal'`,
		},
	];
}
