import type { PbxAccess } from "../../pbx-access.ts";
import { JournalProblem } from "../../pbx-journal.ts";
import type { Finding } from "../doctor.ts";
import { hasIndex, mendIndex, nameOfTable } from "./cel-server.ts";
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
				mend: "Name FreePBX's CEL table here, or enable cel_custom or cel_sqlite3_custom on the PBX and name its file.",
			},
		];
	}
	try {
		const { newest, strange } = await journalOf(history).read(now - hour);
		const name = "path" in history ? history.path : nameOfTable(history);
		return [
			...age(name, newest, now),
			...ahead(name, newest, now),
			...quotes(history, name, strange),
			...(await slow(history)),
			...limits(history),
		];
	} catch (error) {
		if (!(error instanceof JournalProblem)) throw error;
		return [{ level: "error", code: "journal", message: error.message, mend: error.mend }];
	}
}

/** A PBX's clock, or its zone, that is off by more (ms) shows. */
const blur = 10 * 60_000;

function ahead(name: string, newest: number | null, now: number): Finding[] {
	if (newest === null || newest - now < blur) return [];
	const message = `The newest row of ${name} lies ${Math.round((newest - now) / 60_000)} minutes ahead: the clocks or the time zone are wrong.`;
	const mend = "On the PBX: timedatectl set-ntp true; restart Asterisk after its time zone was changed.";
	return [{ level: "error", code: "journal-time", message, mend }];
}

async function slow(history: NonNullable<PbxAccess["history"]>): Promise<Finding[]> {
	if ("path" in history) return waits(history);
	if (await hasIndex(history)) return [];
	const message = `${nameOfTable(history)} has no index on id: each reading walks through all of it.`;
	return [{ level: "error", code: "journal-index", message, mend: mendIndex(history) }];
}

function limits(history: NonNullable<PbxAccess["history"]>): Finding[] {
	if (history.kind !== "cdr-csv") return [];
	const message =
		"CDR is a poor journal: it is written when a call is over, so what the PBX does when it dies is lost, and tells transfers, conferences and rejected calls only roughly. It serves to find calls that were not seen.";
	const mend = "Use CEL instead: enable cel_custom or cel_sqlite3_custom on the PBX.";
	return [{ level: "warning", code: "journal-poor", message, mend }];
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

function quotes({ kind }: NonNullable<PbxAccess["history"]>, name: string, strange: number): Finding[] {
	if (strange === 0) return [];
	const message = `${strange} recent records of ${name} cannot be understood: columns are missing, or a caller's name breaks them.`;
	const mend = { "cel-csv": quoted, "cdr-csv": "In cdr.conf [csv]: loguniqueid = yes" };
	const other = "Map eventtype, eventtime, channame, uniqueid and linkedid to columns.";
	return [
		{ level: "error", code: "journal-quotes", message, mend: kind in mend ? mend[kind as keyof typeof mend] : other },
	];
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
